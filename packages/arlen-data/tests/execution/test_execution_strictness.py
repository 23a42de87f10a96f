from datetime import UTC, datetime

import pytest
from arlen_data import (
    Database,
    InvalidArgumentError,
    SQLBuilderError,
    SQLScript,
    delete_from,
    expr,
    insert_into,
    select_from,
    tsql,
    update_table,
)

SCHEMA = SQLScript.parse("CREATE TABLE people (name TEXT UNIQUE); INSERT INTO people VALUES ('hank')")
NAIVE = datetime.fromisoformat("2026-01-02")


@pytest.fixture
def strict(url):
    """A database with one row that refuses whatever can be refused."""
    with Database.open(url, require_where=True, strict_sql=True, strict_datetimes=True) as database:
        database.execute_script(SCHEMA)
        yield database


@pytest.mark.parametrize("statement", [delete_from("people"), update_table("people", {"name": "x"})])
def test_a_change_without_where_is_refused_unless_it_says_all_rows(strict, statement):
    with pytest.raises(SQLBuilderError) as caught:
        strict.execute(statement)
    assert caught.value.reason == "where_required"
    assert strict.execute(statement.all_rows()) == 1


@pytest.mark.parametrize(
    "run",
    [
        lambda db: db.execute("DELETE FROM people"),
        lambda db: db.fetch_all("SELECT * FROM people"),
        lambda db: db.execute_many("INSERT INTO people VALUES ($1)", [["x"]]),
        lambda db: db.stream("SELECT * FROM people").__enter__(),
    ],
)
def test_no_plain_text_runs_under_strict_sql(strict, run):
    with pytest.raises(InvalidArgumentError) as caught:
        run(strict)
    assert caught.value.code == "plain_sql"
    assert strict.fetch_value(select_from("people", "name")) == "hank"


def test_trusted_text_runs_under_strict_sql(strict):
    statement = tsql(expr("SELECT {{field}} FROM people WHERE name = $1", "hank", ids={"field": "people.name"}))
    assert strict.fetch_all(statement) == [{"name": "hank"}]


def test_copy_and_notify_keep_to_strict_sql(arlen_postgres):
    with Database.open(arlen_postgres.dsn, strict_sql=True) as db:
        with pytest.raises(InvalidArgumentError) as caught, db.copy_out("SELECT 1"):
            pass
        assert caught.value.code == "plain_sql"
        with db.listen("news", time_limit=5) as notifications:
            db.notify("news", "hello")
            assert next(notifications).payload == "hello"


@pytest.mark.parametrize(
    ("place", "run"),
    [
        (2, lambda db: db.fetch_value("SELECT coalesce($1, $2)", ["x", NAIVE])),
        ("1", lambda db: db.execute(insert_into("people", {"name": NAIVE}))),
        (1, lambda db: db.execute_many("INSERT INTO people VALUES ($1)", [[NAIVE]])),
    ],
)
def test_a_datetime_without_a_time_zone_is_refused_under_strict_datetimes(url, place, run):
    with Database.open(url, strict_datetimes=True) as db:
        db.execute_script(SCHEMA)
        with pytest.raises(InvalidArgumentError) as caught:
            run(db)
    assert caught.value.code == "naive_datetime"
    assert str(caught.value.details["parameter"]) == str(place)


def test_a_datetime_with_a_time_zone_is_not_refused(url):
    with Database.open(url, strict_datetimes=True) as db:
        assert db.fetch_value("SELECT $1 IS NULL", [NAIVE.replace(tzinfo=UTC)]) in (False, 0)
