"""Text around statements: placeholders of other drivers, reading aids, quoted names, template strings, cursors."""

import sqlite3
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID

import pytest
from arlen_data import (
    Cursors,
    Order,
    OrderKey,
    SQLBuilderError,
    col,
    delete_from,
    eq,
    expr,
    from_psycopg,
    in_,
    insert_into,
    op,
    param,
    quoted,
    select_from,
    tsql,
    update_table,
)
from arlen_data.compiler import POSTGRESQL
from arlen_data.compiler.inline import NOT_FOR_EXECUTION
from arlen_data.sql.refusals import REASONS
from hypothesis import given
from hypothesis import strategies as st

REPEATED = (
    select_from("t", "id").where(expr("a = $2 OR b = $1 OR c = $2 AND d LIKE '10%$1'", 1, 2), eq("e", 3)).compile()
)


def test_placeholders_become_those_of_other_drivers():
    where = "WHERE (a = {} OR b = {} OR c = {} AND d LIKE '10{}$1') AND \"e\" = {}"
    assert REPEATED.to_psycopg() == (
        'SELECT "id" FROM "t" ' + where.format("%s", "%s", "%s", "%%", "%s"),
        (2, 1, 2, 3),
    )
    assert REPEATED.to_qmark() == ('SELECT "id" FROM "t" ' + where.format("?", "?", "?", "%", "?"), (2, 1, 2, 3))
    assert REPEATED.to_named() == (
        'SELECT "id" FROM "t" ' + where.format(":p2", ":p1", ":p2", "%", ":p3"),
        {"p1": 1, "p2": 2, "p3": 3},
    )


def test_sqlite_placeholders_become_those_of_other_drivers_too():
    statement = select_from("t").where(eq("a", 1), eq("b", 2))
    assert statement.compile("sqlite").to_qmark() == ('SELECT * FROM "t" WHERE "a" = ? AND "b" = ?', (1, 2))


@pytest.mark.parametrize(
    ("text", "parameters", "expected"),
    [
        ("a = %s AND b LIKE '%%x' AND c = %s", (1, 2), ("a = $1 AND b LIKE '%x' AND c = $2", (1, 2))),
        ("a = %(x)s OR b = %(y)s OR c = %(x)s", {"y": 2, "x": 1}, ("a = $1 OR b = $2 OR c = $1", (1, 2))),
        ("a = 1", (), ("a = 1", ())),
    ],
)
def test_text_of_psycopg_becomes_canonical(text, parameters, expected):
    assert from_psycopg(text, parameters) == expected


def test_a_compiled_statement_runs_through_a_foreign_driver(sqlite):
    sqlite.execute("CREATE TABLE t (id, a, b, c, d, e)")
    sqlite.execute("INSERT INTO t VALUES (7, 2, 0, 0, '', 3)")
    for sql, parameters in (REPEATED.to_qmark(), REPEATED.to_named()):
        assert sqlite.execute(sql, parameters).fetchall() == [(7,)]


def test_values_can_be_read_in_the_text():
    row = {
        "a": "it's",
        "b": None,
        "c": True,
        "d": 1.5,
        "e": b"\x01",
        "f": date(2026, 1, 2),
        "g": [1, "x"],
        "h": Decimal(3),
    }
    written = (
        NOT_FOR_EXECUTION + 'INSERT INTO "t" ("a", "b", "c", "d", "e", "f", "g", "h") VALUES '
        "('it''s', NULL, TRUE, 1.5, {}, '2026-01-02', ARRAY[1, 'x'], 3)"
    )
    statement = insert_into("t", row)
    assert statement.compile().inline() == written.format(r"'\x01'::bytea")
    assert statement.compile("sqlite").inline() == written.format("X'01'")


