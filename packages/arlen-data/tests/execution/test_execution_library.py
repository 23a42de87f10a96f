"""Libraries of SQLite of several ages."""

import pytest
from arlen_data import ConnectionFailed, Database, col, insert_into
from arlen_data.compiler import SQLITE, compile_plan
from arlen_data.errors import SQLBuilderError
from arlen_data.sql.predicates import op
from arlen_data.sql.select import select_from
from arlen_data.sqlite import json_text
from arlen_data.sqlite.column_names import unquoted
from arlen_data.sqlite.library import FLOOR, expect_supported_library, lacking


@pytest.mark.parametrize("version", [FLOOR, (3, 35, 5), (3, 40, 1), (4, 0, 0)])
def test_a_library_that_is_not_too_old_is_accepted(version):
    expect_supported_library(version)


@pytest.mark.parametrize("version", [(3, 34, 1), (3, 7, 15)])
def test_a_library_that_is_too_old_is_refused_with_what_to_do(version):
    with pytest.raises(ConnectionFailed, match=r"3\.35\.0 or later is needed; use a Python") as caught:
        expect_supported_library(version)
    assert caught.value.code == "library_too_old"
    assert caught.value.details == {"version": ".".join(map(str, version)), "needed": "3.35.0"}


def test_the_library_is_looked_at_when_a_file_is_opened(monkeypatch, tmp_path):
    monkeypatch.setattr(expect_supported_library, "__defaults__", ((3, 31, 1),))
    with pytest.raises(ConnectionFailed) as caught:
        Database.open(tmp_path / "test.sqlite3")
    assert caught.value.code == "library_too_old"


@pytest.mark.parametrize(
    ("version", "features"),
    [
        ((3, 35, 5), {"json_arrows", "right_and_full_join"}),
        ((3, 38, 5), {"right_and_full_join"}),
        ((3, 39, 0), set()),
    ],
)
def test_what_came_later_is_lacking(version, features):
    assert lacking(version) == features


def test_what_is_lacking_is_refused():
    old = SQLITE.without(lacking((3, 37, 2)))
    with pytest.raises(SQLBuilderError) as caught:
        compile_plan(select_from("docs", json_text("data", "a")), old)
    assert (caught.value.code, caught.value.reason) == ("unsupported_feature", "json_arrows")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("name", "name"),
        ('"name"', "name"),
        ('"people"."name"', "name"),
        ('"na""me"', 'na"me'),
        ("count(*)", "count(*)"),
        ('"a" || "b"', '"a" || "b"'),
        ('"', '"'),
    ],
)
def test_quotes_around_the_name_of_a_column_are_no_part_of_it(name, meant):
    assert unquoted(name) == meant


def test_what_is_returned_has_the_names_of_its_columns():
    with Database.open(":memory:") as db:
        db.execute("CREATE TABLE people (name TEXT)")
        assert db.fetch_all(insert_into("people", {"name": "hank"}).returning("name")) == [{"name": "hank"}]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (col("name").is_distinct_from("hank"), [None]),
        (col("name").is_distinct_from(None), ["hank"]),
        (op("name", "is not distinct from", "hank"), ["hank"]),
        (op("name", "is not distinct from", None), [None]),
    ],
)
def test_what_is_distinct_is_written_in_a_way_that_every_library_knows(condition, found):
    with Database.open(":memory:") as db:
        db.execute("CREATE TABLE people (name TEXT)")
        db.execute("INSERT INTO people VALUES ('hank'), (NULL)")
        assert db.fetch_column(select_from("people", "name").where(condition)) == found
    assert "DISTINCT" not in select_from("people").where(condition).compile("sqlite").sql
