import pytest
from arlen_data import Database
from arlen_data.telemetry.comments import with_comment

OWN_TEXT = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"


@pytest.mark.parametrize(
    ("sql", "facts", "sent"),
    [
        ("SELECT 1", {}, "SELECT 1"),
        ("SELECT 1", {"route": "/a b", "app": "shop"}, "SELECT 1 /*app='shop',route='%2Fa%20b'*/"),
        ("SELECT 1", {"a": "*/ DROP TABLE t; --", "b": "it's"}, None),
        ("SELECT 1 -- why", {"app": "shop"}, "SELECT 1 -- why"),
        ("SELECT /* why */ 1", {"app": "shop"}, "SELECT /* why */ 1"),
    ],
)
def test_a_comment_holds_encoded_pairs_in_order_and_nothing_else(sql, facts, sent):
    written = with_comment(sql, facts)
    if sent is not None:
        assert written == sent
    comment = written.removeprefix(sql).removeprefix(" /*").removesuffix("*/")
    assert "*" not in comment
    assert comment.count("'") == 2 * comment.count("=")


def test_the_server_sees_the_comment_of_plain_and_not_of_prepared_statements(arlen_postgres):
    routes = iter(["/a", "/b", "/c"])
    options = {"trace_comments": lambda: {"route": next(routes)}}
    with Database.open(arlen_postgres.dsn, **options) as db, db.connection() as connection:
        plain = [connection.fetch_value(OWN_TEXT) for _ in range(2)]
        prepared = [connection.fetch_value(OWN_TEXT, prepare=True) for _ in range(2)]
        labels = connection.fetch_value("SELECT count(*) FROM pg_prepared_statements")
    assert plain == [f"{OWN_TEXT} /*route='%2Fa'*/", f"{OWN_TEXT} /*route='%2Fb'*/"]
    assert prepared == [OWN_TEXT, OWN_TEXT]
    assert labels == 1


def test_events_and_observations_have_the_text_without_the_comment(arlen_postgres):
    events, seen = [], []
    with Database.open(
        arlen_postgres.dsn,
        trace_comments=lambda: {"route": "/a"},
        observers=[seen.append],
        query_diagnostics_listener=events.append,
        diagnose_raw_sql=True,
        include_sql_in_diagnostics_events=True,
    ) as db:
        db.fetch_value("SELECT 1")
    assert {event["sql"] for event in events} == {"SELECT 1"}
    assert [each.sql for each in seen] == ["SELECT 1"]


def test_sqlite_gets_no_comments():
    with Database.open(":memory:", trace_comments=lambda: 1 / 0) as db:
        assert db.fetch_value("SELECT 1") == 1
