import copy
import pickle
import re

import pytest
from arlen_data import (
    and_,
    case,
    cast,
    col,
    eq,
    expr,
    func,
    in_,
    insert_into,
    or_,
    select_from,
    update_table,
)
from arlen_data.compiler import compile_plan
from arlen_data.sql.lexer import scan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COLUMNS = ("alpha", "beta", "gamma", "delta")
NULLS = st.sampled_from([None, "first", "LAST", "nulls first"])


def repeatable(examples):
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


def placeholders(sql):
    return [int(text[1:]) for kind, text in scan(sql) if kind == "placeholder"]


def numbered_without_a_gap(statement):
    numbers = set(placeholders(statement.sql()))
    return numbers == set(range(1, len(statement.parameters()) + 1))


@repeatable(140)
@given(st.permutations(COLUMNS), st.lists(st.integers(), min_size=4, max_size=4), st.integers())
def test_columns_are_written_in_the_order_of_their_names(columns, numbers, key):
    row = dict(zip(columns, numbers, strict=True))
    in_order = tuple(row[column] for column in sorted(row))
    insert = insert_into("kv_table", row)
    update = update_table("kv_table", row).where(eq("id", key))
    assert insert.as_dict() == {
        "sql": 'INSERT INTO "kv_table" ("alpha", "beta", "delta", "gamma") VALUES ($1, $2, $3, $4)',
        "parameters": in_order,
    }
    assert update.as_dict() == {
        "sql": 'UPDATE "kv_table" SET "alpha" = $1, "beta" = $2, "delta" = $3, "gamma" = $4 WHERE "id" = $5',
        "parameters": (*in_order, key),
    }


@st.composite
def repeating_expressions(draw):
    count = draw(st.integers(1, 3))
    again = draw(st.integers(1, count))
    text = ", ".join(f"${number}" for number in range(1, count + 1))
    return expr(f"COALESCE({text}, ${again} = ${again})", *range(count))


@repeatable(180)
@given(st.lists(repeating_expressions(), min_size=1, max_size=3), st.booleans(), NULLS)
def test_placeholders_shift_by_what_was_written_before(columns, ordered_by_parameter, nulls):
    query = select_from("t", "id").where(expr("a = $1 OR b = $1", "x"))
    for number, column in enumerate(columns):
        query = query.select_expr(column, f"c{number}")
    order = expr("COALESCE(rank, $1)", 0) if ordered_by_parameter else expr("rank")
    assert numbered_without_a_gap(query.order_by_expr(order, nulls=nulls))


@repeatable(180)
@given(st.integers(), st.text(), st.text())
def test_a_row_comparison_takes_its_values_in_order(bound, identifier, state):
    query = select_from("d", "id").where(
        expr("(COALESCE(d.rank, 0), d.id) > ($1, $2)", bound, identifier), eq("state", state)
    )
    assert query.parameters() == (bound, identifier, state)
    assert placeholders(query.sql()) == [1, 2, 3]


@repeatable(260)
@given(st.lists(st.tuples(st.integers(), st.integers(), st.integers()), min_size=1, max_size=3), st.integers(1, 50))
def test_nested_groups_number_their_placeholders_without_a_gap(groups, limit):
    query = select_from("d", "id")
    for first, second, third in groups:
        token = expr("{{state}} = $1", first, ids={"state": "d.state"})
        row = expr("(d.rank, d.id) > ($1, $2)", second, third)
        query = query.where(or_(expr("d.a = $1", first), and_(token, row)))
    query = query.order_by_expr(expr("COALESCE(d.rank, $1)", 0)).limit(limit)
    assert numbered_without_a_gap(query)
    assert len(query.parameters()) == 4 * len(groups) + 1


fields = st.sampled_from(["a", "t.b", "c"])
scalars = st.integers(0, 9) | st.sampled_from(["x", "y"]) | st.none()
leaves = st.builds(eq, fields, scalars) | st.builds(in_, fields, st.lists(scalars, max_size=3))
conditions = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3).flatmap(lambda some: st.sampled_from([or_(*some), and_(*some)]))
)


