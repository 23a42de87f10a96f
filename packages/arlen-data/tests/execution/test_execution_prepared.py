import re

import pytest
from arlen_data import Database, InvalidArgumentError, col, select_from


@pytest.fixture
def events():
    return []


@pytest.fixture
def opened(arlen_postgres, events):
    def open_database(**options):
        database = Database.open(arlen_postgres.dsn, query_diagnostics_listener=events.append, **options)
        database.execute("CREATE TABLE IF NOT EXISTS people (id INTEGER, name TEXT)")
        return database

    return open_database


def column_is(column, value):
    return select_from("people", "name").where(col(column) == value)


def shapes(*texts):
    return [select_from("people", text).where(col("id") == 1) for text in texts]


def prepared_on_server(connection):
    return connection.fetch_value("SELECT count(*) FROM pg_prepared_statements")


def stages(events, stage, key="cache_hit"):
    return [event.get(key) for event in events if event["stage"] == stage]


@pytest.mark.parametrize(
    ("reuse", "with_values", "without"),
    [("disabled", "direct", "direct"), ("auto", "prepared", "direct"), ("always", "prepared", "prepared")],
)
def test_reuse_says_which_statements_are_prepared(opened, events, reuse, with_values, without):
    with opened(prepared_statement_reuse=reuse) as db, db.connection() as connection:
        connection.fetch_all(column_is("id", 1))
        connection.fetch_all(select_from("people", "name"))
        connection.fetch_all("SELECT $1::int", [1])
        expected = [with_values, without].count("prepared")
        assert prepared_on_server(connection) == expected
    assert stages(events, "execute", "execution_mode") == [with_values, without]


def test_plain_sql_is_prepared_when_the_call_says_so(opened):
    with opened() as db, db.connection() as connection:
        connection.fetch_value("SELECT $1::int", [1], prepare=True)
        assert prepared_on_server(connection) == 1
    with opened(pooler="transaction") as db, db.connection() as connection:
        connection.fetch_value("SELECT $1::int", [1], prepare=True)
        connection.fetch_all(column_is("id", 1))
        assert prepared_on_server(connection) == 0


def test_the_types_of_values_are_part_of_the_key(opened, events):
    with opened() as db, db.connection() as connection:
        for value in (1, 70_000, 2):
            connection.fetch_all(column_is("id", value))
        assert prepared_on_server(connection) == 2
    assert stages(events, "execute") == [False, False, True]
    labels = stages(events, "execute", "prepared_statement")
    assert all(re.fullmatch(r"arlen_[0-9a-f]{10}_[0-9]+", label) for label in labels)
    assert labels[0] == labels[2] != labels[1]


def test_a_full_cache_runs_new_shapes_directly_and_evicts_none(opened, events):
    with opened(prepared_statement_cache_limit=1) as db, db.connection() as connection:
        first, second = shapes("id", "name")
        for statement in (first, second, first):
            connection.fetch_all(statement)
    assert stages(events, "execute", "execution_mode") == ["prepared", "direct", "prepared"]
    assert stages(events, "execute", "cache_full") == [None, True, None]
    assert stages(events, "execute") == [False, None, True]


def test_the_shape_that_was_used_longest_ago_is_compiled_again(opened, events):
    with opened(builder_compilation_cache_limit=2) as db:
        a, b, c = shapes("id", "name", "*")
        for statement in (a, b, c, a):
            db.fetch_all(statement)
        assert stages(events, "compile") == [False] * 4
        db.fetch_all(a)
        assert stages(events, "compile")[-1] is True


@pytest.mark.parametrize("limit", [0, None])
def test_a_limit_of_zero_is_no_cache_and_none_is_no_limit(opened, events, limit):
    with opened(builder_compilation_cache_limit=limit, prepared_statement_cache_limit=limit) as db:
        for _ in range(2):
            db.fetch_all(column_is("id", 1))
    assert stages(events, "compile") == [False, limit is None]
    assert stages(events, "execute", "execution_mode") == ["prepared" if limit is None else "direct"] * 2


@pytest.mark.parametrize("option", ["builder_compilation_cache_limit", "prepared_statement_cache_limit"])
def test_a_negative_limit_is_refused(arlen_postgres, option):
    with pytest.raises(InvalidArgumentError) as caught:
        Database.open(arlen_postgres.dsn, **{option: -1})
    assert caught.value.code == "invalid_option"


@pytest.mark.parametrize("sql", ["DROP TABLE other", "ALTER TABLE people ADD COLUMN more TEXT", "DEALLOCATE ALL"])
def test_after_the_server_forgot_its_statements_the_next_use_is_a_miss(opened, events, sql):
    with opened() as db, db.connection() as connection:
        connection.execute("CREATE TABLE other (a INT)")
        connection.fetch_all(column_is("id", 1))
        connection.execute(sql)
        connection.fetch_all(column_is("id", 1))
    assert stages(events, "execute") == [False, False]


def test_a_plan_that_another_connection_made_stale_is_made_again(opened, events):
    statement = select_from("people", "*").where(col("id") == 1)
    with opened() as db, db.connection() as connection, db.connection() as other:
        assert connection.fetch_all(statement) == []
        other.execute("ALTER TABLE people ADD COLUMN more TEXT")
        assert connection.fetch_all(statement) == []
        assert connection.fetch_all(statement) == []


def test_resetting_the_caches_forgets_everything_on_both_sides(opened, events):
    with opened() as db, db.connection() as connection:
        connection.fetch_all(column_is("id", 1))
        connection.reset_execution_caches()
        assert prepared_on_server(connection) == 0
        connection.fetch_all(column_is("id", 1))
        assert prepared_on_server(connection) == 1
    assert stages(events, "compile") == stages(events, "execute") == [False, False]


def test_long_alternation_of_two_shapes_keeps_two_statements(opened, events):
    rounds = 120
    limits = {"prepared_statement_cache_limit": 2, "builder_compilation_cache_limit": 2}
    with opened(**limits) as db, db.connection() as connection:
        for number in range(rounds):
            connection.fetch_all(column_is("id", number) if number % 2 else column_is("name", str(number)))
        assert prepared_on_server(connection) <= 2
    assert stages(events, "compile") == stages(events, "execute") == [False, False] + [True] * (rounds - 2)
