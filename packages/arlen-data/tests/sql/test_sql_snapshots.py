import re

import pytest
from arlen_data.postgres import insert_into as upsert_into
from arlen_data.sql.delete import delete_from
from arlen_data.sql.insert import insert_into
from arlen_data.sql.predicates import and_, between, eq, in_, not_in, op, or_
from arlen_data.sql.select import select_from
from arlen_data.sql.templates import expr
from arlen_data.sql.update import update_table

HANK = {"role": "admin", "name": "hank"}
RISKY = expr("(COALESCE(d.manifest_order, 0), d.document_id) > ($1, $2)", 15, "doc_000015")


def latest_event(where, *columns, alias=None):
    return select_from("events", *columns, alias=alias).where(expr(where))


SNAPSHOTS = {
    "1": select_from("users", "id", "name")
    .where(eq("tenant_id", 7), op("name", "ilike", "%bo%"))
    .order_by("name")
    .limit(20)
    .offset(40),
    "2": insert_into("users", HANK),
    "3": update_table("users", {"name": "dale"}).where(eq("id", 9)).where(eq("tenant_id", 22)),
    "4": delete_from("users").where(eq("role", "guest"), in_("id", (1, 2))),
    "5": select_from("users", "id", "name").where(
        or_(eq("status", "active"), and_(eq("role", "admin"), not_in("id", [1, 2]))),
        between("created_at", "2026-01-01", "2026-12-31"),
    ),
    "6": select_from("users", "u.id", "u.name", alias="u")
    .with_cte("recent_users", select_from("events", "user_id").where(eq("tenant_id", 44)).group_by("user_id"))
    .join("recent_users", "ru", on=("u.id", "=", "ru.user_id"))
    .left_join("profiles", "p", on=("u.id", "=", "p.user_id"))
    .where(eq("u.tenant_id", 44), in_("u.id", select_from("audit_log", "user_id").where(op("severity", ">=", 3))))
    .group_by("u.id", "u.name")
    .having(op("u.id", ">", 0))
    .order_by("u.id")
    .limit(10),
    "7": insert_into("users", HANK).returning("id", "name"),
    "8": update_table("users", {"name": "dale"}).where(eq("id", 9)).returning("id"),
    "9": delete_from("users").where(eq("role", "guest")).returning("*"),
    "10": select_from("documents", "d.document_id", alias="d")
    .select_expr(expr("COALESCE(d.title, $1)", "untitled"), "display_title")
    .select_expr(expr("CASE WHEN d.is_active THEN $1 ELSE $2 END", "active", "inactive"), "state_label")
    .select_expr(expr("d.updated_at::text"), "updated_at_text")
    .select_expr(expr("jsonb_object_agg(d.meta_key, d.meta_value)"), "meta_payload")
    .where(eq("d.state_code", "TX"))
    .group_by("d.document_id"),
    "11": select_from("documents", "id", "priority", "updated_at", "created_at")
    .order_by("priority", desc=True, nulls="last")
    .order_by_expr(expr("COALESCE(updated_at, created_at)"), nulls="nulls  first")
    .order_by_expr(expr("COALESCE(rank, $1)", 0)),
    "12": select_from("dockets", "d.id", "d.state_code", alias="d")
    .left_join_query(
        select_from("documents", "docket_id").where(eq("state_code", "TX")),
        "rd",
        on=expr("d.id = rd.docket_id AND rd.rank >= $1", 0),
    )
    .left_join_query(
        latest_event("events.docket_id = d.id", "event_id").order_by("created_at", desc=True).limit(1),
        "le",
        on=expr("TRUE"),
        lateral=True,
    )
    .where(eq("d.state_code", "TX")),
    "13": select_from("documents", "document_id", "manifest_order").where(
        expr("(COALESCE(manifest_order, 0), document_id) > ($1, $2)", 8, "doc-002")
    ),
    "14": upsert_into("users", {"id": 1, "name": "hank"}).on_conflict_do_nothing(),
    "15": upsert_into("users", {"id": 7, "name": "Peggy"})
    .on_conflict_update(["id"], set_fields=["name"])
    .returning("id"),
    "16": select_from("documents", "id").where(expr("state_code = $1", "TX")),
    "17": select_from("users", "u.id", "p.user_id", "r.id", "t.kind", alias="u")
    .join("profiles", "p", using=["user_id"])
    .full_join("roles", "r", on=("u.role_id", "=", "r.id"))
    .cross_join("tenants", "t"),
    "18": select_from("users", "u.id", alias="u").full_join_query(
        select_from("audit", "user_id").where(op("severity", ">=", 2)), "a", on=expr("a.user_id = u.id")
    ),
    "19": select_from("recent_ids", "recent_ids.user_id").with_recursive(
        "recent_ids", select_from("events", "user_id").where(eq("state", "ready")), ["user_id"]
    ),
    "20": select_from("jobs", "j.id", alias="j")
    .where(eq("j.state", "queued"))
    .order_by("j.id")
    .limit(5)
    .for_update(of=["j"])
    .skip_locked(),
    "23": select_from("users", "u.id", "u.name", alias="u")
    .with_cte(
        "recent_users",
        select_from("events", "user_id").where(eq("tenant_id", 44), eq("event_type", "login")).group_by("user_id"),
    )
    .join("recent_users", "ru", on=("u.id", "", "ru.user_id"))
    .where(or_(eq("u.status", "active"), eq("u.role", "admin")))
    .order_by("u.id"),
    "24": upsert_into("users", {"name": "Peggy", "id": 7})
    .on_conflict_update(["id"], set_fields=["name"])
    .returning("id"),
    "25": select_from("documents", "d.document_id", "d.state_code", alias="d")
    .select_expr(expr("COALESCE({{title}}, $1)", "untitled", ids={"title": "d.title"}), "display_title")
    .left_join_query(
        latest_event("e.docket_id = d.docket_id", "e.event_id", alias="e")
        .order_by_expr(expr("COALESCE(e.updated_at, e.created_at)"), desc=True, nulls="LAST")
        .limit(1),
        "le",
        on=expr("TRUE"),
        lateral=True,
    )
    .where(expr("{{state}} = $1", "TX", ids={"state": "d.state_code"}), RISKY)
    .order_by_expr(expr("COALESCE({{rank}}, $1)", 0, ids={"rank": "d.manifest_order"}), nulls="LAST")
    .order_by("d.document_id")
    .limit(25),
}


