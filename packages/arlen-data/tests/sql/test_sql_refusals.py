import pytest
from arlen_data import (
    Expr,
    Order,
    OrderKey,
    all_of,
    any_of,
    between,
    case,
    cast,
    col,
    cube,
    default,
    delete_from,
    eq,
    exists,
    expr,
    from_psycopg,
    func,
    grouping_sets,
    in_,
    insert_from,
    insert_into,
    insert_many,
    merge_into,
    not_in,
    op,
    or_,
    param,
    postgres,
    quoted,
    select_from,
    tsql,
    update_table,
    values,
)
from arlen_data.compiler import POSTGRESQL, SQLITE_STRICT_LIKE, compile_plan
from arlen_data.errors import SQLBuilderError
from arlen_data.sql.cursors import Cursors
from arlen_data.sql.refusals import REASONS
from arlen_data.sql.templates import TRUSTED

USERS = select_from("users", "id")
CHANGE = update_table("users", {"name": "x"})
UPSERT = postgres.insert_into("users", {"id": 1})
UNSAFE = "state_code; DROP TABLE users"


def trusted(template="a", params=(), ids=None, kind=TRUSTED):
    return Expr(kind, template, params, {} if ids is None else ids)


def where(*conditions):
    return lambda: USERS.where(*conditions)


