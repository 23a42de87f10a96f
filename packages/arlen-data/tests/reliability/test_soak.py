import os
import time
import tracemalloc

import pytest
from arlen_data import Database, col, select_from

LIMITS = {"prepared_statement_cache_limit": 2, "builder_compilation_cache_limit": 2}
LEAK = 256 * 1024
SETTLED = 10


def rounds():
    """``ARLEN_SOAK_ITERS``, 20 to 5000; 120 for anything else."""
    text = os.environ.get("ARLEN_SOAK_ITERS", "")
    return int(text) if text.isascii() and text.isdecimal() and 20 <= int(text) <= 5000 else 120


@pytest.fixture
def events():
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def soaked(request, tmp_path, events):
    """A connection with small caches to a database of people 1 to 3."""
    url = tmp_path / "test.sqlite3" if request.param == "sqlite" else request.getfixturevalue("arlen_postgres").dsn
    with Database.open(url, query_diagnostics_listener=events.append, **LIMITS) as db, db.connection() as connection:
        connection.execute("CREATE TABLE people (id INTEGER, name TEXT)")
        connection.execute("INSERT INTO people VALUES (1, 'a'), (2, 'b'), (3, 'c')")
        yield connection


def hits(events, stage):
    return [event["cache_hit"] for event in events if event["stage"] == stage]


def with_hits(events):
    return [event for event in events if "cache_hit" in event]


@pytest.mark.parametrize(
    ("text", "expected"), [("", 120), ("many", 120), ("19", 120), ("20", 20), ("5000", 5000), ("5001", 120)]
)
def test_the_length_of_a_soak_is_taken_from_the_environment(monkeypatch, text, expected):
    monkeypatch.setenv("ARLEN_SOAK_ITERS", text)
    assert rounds() == expected


def test_a_third_shape_pushes_out_the_one_used_longest_ago(soaked, events):
    first = select_from("people", "name").where(col("id") == 1)
    second = select_from("people", "id").where(col("name") == "b")
    third = select_from("people", "id", "name").where(col("id") > 2)
    rows = [soaked.fetch_all(statement, rows_as=tuple) for statement in (first, second, third, first)]
    assert rows == [[("a",)], [(2,)], [(3, "c")], [("a",)]]
    assert hits(events, "compile") == [False] * 4


def test_two_shapes_that_alternate_for_long_stay_cached_in_flat_memory(soaked, events, record_property):
    def read(number):
        by_id = select_from("people", "name").where(col("id") == number % 3 + 1)
        by_name = select_from("people", "id").where(col("name") == "abc"[number % 3])
        return soaked.fetch_value(by_id if number % 2 else by_name)

    soaked.reset_execution_caches()
    started = time.perf_counter()
    tracemalloc.start()
    try:
        for number in range(rounds()):
            assert read(number) == ("abc"[number % 3] if number % 2 else number % 3 + 1)
            if number == SETTLED:
                before, _ = tracemalloc.get_traced_memory()
            seen = [(event["stage"], event["cache_hit"], event["execution_mode"]) for event in with_hits(events)]
            cached = number >= 2
            assert seen[:2] == [("compile", cached, "compile"), ("execute", cached, "prepared")]
            events.clear()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    record_property("soak_database", soaked.dialect)
    record_property("soak_rounds", rounds())
    record_property("soak_growth_bytes", after - before)
    record_property("soak_seconds", round(time.perf_counter() - started, 2))
    assert after - before < LEAK
    if soaked.dialect == "postgresql":
        assert soaked.fetch_value("SELECT count(*) FROM pg_prepared_statements") <= 2
