import pytest
from arlen_data import IntegrityError, QueryFailed, col, insert_into, select_from


def brief(observation):
    return observation.operation, observation.statements, observation.rows, observation.built


def test_every_statement_that_ends_is_observed_once(observed):
    seen = []
    db = observed(seen.append)
    db.execute("INSERT INTO people VALUES ($1)", ["ada"])
    db.fetch_all(select_from("people").where(col("name") == "ada"))
    with db.transaction():
        db.fetch_value("SELECT count(*) FROM people")
    assert [brief(each) for each in seen] == [
        ("command", 1, 1, False),
        ("query", 1, 1, True),
        ("query", 1, 1, False),
    ]
    assert all(each.seconds > 0 and each.error is None for each in seen)
    assert {each.server.system for each in seen} == {db.adapter_name}


def test_what_is_sent_many_times_or_together_or_as_a_stream_is_one_observation(observed):
    seen = []
    db = observed(seen.append)
    db.execute_many("INSERT INTO people VALUES ($1)", [["ada"], ["bob"], ["cyd"]])
    with db.batch() as batch:
        batch.execute("DELETE FROM people WHERE name = 'ada'")
        batch.fetch_all("SELECT name FROM people")
    with db.stream("SELECT name FROM people") as rows:
        assert len(list(rows)) == 2
    assert [(each.operation, each.statements) for each in seen] == [("command", 3), ("command", 2), ("query", 1)]
    assert seen[1].sql == "DELETE FROM people WHERE name = 'ada'; SELECT name FROM people"


def test_a_failure_is_observed_with_its_error(observed):
    seen = []
    db = observed(seen.append)
    with pytest.raises(QueryFailed) as caught:
        db.fetch_all("SELECT a FROM nowhere")
    with pytest.raises(IntegrityError) as many:
        db.execute_many("INSERT INTO people VALUES ($1)", [["ada"], ["ada"]])
    assert [each.error for each in seen] == [caught.value, many.value]
    assert seen[0].rows is None


def test_an_observer_that_fails_keeps_nothing_from_the_others_and_is_logged_once(observed, caplog):
    seen = []

    def broken(observation):
        raise ZeroDivisionError

    db = observed(broken, seen.append)
    assert [db.fetch_value("SELECT 1") for _ in range(3)] == [1, 1, 1]
    assert len(seen) == 3
    assert len([record for record in caplog.records if record.name == "arlen_data"]) == 1


def test_the_server_is_named_without_its_password(observed):
    seen = []
    db = observed(seen.append)
    db.fetch_value("SELECT 1")
    server = seen[0].server
    if db.adapter_name == "sqlite":
        assert (server.namespace, server.host, server.port) == ("shop.sqlite3", None, None)
    else:
        assert (server.namespace, server.port) == (db.fetch_value("SELECT current_database()"), server.port)
        assert server.host


def test_observers_hear_of_statements_in_memory_and_of_no_values(run):
    seen = []

    async def scenario(db):
        await db.execute("CREATE TABLE t (a TEXT)")
        await db.execute(insert_into("t", {"a": "secret"}))

    run(":memory:", scenario, observers=[seen.append])
    assert [each.server.namespace for each in seen] == [":memory:", ":memory:"]
    assert "secret" not in str(seen)