INVALID_ARGUMENT = [
    ("expression_shape", "where/having", lambda: USERS.where("id = 1")),
    ("expression_shape", "order by", lambda: USERS.order_by_expr("id")),
    ("expression_empty", "where/having", where(expr("  "))),
    ("template_not_string", "select", lambda: USERS.select_expr(trusted(template=7))),
    ("template_not_string", "int", lambda: tsql(7)),
    ("params_not_sequence", "where/having", where(trusted("a = $1", "x"))),
    ("params_not_sequence", "join on", lambda: USERS.join("t", on=trusted("a = $1", {"x": 1}))),
    ("bindings_not_mapping", "where/having", where(trusted("{{a}}", ids=["a"]))),
    ("bindings_without_tokens", "where/having", where(expr("a", ids={"a": "b"}))),
    ("params_without_placeholders", "window", lambda: USERS.window("w", expr("ORDER BY a", 1))),
    ("placeholders_without_params", "where/having", where(expr("a = $1"))),
    ("placeholder_out_of_range", "where/having", where(expr("a = $2", 1))),
    ("placeholder_out_of_range", "where/having", where(expr("a = $0", 1))),
    ("placeholder_out_of_range", None, lambda: from_psycopg("a = %s", (1, 2))),
    ("placeholder_gap", "where/having", where(expr("a = $1", 1, 2))),
    ("unterminated_literal", "where/having", where(expr("a = 'x"))),
    ("unterminated_literal", "where/having", where(expr("a /* x /* y */"))),
    ("unterminated_literal", "where/having", where(expr("a = $tag$ x $other$"))),
    ("token_name_invalid", "a b", where(expr("{{a b}}", ids={"a b": "a"}))),
    ("token_name_invalid", "a", where(expr("{{a", ids={"a": "a"}))),
    ("token_unbound", "b", where(expr("{{a}} = {{b}}", ids={"a": "a"}))),
    ("token_unused", "b", where(expr("{{a}}", ids={"a": "a", "b": "b"}))),
    ("token_in_literal", "a", where(expr("{{a}} = '{{a}}'", ids={"a": "a"}))),
    ("token_in_literal", "a", where(expr('{{b}} = "{{a}}"', ids={"b": "b"}))),
    ("between_null_bound", "age", lambda: between("age", None, 3)),
    ("null_operator", "age", lambda: op("age", ">", None)),
    ("null_operator", "age", lambda: col("age") < None),
    ("null_in_not_in", "age", lambda: not_in("age", [1, None])),
    ("list_required", "str", lambda: in_("name", "abc")),
    ("list_required", "int", lambda: not_in("name", 7)),
    ("list_required", "list", lambda: postgres.json_set("data", [], 1)),
    ("assignment_value", "name", lambda: UPSERT.on_conflict_update(["id"], assignments={"name": 7})),
    ("nulls_directive", "id", lambda: USERS.order_by("id", nulls="middle")),
    ("subquery_required", "str", lambda: exists("users")),
    ("subquery_required", "recent", lambda: USERS.with_cte("recent", "SELECT 1")),
    ("subquery_required", "users", lambda: USERS.union("SELECT 1")),
    ("subquery_required", "users", lambda: USERS.join_query("SELECT 1", "x", on=expr("TRUE"))),
    ("subquery_required", "t", lambda: insert_from("t", ["a"], CHANGE)),
    ("insert_empty", "users", lambda: insert_into("users", {})),
    ("insert_empty", "users", lambda: merge_into("users").when_not_matched_insert({})),
    ("insert_rows", "users", lambda: insert_many("users", [{"a": 1}, {"b": 1}])),
    ("update_empty", "users", lambda: update_table("users", {})),
    ("returning_on_select", "users", lambda: USERS.returning("id")),
    ("window_on_non_select", "users", lambda: CHANGE.window("w", expr("a"))),
    ("lock_on_non_select", "users", lambda: CHANGE.for_update()),
    ("lock_on_non_select", None, lambda: USERS.union(USERS).for_update()),
    ("skip_locked_without_lock", "users", lambda: USERS.skip_locked()),
    ("lock_wait_twice", "users", lambda: USERS.for_update().skip_locked().nowait()),
    ("set_op_on_non_select", "users", lambda: CHANGE.union(USERS)),
    ("clause_not_supported", "users", lambda: CHANGE.order_by("id")),
    ("clause_not_supported", "users", lambda: delete_from("users").join("t", using=["a"])),
    ("join_condition_missing", "teams", lambda: USERS.join("teams")),
    ("using_empty", "teams", lambda: USERS.join("teams", using=[])),
    ("paging_value", "users", lambda: USERS.limit(-1)),
    ("paging_value", "users", lambda: USERS.offset(True)),
    ("paging_value", "users", lambda: USERS.limit(1.0)),
    ("with_ties_without_order", None, lambda: USERS.limit(1).with_ties().sql()),
    ("with_ties_without_order", None, lambda: USERS.order_by("id").limit(param(1)).with_ties().sql()),
    ("cast_type", "int; DROP TABLE x", lambda: cast(1, "int; DROP TABLE x")),
    ("cast_type", "nosuch", lambda: cast(1, "nosuch")),
    ("cast_type", "7", lambda: cast(1, 7)),
    ("case_empty", None, lambda: case()),
    ("case_empty", None, lambda: case((or_(), 1))),
    ("values_shape", None, lambda: values([(1,), (1, 2)])),
    ("grouping_empty", None, lambda: cube()),
    ("grouping_empty", None, lambda: grouping_sets()),
    ("grouping_empty", "users", lambda: USERS.distinct_on()),
    ("source_alias_missing", None, lambda: select_from(USERS)),
    ("conflict_on_non_insert", "users", lambda: CHANGE.on_conflict_do_nothing()),
    ("conflict_update_empty", "users", lambda: UPSERT.on_conflict_update(["id"])),
    (
        "conflict_update_empty",
        "users",
        lambda: UPSERT.on_conflict_update(["id"], set_fields=["id"], assignments={"id": "1"}),
    ),
    ("conflict_where_without_update", "users", lambda: UPSERT.on_conflict_update_where(expr("TRUE"))),
    (
        "conflict_where_with_nothing",
        "users",
        lambda: UPSERT.on_conflict_do_nothing().on_conflict_update_where(expr("TRUE")),
    ),
    ("conflict_target_required", "users", lambda: UPSERT.on_conflict_update(set_fields=["id"]).sql()),
    ("merge_empty", None, lambda: merge_into("users").sql()),
    ("where_required", "users", lambda: CHANGE.compile(POSTGRESQL.guarded())),
    ("where_required", "users", lambda: delete_from("users").compile(POSTGRESQL.guarded())),
    ("too_many_parameters", "65536", lambda: USERS.where(in_("id", range(65_536))).sql()),
    ("identifier_too_long", f'"{"a" * 64}"', lambda: select_from("a" * 64).sql()),
    ("identifier_too_long", f'"{"é" * 32}"', lambda: select_from(quoted("é" * 32)).sql()),
    ("dialect_unknown", "oracle", lambda: USERS.compile("oracle")),
    ("cursor_invalid", None, lambda: Cursors(b"k" * 32).open(USERS, Order.by("id"), "rubbish")),
    ("cursor_value", None, lambda: Order.by("id").after([])),
    ("cursor_value", "a", lambda: Order.by(OrderKey("a"), OrderKey("b", nulls="last")).after([None, 1])),
    ("cursor_value", "object", lambda: Cursors(b"k" * 32).seal(USERS, Order.by("id"), {"id": object()})),
    ("order_required", None, lambda: Order.by()),
]