def test_each_clause_has_a_line_of_its_own():
    statement = (
        select_from("t", "a", expr("'x FROM y'"), alias="t")
        .left_join("u", on=("t.id", "=", "u.id"))
        .where(in_("t.id", select_from("v", "id").where(eq("a", 1))), col("a").is_distinct_from(2))
        .order_by("a")
        .limit(3)
    )
    assert statement.compile().pretty() == "\n".join(
        [
            "SELECT \"a\", 'x FROM y'",
            'FROM "t" AS "t"',
            'LEFT JOIN "u" ON "t"."id" = "u"."id"',
            'WHERE "t"."id" IN (SELECT "id" FROM "v" WHERE "a" = $1) AND "a" IS DISTINCT FROM $2',
            'ORDER BY "a" ASC',
            "LIMIT 3",
        ]
    )
    assert delete_from("t").where(eq("a", 1)).compile().pretty() == 'DELETE FROM "t"\nWHERE "a" = $1'


def test_any_name_can_be_quoted():
    weird = quoted('Weird "name"')
    statement = select_from(quoted("my schema", "t"), weird).where(eq(weird, 1)).group_by(weird)
    assert statement.sql() == (
        'SELECT "Weird ""name""" FROM "my schema"."t" WHERE "Weird ""name""" = $1 GROUP BY "Weird ""name"""'
    )
    assert select_from(quoted("a.b")).sql() == 'SELECT * FROM "a.b"'
    assert select_from("a.b").sql() == 'SELECT * FROM "a"."b"'


def test_sqlite_takes_long_names(sqlite, run_on_sqlite):
    name = "a" * 64
    sqlite.execute(f"CREATE TABLE {name} ({name})")
    assert run_on_sqlite(select_from(name, name, f"{name}.{name}").order_by(name)) == []


@given(st.text(min_size=1).filter(lambda name: "\0" not in name and name.isprintable()))
def test_a_quoted_name_is_one_name_to_the_database(name):
    with_name = select_from(quoted(name)).compile("sqlite").sql
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        connection.execute(with_name)
    connection.close()


def test_a_change_of_all_rows_must_be_meant_where_that_is_required():
    guarded = POSTGRESQL.guarded()
    assert delete_from("t").all_rows().compile(guarded).sql == 'DELETE FROM "t"'
    assert (
        update_table("t", {"a": 1}).where(eq("b", 2)).compile(guarded).sql == 'UPDATE "t" SET "a" = $1 WHERE "b" = $2'
    )
    assert delete_from("t").sql() == 'DELETE FROM "t"'


def test_limits_can_be_parameters():
    query = select_from("t").limit(param(5)).offset(param(10))
    assert query.as_dict() == {"sql": 'SELECT * FROM "t" LIMIT $1 OFFSET $2', "parameters": (5, 10)}
    assert query.limit(1).parameters() == (10,)


@dataclass(frozen=True)
class Interpolation:
    value: object
    format_spec: str = ""
    conversion: str | None = None


@dataclass(frozen=True)
class Template:
    """The shape of ``string.templatelib.Template``, for interpreters without template strings."""

    strings: tuple[str, ...]
    interpolations: tuple[Interpolation, ...]


def template(*parts):
    """A template of texts and, between them, values or interpolations; a real one where Python has them."""
    between = [part if isinstance(part, Interpolation) else Interpolation(part) for part in parts[1::2]]
    if sys.version_info < (3, 14):
        return Template(parts[::2], tuple(between))
    from string import templatelib

    real = [templatelib.Interpolation(each.value, "", each.conversion, each.format_spec) for each in between]
    return templatelib.Template(*(each for pair in zip_longest(parts[::2], real) for each in pair if each is not None))


def test_a_template_is_a_literal_of_python_where_python_has_them():
    literal = 't"SELECT {name:i} FROM u WHERE id = {number} AND {extra:q}"'
    values = {"name": "u.name", "number": 7, "extra": eq("c", 6)}
    if sys.version_info < (3, 14):
        name, extra = Interpolation(values["name"], "i"), Interpolation(values["extra"], "q")
        written = template("SELECT ", name, " FROM u WHERE id = ", values["number"], " AND ", extra, "")
    else:
        written = eval(literal, values)
    assert tsql(written).as_dict() == {
        "sql": 'SELECT "u"."name" FROM u WHERE id = $1 AND "c" = $2',
        "parameters": (7, 6),
    }


