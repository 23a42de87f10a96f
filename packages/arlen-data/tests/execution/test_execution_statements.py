from dataclasses import dataclass
from typing import NamedTuple

import pytest
from arlen_data import (
    IntegrityError,
    InvalidArgumentError,
    NoRows,
    QueryFailed,
    QueryTimeout,
    Row,
    SQLScript,
    TooManyRows,
    TransactionFailed,
    col,
    insert_into,
    select_from,
)

COUNT_FOREVER = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


@dataclass
class Pair:
    a: int
    b: str


class NamedPair(NamedTuple):
    a: int
    b: str


@pytest.mark.parametrize(
    ("rows_as", "row"),
    [
        (Row, {"a": 1, "b": "x"}),
        (dict, {"a": 1, "b": "x"}),
        (tuple, (1, "x")),
        (Pair, Pair(1, "x")),
        (NamedPair, NamedPair(1, "x")),
        (lambda row: row.b * 2, "xx"),
    ],
)
def test_a_row_becomes_what_the_caller_asks_for(db, rows_as, row):
    sql = "SELECT 1 AS a, 'x' AS b"
    assert db.fetch_all(sql, rows_as=rows_as) == [row]
    assert db.fetch_one(sql, rows_as=rows_as) == row
    assert db.fetch_exactly_one(sql, rows_as=rows_as) == row
    with db.stream(sql, rows_as=rows_as) as rows:
        assert list(rows) == [row]


def test_numbered_placeholders_work_everywhere(db):
    sql = "SELECT $2 AS b, $1 AS a, '$1' AS text, $1 AS again -- $3"
    assert db.fetch_one(sql, ["x", "y"], rows_as=tuple) == ("y", "x", "$1", "x")


def test_built_statements_run_beside_sql(db):
    assert db.execute(insert_into("people", {"name": "hank"})) == 1
    query = select_from("people", "name").where(col("name") == "hank")
    assert db.fetch_one(query) == {"name": "hank"}
    assert db.fetch_value(query) == "hank"
    with db.connection() as connection:
        assert connection.fetch_column(query) == ["hank"]


def test_exactly_one_row_is_one_row(db):
    db.execute_many("INSERT INTO people VALUES ($1)", [["a"], ["b"]])
    with pytest.raises(TooManyRows):
        db.fetch_exactly_one("SELECT * FROM people")
    with pytest.raises(NoRows):
        db.fetch_exactly_one("SELECT * FROM people WHERE name = 'c'")


@pytest.mark.parametrize(
    ("sql", "parameters", "error", "code"),
    [
        ("", (), InvalidArgumentError, "empty_sql"),
        ("SELECT 1; SELECT 2", (), InvalidArgumentError, "multiple_statements"),
        ("SELECT $1", (), InvalidArgumentError, "invalid_parameters"),
        ("SELECT $1", {"1": 2}, InvalidArgumentError, "invalid_parameters"),
        ("SELECT $1", "x", InvalidArgumentError, "invalid_parameters"),
        ("SELECT $1", 0, InvalidArgumentError, "invalid_parameters"),
        ("SELECT \0", (), InvalidArgumentError, "invalid_parameters"),
        ("SELECT $1", ("\ud800",), InvalidArgumentError, "unsupported_parameter"),
        ("SELEC 1", (), QueryFailed, "syntax_error"),
        ("SELECT * FROM nowhere", (), QueryFailed, "undefined_table"),
        ("SELECT absent FROM people", (), QueryFailed, "undefined_column"),
        ("INSERT INTO people VALUES ('hank')", (), QueryFailed, "no_result_set"),
        ("BEGIN", (), TransactionFailed, "transaction_control"),
        (insert_into("people", {"name": "x"}), (), QueryFailed, "no_result_set"),
        (select_from("people", "name"), (1,), InvalidArgumentError, "invalid_parameters"),
        (17, (), InvalidArgumentError, "invalid_statement"),
    ],
)
def test_every_fault_is_an_error_with_a_code_and_the_next_statement_works(db, sql, parameters, error, code):
    with pytest.raises(error) as caught:
        db.fetch_all(sql, parameters)
    assert (caught.value.code, type(caught.value)) == (code, error)
    assert db.fetch_value("SELECT 1") == 1
    assert db.stats().in_use == 0


