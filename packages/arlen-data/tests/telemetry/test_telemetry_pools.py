import pytest
from arlen_data import Database, PoolExhausted
from arlen_data.telemetry import pool_metrics


def figures(database, **labels):
    return {
        (each.name.removeprefix("arlen_database_"), each.labels.get("state")): each.value
        for each in pool_metrics({"shop": database})
        if labels.items() <= each.labels.items() and "le" not in each.labels
    }


def test_a_pool_is_measured_without_being_opened(url):
    with Database.open(url) as db:
        assert set(figures(db).values()) == {0}
        assert not db.connected


def test_connections_are_counted_by_what_they_do(arlen_postgres):
    with Database.open(arlen_postgres.dsn, max_connections=2, acquire_timeout=0) as db:
        with db.connection(), db.connection(), pytest.raises(PoolExhausted):
            db.fetch_value("SELECT 1")
        with db.connection():
            assert figures(db, pool="all") == {
                ("connections", "idle"): 1,
                ("connections", "in_use"): 1,
                ("connections", "opening"): 0,
                ("connections_peak", None): 2,
                ("waiting", None): 0,
                ("acquires_total", None): 3,
                ("acquire_timeouts_total", None): 1,
            }


def test_the_pools_of_a_sqlite_file_are_measured_apart(tmp_path):
    with Database.open(tmp_path / "shop.sqlite3") as db:
        db.execute("CREATE TABLE t (a)")
        db.fetch_all("SELECT a FROM t")
        acquired = {pool: figures(db, pool=pool)["acquires_total", None] for pool in ("write", "read")}
    assert acquired == {"write": 1, "read": 1}


def test_names_and_labels_are_those_of_one_metric_each(url):
    with Database.open(url) as shop, Database.open(url) as audit:
        measurements = pool_metrics({"shop": shop, "audit": audit})
    identities = [(each.name, tuple(sorted(each.labels.items()))) for each in measurements]
    assert len(set(identities)) == len(identities)
    assert {each.labels["database"] for each in measurements} == {"shop", "audit"}
    described = {(each.name, each.kind, each.help, tuple(sorted(each.labels))) for each in measurements}
    assert len(described) == len({each.name for each in measurements})
    assert all(each.name.endswith("_total") is (each.kind == "counter") for each in measurements)


def test_waits_are_a_growing_count_of_those_within_each_bound(url):
    with Database.open(url) as db:
        waits = [each for each in pool_metrics({"shop": db}) if each.name == "arlen_database_waits_total"]
    assert [each.labels["le"] for each in waits][-1] == "+Inf"
    assert [each.value for each in waits] == [0] * len(waits)