@st.composite
def queries(draw):
    query = select_from("t", *draw(st.lists(fields, max_size=2)))
    query = query.where(*draw(st.lists(conditions, max_size=3)))
    if draw(st.booleans()):
        query = query.with_cte("c", draw(st.builds(lambda p: select_from("u").where(p), conditions)))
    if draw(st.booleans()):
        query = query.where(in_("t.id", select_from("v", "id").where(draw(conditions))))
    if draw(st.booleans()):
        query = query.union_all(select_from("w").where(draw(conditions)))
    return query.order_by("a", nulls=draw(NULLS))


@repeatable(200)
@given(queries(), st.sampled_from(["postgresql", "sqlite"]))
def test_a_plan_made_for_one_statement_serves_every_statement_of_its_shape(query, dialect):
    syntax, values = query.shape()
    twin = pickle.loads(pickle.dumps(query))
    assert twin.shape() == (syntax, values)
    assert hash(twin) == hash(query)
    assert compile_plan(query, dialect).sql == twin.compile(dialect).sql
    assert compile_plan(query, dialect).sql.count("?" if dialect == "sqlite" else "$") == len(values)
    assert numbered_without_a_gap(query)


@repeatable(200)
@given(queries(), conditions)
def test_extending_a_statement_never_changes_it(query, condition):
    before = query.sql(), query.parameters()
    query.where(condition) if hasattr(query, "where") else query.limit(1)
    assert (query.sql(), query.parameters()) == before


@repeatable(300)
@given(st.text(alphabet="ab $1{}'\"/*-\\;?\nEe", max_size=40))
def test_the_lexer_loses_nothing(text):
    lexemes = list(scan(text))
    assert "".join(lexeme.text for lexeme in lexemes) == text
    assert all(lexeme.kind != "unterminated" for lexeme in lexemes[:-1])


def test_the_shape_knows_no_values():
    one, two = (select_from("t").where(eq("a", value), in_("b", [value, 2])).limit(5) for value in (1, "x"))
    assert one.shape()[0] == two.shape()[0]
    assert select_from("t").limit(1).shape()[0] != select_from("t").limit(2).shape()[0]


def test_a_statement_reads_the_same_in_every_process(matrix):
    assert pickle.loads(pickle.dumps(matrix)) == matrix
    assert {name: copy.deepcopy(statement).sql() for name, statement in matrix.items()} == {
        name: statement.sql() for name, statement in matrix.items()
    }


@pytest.mark.parametrize(
    "piece",
    [
        eq("a", 1),
        col("a"),
        func.lower(col("a")),
        case((eq("a", 1), "x"), else_="y"),
        cast(1, "int"),
        expr("{{a}} = $1", 1, ids={"a": "b"}),
        col("a").as_("b"),
        select_from("t"),
    ],
    ids=lambda piece: type(piece).__name__,
)
def test_pieces_are_frozen_hashable_and_picklable(piece):
    twin = pickle.loads(pickle.dumps(piece))
    assert hash(twin) == hash(piece)
    assert type(twin) is type(piece)
    for attribute in ("syntax", "template", "_clauses"):
        if hasattr(piece, attribute):
            with pytest.raises(AttributeError):
                setattr(piece, attribute, None)


@pytest.mark.parametrize("condition", [eq("a", 1), col("a") == 1, col("a"), expr("a")])
def test_a_condition_has_no_truth_in_python(condition):
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(condition)


def test_terms_compare_to_conditions():
    age = col("u.age")
    compared = [age == 1, age != 2, age < 3, age <= 4, age > 5, age >= 6, age.is_null(), age.is_not_null()]
    query = select_from("users", alias="u").where(*compared, age == col("u.b"))
    operators = re.findall(r'"u"\."age" ([A-Z<>=]+)', query.sql())
    assert operators == ["=", "<>", "<", "<=", ">", ">=", "IS", "IS", "="]
    assert query.parameters() == (1, 2, 3, 4, 5, 6)