INVALID_IDENTIFIER = [
    ("table", "", lambda: select_from("")),
    ("table", "a..b", lambda: delete_from("a..b")),
    ("table", "üser", lambda: insert_into("üser", {"a": 1})),
    ("table", "1a", lambda: update_table("1a", {"a": 1})),
    ("table", "a\n", lambda: merge_into("a\n")),
    ("table_alias", "a.b", lambda: select_from("t", alias="a.b")),
    ("select_column", "a b", lambda: select_from("t", "a b")),
    ("select_alias", 'x"', lambda: USERS.select_expr(expr("1"), 'x"')),
    ("select_alias", "x.y", lambda: col("a").as_("x.y")),
    ("binding", UNSAFE, where(expr("{{a}} = 1", ids={"a": UNSAFE}))),
    ("predicate_field", "*", lambda: eq("*", 1)),
    ("predicate_field", "a-b", lambda: in_("a-b", [])),
    ("predicate_field", "t.*", lambda: col("t.*")),
    ("join_field", "a;", lambda: USERS.join("t", on=("a;", "=", "b"))),
    ("join_alias", "a.b", lambda: USERS.join_query(USERS, "a.b", on=expr("TRUE"))),
    ("using_field", "t.a", lambda: USERS.join("t", using=["t.a"])),
    ("group_field", "*", lambda: USERS.group_by("*")),
    ("order_field", "t.*", lambda: USERS.order_by("t.*")),
    ("window_name", "a.b", lambda: USERS.window("a.b", expr("ORDER BY a"))),
    ("cte_name", "a.b", lambda: USERS.with_cte("a.b", USERS)),
    ("cte_column", "a.b", lambda: USERS.with_cte("a", USERS, ["a.b"])),
    ("lock_table", "a.b", lambda: USERS.for_update(of=["a.b"])),
    ("returning_field", "a b", lambda: CHANGE.returning("a b")),
    ("insert_field", "t.a", lambda: insert_into("t", {"t.a": 1})),
    ("update_field", "t.a", lambda: update_table("t", {"t.a": 1})),
    ("conflict_column", "t.a", lambda: UPSERT.on_conflict_do_nothing("t.a")),
    ("conflict_constraint", "t a", lambda: UPSERT.on_conflict_do_nothing(constraint="t a")),
    ("conflict_field", "t.a", lambda: UPSERT.on_conflict_update(["id"], set_fields=["t.a"])),
    ("values_column", "a.b", lambda: select_from(values([(1,)]), alias="v", names=["a.b"])),
    ("function_name", "now()", lambda: func["now()"]()),
    ("quoted_name", "a\0", lambda: quoted("a\0")),
    ("quoted_name", "", lambda: quoted()),
]

OTHERS = [
    ("unsupported_operator", "predicate_operator", "~", lambda: op("a", " ~ ", 1)),
    ("unsupported_operator", "predicate_operator", "OR 1=1", lambda: op("a", "or  1=1", 1)),
    ("unsupported_operator", "any_all_operator", "IN", lambda: any_of("a", "in", USERS)),
    ("unsupported_operator", "any_all_operator", "IS", lambda: all_of("a", "is", USERS)),
    ("unsupported_operator", "join_operator", "LIKE", lambda: USERS.join("t", on=("a", "like", "b"))),
    ("compile_failed", "expression_kind", "raw", where(trusted(kind="raw"))),
    ("compile_failed", "statement_kind", "str", lambda: compile_plan("SELECT 1")),
]