@pytest.mark.parametrize(
    ("sql", "code", "sqlstate"),
    [
        ("INSERT INTO strict VALUES ($1, 1)", "unique_violation", "23505"),
        ("INSERT INTO strict VALUES (NULL, 1)", "not_null_violation", "23502"),
        ("INSERT INTO strict VALUES ('', 1)", "check_violation", "23514"),
        ("INSERT INTO strict VALUES ('b', 99)", "foreign_key_violation", "23503"),
    ],
)
def test_a_broken_constraint_has_its_code_its_sqlstate_and_no_value(db, sql, code, sqlstate):
    db.execute("CREATE TABLE owners (id INTEGER PRIMARY KEY)")
    db.execute("INSERT INTO owners VALUES (1)")
    db.execute("CREATE TABLE strict (a TEXT NOT NULL UNIQUE CHECK (a <> ''), owner INTEGER REFERENCES owners (id))")
    db.execute("INSERT INTO strict VALUES ('secret-value', 1)")
    with pytest.raises(IntegrityError) as caught:
        db.execute(sql, ["secret-value"] if "$1" in sql else ())
    assert (caught.value.code, caught.value.sqlstate) == (code, sqlstate)
    assert caught.value.sql.replace("?", "$") == sql
    assert "secret-value" not in str(caught.value)


def test_a_statement_that_takes_too_long_is_stopped_and_the_connection_is_reused(db):
    with db.connection() as connection:
        with pytest.raises(QueryTimeout) as caught:
            connection.fetch_value(COUNT_FOREVER, time_limit=0.05)
        assert caught.value.code == "query_timeout"
        assert connection.fetch_value("SELECT 1") == 1
        assert connection.fetch_value("SELECT 2", time_limit=5) == 2


def test_many_sets_of_values_are_all_or_nothing(db, names):
    assert db.execute_many("INSERT INTO people VALUES ($1)", ([name] for name in "ab")) == 2
    with pytest.raises(IntegrityError):
        db.execute_many("INSERT INTO people VALUES ($1)", [["c"], ["a"]])
    assert names(db) == ["a", "b"]
    assert db.execute_many("INSERT INTO people VALUES ($1)", []) == 0


def test_a_script_is_all_or_nothing_and_says_where_it_failed(db, names):
    with pytest.raises(IntegrityError) as caught:
        db.execute_script(SQLScript.parse("INSERT INTO people VALUES ('a');\n\nINSERT INTO people VALUES ('a');"))
    assert caught.value.details["line"] == 3
    assert names(db) == []


def test_a_batch_answers_in_order(db):
    with db.batch() as batch:
        batch.execute("INSERT INTO people VALUES ($1)", ["a"])
        batch.fetch_all("SELECT name FROM people")
        batch.execute(insert_into("people", {"name": "b"}))
    assert batch.results == [1, [{"name": "a"}], 1]


def test_the_first_error_of_a_batch_names_its_place_and_leaves_nothing(db, names):
    def run_together(*tables):
        with db.batch() as batch:
            for table in tables:
                batch.execute(f"INSERT INTO {table} VALUES ('a')")

    with pytest.raises(QueryFailed) as caught:
        run_together("people", "nowhere", "people")
    assert caught.value.details["index"] == 1
    assert names(db) == []


def test_a_stream_holds_a_part_of_the_rows_and_may_be_left_early(db):
    db.execute_many("INSERT INTO people VALUES ($1)", [[f"{number:03}"] for number in range(50)])
    with db.stream("SELECT name FROM people WHERE name >= $1 ORDER BY name", ["010"], size=7) as rows:
        assert [row.name for row in rows] == [f"{number:03}" for number in range(10, 50)]
    with db.stream("SELECT name FROM people ORDER BY name", size=7) as rows:
        assert next(rows) == {"name": "000"}
    with db.transaction(), db.stream("SELECT name FROM people", size=7) as rows:
        assert len(list(rows)) == 50
    with pytest.raises(QueryFailed), db.stream("SELECT * FROM nowhere") as rows:
        list(rows)
    assert db.stats().in_use == 0
    assert db.fetch_value("SELECT count(*) FROM people") == 50


def test_text_comes_back_as_it_went(db):
    db.execute("CREATE TABLE notes (key TEXT, note TEXT)")
    rows = [(f"tok-{number:03}-ñ-Ω-漢字", "Αθήνα 漢字 " * 40) for number in range(180)]
    with db.connection() as connection:
        statement = connection.prepare("INSERT INTO notes VALUES ($1, $2)")
        for row in rows:
            assert statement.execute(row) == 1
        by_key = connection.prepare("SELECT key, note FROM notes WHERE key = $1")
        for place in (0, 53, 179):
            assert by_key.fetch_all([rows[place][0]], rows_as=tuple) == [rows[place]]
            assert (
                connection.fetch_one("SELECT key, note FROM notes WHERE key = $1", [rows[place][0]], rows_as=tuple)
                == rows[place]
            )
        with pytest.raises(InvalidArgumentError, match="takes 1 parameters, and 2 were given"):
            by_key.fetch_all(["a", "b"])