@pytest.mark.parametrize("snapshot", [str(number) for number in range(1, 26)])
def test_the_snapshot_is_rendered_byte_for_byte(snapshot, variants, sql_fixture):
    statement = {**SNAPSHOTS, **variants}[snapshot]
    expected = sql_fixture("snapshots.json")[snapshot]
    assert statement.as_dict() == {"sql": expected["sql"], "parameters": tuple(expected["parameters"])}


def test_the_matrix_is_rendered_byte_for_byte(matrix, sql_fixture):
    scenarios = {row["id"]: row for row in sql_fixture("conformance_matrix.json")["scenarios"]}
    assert {name: statement.sql() for name, statement in matrix.items()} == {
        name: row["sql"] for name, row in scenarios.items()
    }
    assert {name: list(statement.parameters()) for name, statement in matrix.items()} == {
        name: row["parameters"] for name, row in scenarios.items()
    }


def test_the_matrix_numbers_its_placeholders_from_one_without_a_gap(matrix):
    for statement in matrix.values():
        numbers = {int(number) for number in re.findall(r"\$(\d+)", statement.sql())}
        assert numbers == set(range(1, len(statement.parameters()) + 1))


@pytest.mark.parametrize(
    ("scenario", "feature"),
    [("exists_any_all", "any_all_subquery"), ("lateral_join", "lateral_join"), ("locking_skip_locked", "for_update")],
)
def test_sqlite_refuses_what_it_lacks(scenario, feature, matrix, refused):
    refused(lambda: matrix[scenario].compile("sqlite"), "unsupported_feature", feature, "sqlite")


@pytest.mark.parametrize("scenario", ["expression_ordering", "template_select", "tuple_cursor", "window_named"])
def test_sqlite_has_the_portable_scenarios_with_its_own_placeholders(scenario, matrix):
    compiled = matrix[scenario].compile("sqlite")
    assert compiled.sql == matrix[scenario].sql().replace("$", "?")


def test_sqlite_writes_operands_without_parentheses(matrix):
    assert matrix["set_operation"].compile("sqlite").sql == (
        'SELECT "doc_id" FROM "active_docs" WHERE "state_code" = ?1'
        ' UNION ALL SELECT "doc_id" FROM "archived_docs" WHERE "state_code" = ?2'
        ' EXCEPT SELECT "doc_id" FROM "blocked_docs" WHERE "block_flag" = ?3'
    )
