import json
import sqlite3
from pathlib import Path

import pytest
from arlen_data import postgres
from arlen_data.errors import SQLBuilderError
from arlen_data.sql.predicates import all_of, any_of, eq, exists
from arlen_data.sql.select import select_from
from arlen_data.sql.templates import expr

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sql_builder"


def exists_any_all(probe="e.user_id", order=True):
    query = select_from("users", "u.id", alias="u").where(
        exists(select_from("events", probe, alias="e").where(expr("e.user_id = u.id"))),
        any_of("u.score", ">=", select_from("thresholds", "value").where(eq("category", "risk"))),
        all_of("u.score", ">=", select_from("minima", "min_score").where(eq("enabled", 1))),
    )
    return query.order_by("u.id") if order else query


def expression_ordering():
    updated = expr(
        "COALESCE({{updated_col}}, {{created_col}}, $1)",
        "1970-01-01T00:00:00Z",
        ids={"updated_col": "d.updated_at", "created_col": "d.created_at"},
    )
    return (
        select_from("documents", "d.id", alias="d")
        .order_by("d.priority", desc=True, nulls="LAST")
        .order_by_expr(updated, nulls="FIRST")
    )


def lateral_join():
    latest = (
        select_from("events", "e.event_id", alias="e")
        .where(expr("e.docket_id = d.id"))
        .order_by_expr(expr("COALESCE(e.updated_at, e.created_at)"), desc=True, nulls="LAST")
        .limit(1)
    )
    return (
        select_from("dockets", "d.id", "d.state_code", alias="d")
        .left_join_query(latest, "le", on=expr("TRUE"), lateral=True)
        .where(eq("d.state_code", "TX"))
        .order_by("d.id")
    )


def locking_skip_locked():
    return (
        select_from("queue_jobs", "q.id", alias="q")
        .where(eq("q.state", "queued"))
        .order_by("q.id")
        .limit(1)
        .for_update(of=["q"])
        .skip_locked()
    )


def postgres_upsert_expression():
    columns = {"attempts": "queue_jobs.attempt_count", "updated": "queue_jobs.updated_at"}
    return (
        postgres.insert_into(
            "queue_jobs",
            {"id": 9, "state": "queued", "attempt_count": 0, "updated_at": "2026-01-01T00:00:00Z"},
        )
        .on_conflict_update(
            ["id"],
            assignments={
                "updated_at": expr(
                    'GREATEST({{updated}}, EXCLUDED."updated_at", $1::text)',
                    "2026-01-02T00:00:00Z",
                    ids={"updated": columns["updated"]},
                ),
                "state": "EXCLUDED.state",
                "attempt_count": expr("{{attempts}} + $1", 1, ids={"attempts": columns["attempts"]}),
            },
            where=expr("{{state}} <> $1", "done", ids={"state": "queue_jobs.state"}),
        )
        .returning("id")
    )


def set_operation():
    texas = eq("state_code", "TX")
    return (
        select_from("active_docs", "doc_id")
        .where(texas)
        .union_all(select_from("archived_docs", "doc_id").where(texas))
        .except_(select_from("blocked_docs", "doc_id").where(eq("block_flag", 1)))
    )


def template_select():
    return (
        select_from("documents", "d.id", alias="d")
        .select_expr(expr("COALESCE({{title_col}}, $1)", "untitled", ids={"title_col": "d.title"}), "display_title")
        .where(expr("{{state_col}} = $1", "TX", ids={"state_col": "d.state_code"}))
        .order_by_expr(
            expr("COALESCE({{updated}}, {{created}})", ids={"updated": "d.updated_at", "created": "d.created_at"}),
            nulls="LAST",
        )
    )


def tuple_cursor():
    return (
        select_from("documents", "doc.document_id", alias="doc")
        .where(expr("(COALESCE(doc.manifest_order, 0), doc.document_id) > ($1, $2)", 8, "doc-002"))
        .order_by_expr(expr("COALESCE(doc.manifest_order, 0)"), nulls="LAST")
        .order_by("doc.document_id")
    )


def window_named(window="score_win"):
    return (
        select_from("scores", "s.user_id", alias="s")
        .select_expr(expr("ROW_NUMBER() OVER {{win}}", ids={"win": window}), "row_num")
        .window(
            window,
            expr("PARTITION BY {{team}} ORDER BY {{score}} DESC", ids={"team": "s.team_id", "score": "s.score"}),
        )
        .order_by("s.user_id")
    )


MATRIX = (
    exists_any_all,
    expression_ordering,
    lateral_join,
    locking_skip_locked,
    postgres_upsert_expression,
    set_operation,
    template_select,
    tuple_cursor,
    window_named,
)


@pytest.fixture(scope="session")
def matrix():
    """The statements of the conformance matrix by id."""
    return {build.__name__: build() for build in MATRIX}


@pytest.fixture(scope="session")
def variants():
    """Statements of the matrix built a little differently."""
    return {"21": exists_any_all("e.id", order=False), "22": window_named("w_rank")}


@pytest.fixture(scope="session")
def sql_fixture():
    """Reads a JSON fixture of the builder by its name."""
    return lambda name: json.loads((FIXTURES / name).read_text(encoding="utf-8"))


@pytest.fixture
def sqlite():
    """A real SQLite database in memory, and how to run a statement on it."""
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@pytest.fixture
def run_on_sqlite(sqlite):
    """Runs a statement on the SQLite database; the answer is its rows."""

    def run(statement):
        compiled = statement.compile("sqlite")
        numbered = {str(number): value for number, value in enumerate(compiled.parameters, 1)}
        return sqlite.execute(compiled.sql, numbered).fetchall()

    return run


@pytest.fixture(scope="session")
def refused():
    """Calls what must be refused, and compares code, reason and identifier; the answer is the error."""

    def check(attempt, code, reason, identifier):
        with pytest.raises(SQLBuilderError) as raised:
            attempt()
        error = raised.value
        assert (error.code, error.reason, error.identifier) == (code, reason, identifier)
        assert (error.details["reason"], error.details["identifier"]) == (reason, identifier)
        return error

    return check
