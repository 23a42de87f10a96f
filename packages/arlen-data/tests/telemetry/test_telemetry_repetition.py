import asyncio

import pytest
from arlen_data import InvalidArgumentError
from arlen_data.telemetry import RepeatedStatements


def look_up(db, names):
    return [db.fetch_one("SELECT name FROM people WHERE name = $1", [name]) for name in names]


def test_a_query_for_each_row_is_reported_once_with_the_place_that_runs_it(observed):
    reports = []
    watch = RepeatedStatements(limit=3, report=reports.append)
    db = observed(watch)
    with watch.scope():
        look_up(db, "abcdefgh")
    (report,) = reports
    assert report.times == 4
    assert report.sql.startswith("SELECT name FROM people")
    file, _, function = report.place.partition(" in ")
    assert file.rpartition(":")[0] == __file__
    assert function in ("look_up", "<listcomp>")


def test_statements_outside_of_scopes_and_few_of_a_kind_are_not_reported(observed):
    reports = []
    watch = RepeatedStatements(limit=3, report=reports.append)
    db = observed(watch)
    look_up(db, "abcdefgh")
    for _ in range(3):
        with watch.scope():
            look_up(db, "abc")
            db.fetch_value("SELECT count(*) FROM people")
    db.execute_many("INSERT INTO people VALUES ($1)", [["ada"], ["bob"], ["cyd"], ["dan"], ["eve"]])
    assert reports == []


def test_statements_that_differ_in_literals_are_one(observed):
    reports = []
    watch = RepeatedStatements(limit=2, report=reports.append)
    db = observed(watch)
    with watch.scope():
        for number, name in enumerate(["ada", "o''hara", "cyd"]):
            db.fetch_value(f"SELECT count(*) FROM people WHERE name = '{name}' OR {number} > 7")
    assert [report.sql for report in reports] == ["SELECT count(*) FROM people WHERE name = ? OR ? > ?"]


def test_tasks_of_a_scope_are_counted_together_and_other_scopes_apart(url, run):
    reports = []
    watch = RepeatedStatements(limit=3, report=reports.append)

    async def ask(db, times):
        for _ in range(times):
            await db.fetch_value("SELECT 1 AS one")

    async def request(db, tasks):
        with watch.scope():
            await asyncio.gather(*(ask(db, 1) for _ in range(tasks)))

    async def scenario(db):
        await asyncio.gather(request(db, 3), request(db, 3))
        assert reports == []
        await request(db, 4)

    run(url, scenario, observers=[watch])
    assert [report.times for report in reports] == [4]
    assert reports[0].place.endswith(" in ask")


def test_without_a_report_it_is_a_warning_that_says_what_to_do(observed, caplog):
    watch = RepeatedStatements(limit=1)
    db = observed(watch)
    with watch.scope():
        look_up(db, "ab")
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("arlen_data", "WARNING")
    assert __file__ in record.getMessage()


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(InvalidArgumentError, match="limit is 1 or more"):
        RepeatedStatements(limit=0)