def test_interpolations_are_parameters_identifiers_and_pieces_of_sql():
    recent = select_from("events", "user_id").where(op("age", "<", 3))
    inner = template("b = ", 5, "")
    name, rows, condition = Interpolation("u.name", "i"), Interpolation(recent, "q"), Interpolation(eq("c", 6), "q")
    parts = ("SELECT ", name, " FROM u WHERE id = ", 7, " AND id IN ", rows, " AND ", Interpolation(inner, "q"))
    statement = tsql(template(*parts, " AND ", condition, ""))
    assert statement.as_dict() == {
        "sql": 'SELECT "u"."name" FROM u WHERE id = $1 AND id IN (SELECT "user_id" FROM "events" WHERE "age" < $2)'
        ' AND b = $3 AND "c" = $4',
        "parameters": (7, 3, 5, 6),
    }


def test_a_template_stands_where_an_expression_stands():
    query = select_from("t", "id").where(template("a = ", 1, " OR b = ", 2, ""))
    assert query.as_dict() == {"sql": 'SELECT "id" FROM "t" WHERE (a = $1 OR b = $2)', "parameters": (1, 2)}


@pytest.mark.parametrize(
    ("text", "returns_rows", "writes"),
    [
        ("SELECT 1 AS x", True, False),
        ("SELECT 'INSERT' AS x", True, False),
        ("SELECT a FROM t FOR UPDATE", True, True),
        ("INSERT INTO t VALUES (1) RETURNING a", True, True),
        ("UPDATE t SET a = 'returning'", False, True),
        ("WITH x AS (DELETE FROM t) SELECT 1", True, True),
        ("CREATE TABLE t (a int)", False, True),
    ],
)
def test_a_template_knows_whether_it_reads_or_writes(text, returns_rows, writes):
    statement = tsql(template(text))
    assert (statement.returns_rows, statement.writes) == (returns_rows, writes)


@pytest.mark.parametrize(
    ("reason", "parts"),
    [
        ("interpolation_in_literal", ("a = '", 1, "'")),
        ("interpolation_in_literal", ("a = 1 -- ", 1, "")),
        ("interpolation_in_literal", ("a = b", 1, "")),
        ("unterminated_literal", ("a = ", 1, " AND b = 'x")),
        ("placeholders_without_params", ("a = $1 AND b = ", 1, "")),
        ("template_format", ("a = ", Interpolation(1, ">10"), "")),
        ("template_format", ("a = ", Interpolation(1, "", "r"), "")),
        ("binding", ("a = ", Interpolation("b; DROP", "i"), "")),
        ("expression_shape", ("a = ", Interpolation("b", "q"), "")),
    ],
)
def test_nothing_of_a_template_is_formatted_into_text(reason, parts, refused):
    identifier = "b; DROP" if reason == "binding" else "template"
    refused(lambda: tsql(template(*parts)), REASONS[reason][0], reason, identifier)


ROW = {
    "id": UUID(int=5),
    "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    "day": date(2026, 1, 2),
    "price": Decimal("1.10"),
    "name": "ñ",
    "rank": None,
}
ORDER = Order.by(*[OrderKey(name, nulls="last") for name in ROW])
QUERY = select_from("t", alias="t").where(eq("tenant", 7))


def test_a_cursor_carries_the_values_of_a_row():
    cursors = Cursors(b"k" * 32)
    assert cursors.open(QUERY, ORDER, cursors.seal(QUERY, ORDER, ROW)) == tuple(ROW.values())


@pytest.mark.parametrize(
    ("key", "query", "order"),
    [
        (b"x" * 32, QUERY, ORDER),
        (b"k" * 32, select_from("t", alias="t").where(eq("tenant", 8)), ORDER),
        (b"k" * 32, select_from("u"), ORDER),
        (b"k" * 32, QUERY, Order.by("id")),
    ],
    ids=["key", "values", "query", "order"],
)
def test_a_cursor_is_good_for_its_own_query_only(key, query, order, refused):
    cursor = Cursors(b"k" * 32).seal(QUERY, ORDER, ROW)
    refused(lambda: Cursors(key).open(query, order, cursor), "invalid_argument", "cursor_invalid", None)


@given(st.text(max_size=60))
def test_rubbish_is_no_cursor(text):
    with pytest.raises(SQLBuilderError):
        Cursors(b"k" * 32).open(QUERY, ORDER, text)