CASES = [
    *[("invalid_argument", *each) for each in INVALID_ARGUMENT],
    *[("invalid_identifier", *each) for each in INVALID_IDENTIFIER],
    *OTHERS,
]


@pytest.mark.parametrize(("code", "reason", "identifier", "attempt"), CASES)
def test_what_is_wrong_is_refused_with_its_reason(code, reason, identifier, attempt, refused):
    error = refused(attempt, code, reason, identifier)
    assert REASONS[reason] == (code, str(error))


def test_every_reason_has_a_case():
    assert {reason for _, reason, *_ in CASES} | {"template_format", "interpolation_in_literal"} == set(REASONS)


@pytest.mark.parametrize(
    ("feature", "attempt"),
    [
        ("any_all_subquery", lambda: USERS.where(any_of("id", "=", USERS))),
        ("array_operators", lambda: USERS.where(postgres.array_overlaps("tags", ["a"]))),
        ("column_alias_list", lambda: select_from(values([(1,)]), alias="v", names=["a"])),
        ("conflict_on_constraint", lambda: UPSERT.on_conflict_do_nothing(constraint="users_pkey")),
        ("data_modifying_cte", lambda: USERS.with_cte("gone", delete_from("t").returning("id"))),
        ("default_marker", lambda: insert_into("t", {"a": default()})),
        ("delete_using", lambda: delete_from("t").using("u").where(expr("t.id = u.id"))),
        ("distinct_on", lambda: USERS.distinct_on("id")),
        ("except_all", lambda: USERS.except_all(USERS)),
        ("fetch_with_ties", lambda: USERS.order_by("id").limit(1).with_ties()),
        ("for_update", lambda: USERS.for_share().nowait()),
        ("full_text_search", lambda: USERS.where(postgres.search("name", "a b"))),
        ("grouping_sets", lambda: USERS.group_by(cube("id"))),
        ("intersect_all", lambda: USERS.intersect_all(USERS)),
        ("jsonb_operators", lambda: USERS.where(postgres.json_contains("data", {"a": 1}))),
        ("lateral_join", lambda: USERS.join_query(USERS, "u", on=expr("TRUE"), lateral=True)),
        ("merge", lambda: merge_into("t").using("u", on=expr("TRUE")).when_matched_delete()),
        ("range_operators", lambda: USERS.where(postgres.range_contains("during", 1))),
        ("regular_expressions", lambda: USERS.where(postgres.matches("name", "^a"))),
        ("unnest", lambda: postgres.insert_unnest("t", {"a": "int"}, [{"a": 1}])),
    ],
)
def test_a_missing_feature_is_refused_when_compiled_for_sqlite_alone(feature, attempt, refused):
    statement = attempt()
    assert statement.sql()
    refused(lambda: statement.compile("sqlite"), "unsupported_feature", feature, "sqlite")


def test_like_can_be_refused_where_it_ignores_case(refused):
    statement = USERS.where(op("name", "like", "A%"))
    assert "LIKE ?1" in statement.compile("sqlite").sql
    refused(lambda: statement.compile(SQLITE_STRICT_LIKE), "unsupported_feature", "case_sensitive_like", "sqlite")


@pytest.mark.parametrize("attempt", [attempt for *_, attempt in CASES])
def test_a_refusal_says_nothing_of_values_and_sql(attempt):
    with pytest.raises(SQLBuilderError) as raised:
        attempt()
    assert "DROP" not in str(raised.value)
    assert "SELECT" not in str(raised.value)


def test_a_refused_method_is_absent_to_hasattr():
    assert not hasattr(CHANGE, "union")
    assert hasattr(USERS, "union")


def test_a_refused_statement_stays_as_it_was():
    before = USERS.sql()
    with pytest.raises(SQLBuilderError):
        USERS.where(expr("{{a}}"))
    assert USERS.where(expr("{{a}}", ids={"a": "b"})).sql() == before + ' WHERE ("b")'
    assert USERS.sql() == before
