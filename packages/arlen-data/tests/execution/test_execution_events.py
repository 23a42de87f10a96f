import json
import logging

import pytest
from arlen_data import Database, QueryFailed, SQLBuilderError, col, select_from
from arlen_data.events import sql_hash, sql_token


@pytest.fixture
def events():
    return []


@pytest.fixture
def watched(url, events):
    """A database of each kind whose events are collected."""

    def watch(**options):
        database = Database.open(url, query_diagnostics_listener=events.append, **options)
        database.execute("CREATE TABLE people (id INTEGER, name TEXT)")
        return database

    return watch


def by_id(value):
    return select_from("people", "name").where(col("id") == value)


def brief(event, *keys):
    return tuple(event.get(key) for key in ("stage", "execution_mode", *keys))


def test_two_runs_of_a_statement_are_a_miss_and_a_hit(watched, events):
    with watched() as db:
        for value in (1, 2):
            db.fetch_all(by_id(value))
    assert [brief(event, "cache_hit", "row_count") for event in events] == [
        ("compile", "compile", False, None),
        ("execute", "prepared", False, None),
        ("result", "prepared", False, 0),
        ("compile", "compile", True, None),
        ("execute", "prepared", True, None),
        ("result", "prepared", True, 0),
    ]
    assert {event["parameter_count"] for event in events} == {1}
    assert {event["source"] for event in events} == {"builder"}
    assert len({event["prepared_statement"] for event in events if "prepared_statement" in event}) == 1
    assert all(event["sql_token"] == "SELECT" and "sql" not in event for event in events)
    with pytest.raises(TypeError):
        events[0]["stage"] = "x"


def test_a_server_failure_is_an_error_event_with_the_state_of_the_exception(watched, events):
    with watched() as db, pytest.raises(QueryFailed) as caught:
        db.fetch_all(select_from("nowhere", "a"))
    assert [brief(event) for event in events] == [("compile", "compile"), ("execute", "direct"), ("error", "direct")]
    assert (events[-1]["error_code"], events[-1]["sqlstate"]) == ("undefined_table", caught.value.sqlstate)


def test_a_compile_failure_never_executes(events):
    with Database.open(":memory:", query_diagnostics_listener=events.append) as db, pytest.raises(SQLBuilderError):
        db.fetch_all(select_from("people", "name").for_update())
    assert [brief(event, "error_code") for event in events] == [
        ("compile", "compile", "unsupported_feature"),
        ("error", "compile", "unsupported_feature"),
    ]


def test_plain_sql_is_silent_unless_asked_for(watched, events):
    with watched() as db:
        db.fetch_all("SELECT 1")
    assert events == []


def test_plain_sql_has_events_on_request_and_its_text_on_request(url, events):
    with Database.open(
        url, query_diagnostics_listener=events.append, diagnose_raw_sql=True, include_sql_in_diagnostics_events=True
    ) as db:
        db.fetch_value("SELECT $1", ["secret-value"])
    assert [brief(event, "source") for event in events] == [("execute", "direct", "sql"), ("result", "direct", "sql")]
    assert events[0]["sql"].replace("?", "$") == "SELECT $1"
    assert "secret-value" not in str(events)


def test_a_listener_that_fails_is_logged_once_and_changes_nothing(url, caplog):
    def listener(event):
        raise ZeroDivisionError

    with Database.open(url, query_diagnostics_listener=listener, diagnose_raw_sql=True) as db:
        assert [db.fetch_value("SELECT 1") for _ in range(3)] == [1, 1, 1]
    assert len([record for record in caplog.records if record.name == "arlen_data"]) == 1


def test_events_are_lines_of_json_on_stderr(url, capsys):
    with Database.open(url, emit_diagnostics_events_to_stderr=True, diagnose_raw_sql=True) as db:
        db.fetch_value("SELECT 1")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["stage"] for line in lines] == ["execute", "result"]


def test_slow_statements_are_logged_without_their_text(url, caplog):
    with caplog.at_level(logging.WARNING), Database.open(url, slow_query_seconds=0) as db:
        db.fetch_value("SELECT 'secret'")
    assert sql_hash("SELECT 'secret'") in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("sql", "hashed"), [("", "cbf29ce484222325"), ("SELECT 1", "199e7bca63ea84f2")])
def test_the_hash_of_a_statement_is_fnv_1a(sql, hashed):
    assert sql_hash(sql) == hashed


@pytest.mark.parametrize(
    ("sql", "token"), [("  (select 1)", "SELECT"), ("", None), ("With x", "WITH"), ("a" * 30, "A" * 24)]
)
def test_the_token_of_a_statement_is_its_first_word(sql, token):
    assert sql_token(sql) == token
