"""The conformance matrix and its neighbours on real databases: SQLite of the standard library and PostgreSQL."""

import psycopg
import pytest
from arlen_data import (
    Database,
    Order,
    OrderKey,
    SQLBuilderError,
    case,
    cast,
    col,
    cube,
    default,
    delete_from,
    eq,
    exists,
    explain,
    expr,
    func,
    in_,
    insert_defaults,
    insert_from,
    insert_many,
    merge_into,
    postgres,
    select,
    select_from,
    update_table,
    values,
)
from arlen_data import sqlite as sqlite_clauses
from arlen_data.sqlite.library import lacking

TABLES = """
CREATE TABLE documents (id text, state_code text, title text, updated_at text, created_at text, priority int,
                        manifest_order int, document_id text);
CREATE TABLE active_docs (doc_id text, state_code text);
CREATE TABLE archived_docs (doc_id text, state_code text);
CREATE TABLE blocked_docs (doc_id text, block_flag int);
CREATE TABLE dockets (id text, state_code text);
CREATE TABLE events (event_id text, docket_id text, user_id text, state text, updated_at text, created_at text);
CREATE TABLE scores (user_id text, team_id text, score int);
CREATE TABLE users (id text, score int);
CREATE TABLE thresholds (value int, category text);
CREATE TABLE minima (min_score int, enabled int);
CREATE TABLE queue_jobs (id int UNIQUE, state text DEFAULT 'new', attempt_count int, updated_at text);
INSERT INTO documents VALUES
  ('d1', 'TX', 'Texas Notice', '2026-01-02', '2026-01-01', 5, 7, 'doc-001'),
  ('d2', 'TX', NULL, '2026-01-03', '2026-01-02', NULL, 8, 'doc-002'),
  ('d3', 'TX', 'Gamma', NULL, '2026-01-04', 1, 8, 'doc-003'),
  ('d4', 'TX', 'Delta', '2026-01-05', '2026-01-05', 3, 9, 'doc-004');
INSERT INTO active_docs VALUES ('a1', 'TX'), ('shared', 'TX');
INSERT INTO archived_docs VALUES ('b1', 'TX'), ('shared', 'TX');
INSERT INTO blocked_docs VALUES ('shared', 1);
INSERT INTO dockets VALUES ('d1', 'TX'), ('d2', 'TX');
INSERT INTO events VALUES
  ('ev-1', 'd1', NULL, NULL, '2026-01-01', '2026-01-01'), ('ev-2', 'd1', NULL, NULL, '2026-01-03', '2026-01-02'),
  ('ev-3', 'd2', NULL, NULL, '2026-01-02', '2026-01-01'), (NULL, NULL, 'u1', 'ready', NULL, NULL),
  (NULL, NULL, 'u2', 'pending', NULL, NULL);
INSERT INTO scores VALUES ('u1', 't1', 10), ('u2', 't1', 7), ('u3', 't2', 4);
INSERT INTO users VALUES ('u1', 10), ('u2', 3);
INSERT INTO thresholds VALUES (5, 'risk'), (8, 'risk');
INSERT INTO minima VALUES (4, 1);
INSERT INTO queue_jobs VALUES
  (1, 'queued', 0, '2026-01-01T00:00:00Z'), (9, 'running', 2, '2026-01-01T00:00:00Z');
"""

ROWS = {
    "exists_any_all": [("u1",)],
    "expression_ordering": [("d1",), ("d4",), ("d3",), ("d2",)],
    "lateral_join": [("d1", "TX"), ("d2", "TX")],
    "locking_skip_locked": [(1,)],
    "postgres_upsert_expression": [(9,)],
    "tuple_cursor": [("doc-003",), ("doc-004",)],
    "window_named": [("u1", 1), ("u2", 2), ("u3", 1)],
}
PORTABLE = ("expression_ordering", "tuple_cursor", "window_named")


class Postgres:
    """One connection whose cursors send the SQL as it is, with ``$n``."""

    def __init__(self, connection):
        self.connection = connection

    def __call__(self, statement, prepare=False):
        compiled = statement.compile()
        cursor = self.connection.execute(compiled.sql, compiled.parameters, prepare=prepare)
        return cursor.fetchall() if compiled.operation == "query" else cursor.rowcount


@pytest.fixture
def pg(arlen_postgres):
    with psycopg.connect(arlen_postgres.dsn, cursor_factory=psycopg.RawCursor) as connection:
        connection.execute(TABLES)
        connection.commit()
        yield Postgres(connection)


@pytest.fixture
def lite(sqlite, run_on_sqlite):
    sqlite.executescript(TABLES)
    return run_on_sqlite


@pytest.mark.parametrize("prepare", [False, True], ids=["direct", "prepared"])
def test_postgres_gives_the_rows_of_the_matrix(pg, matrix, prepare):
    assert {name: pg(matrix[name], prepare) for name in ROWS} == ROWS
    assert set(pg(matrix["set_operation"], prepare)) == {("a1",), ("b1",)}
    assert dict(pg(matrix["template_select"], prepare))["d2"] == "untitled"
    assert len(pg(matrix["template_select"], prepare)) == 4
    job = select_from("queue_jobs", "state", "attempt_count", "updated_at").where(eq("id", 9))
    assert pg(job) == [("queued", 3, "2026-01-02T00:00:00Z")]


def test_sqlite_gives_the_rows_of_the_portable_matrix(lite, matrix):
    assert {name: lite(matrix[name]) for name in PORTABLE} == {name: ROWS[name] for name in PORTABLE}
    assert set(lite(matrix["set_operation"])) == {("a1",), ("b1",)}
    assert dict(lite(matrix["template_select"]))["d2"] == "untitled"


GUARDED_UPSERT = (
    postgres.insert_into("queue_jobs", {"id": 9, "state": "done"})
    .on_conflict_update(
        ["id"], set_fields=["state"], where=expr("{{state}} <> $1", "done", ids={"state": "queue_jobs.state"})
    )
    .returning("id")
)


def test_a_guarded_upsert_changes_the_row_once(pg, lite):
    assert (pg(GUARDED_UPSERT), pg(GUARDED_UPSERT)) == ([(9,)], [])
    assert (lite(GUARDED_UPSERT), lite(GUARDED_UPSERT)) == ([(9,)], [])


SCORES = select_from("scores", "user_id").order_by("user_id")
COUNTS = select_from("scores", "team_id", func.count().as_("n")).group_by("team_id").order_by("team_id")
LADDER = values([(1, "low"), (5, "high")])

EVERYWHERE = {
    "distinct": (select_from("scores", "team_id").distinct().order_by("team_id"), [("t1",), ("t2",)]),
    "offset alone": (SCORES.offset(2), [("u3",)]),
    "aggregate filter": (
        select_from("scores", func.count().filter(col("score") > 5), func.count(col("team_id"), distinct=True)),
        [(2, 2)],
    ),
    "query in FROM": (select_from(COUNTS, "c.n", alias="c").where(eq("c.team_id", "t1")), [(2,)]),
    "values in a CTE": (
        select_from("ladder", "name").with_cte("ladder", LADDER, ["least", "name"]).where(col("least") > 1),
        [("high",)],
    ),
    "case": (
        select_from("scores", case((col("score") > 5, "high"), else_="low").as_("rank")).order_by("user_id"),
        [("high",), ("high",), ("low",)],
    ),
    "cast and arithmetic": (select(((cast("7", "int") + 1) * 2).as_("n")), [(16,)]),
    "scalar subquery": (
        select_from("scores", "user_id").where(col("score") == select_from("scores", func.max(col("score")))),
        [("u1",)],
    ),
    "null-safe list": (
        select_from("documents", "id").where(in_("priority", [None, 5])).order_by("id"),
        [("d1",), ("d2",)],
    ),
    "call order of set operations": (
        SCORES.limit(3).union(select_from("users", "id")).intersect(select_from("users", "id")).order_by("user_id"),
        [("u1",), ("u2",)],
    ),
    "recursive CTE": (
        select_from("n", "i").with_recursive(
            "n", select(cast(1, "int")).union_all(select_from("n", expr("i + 1")).where(col("i") < 3)), ["i"]
        ),
        [(1,), (2,), (3,)],
    ),
    "window over": (
        select_from(
            "scores",
            "user_id",
            func.rank().over(partition_by=["team_id"], order_by=expr("score DESC")).as_("place"),
        ).order_by("user_id"),
        [("u1", 1), ("u2", 2), ("u3", 1)],
    ),
    "is distinct from": (
        select_from("documents", "id").where(col("priority").is_distinct_from(5)).order_by("id"),
        [("d2",), ("d3",), ("d4",)],
    ),
    "update with expression": (
        update_table("users", {"score": col("score") + 1}).where(eq("id", "u1")).returning("score"),
        [(11,)],
    ),
    "update from": (
        update_table("users", {"score": col("s.score")})
        .from_("scores", "s")
        .where(expr("s.user_id = users.id"), eq("users.id", "u2"))
        .returning("users.score"),
        [(7,)],
    ),
    "insert from": (
        insert_from("active_docs", ["doc_id", "state_code"], select_from("dockets", "id", "state_code")).returning(
            "doc_id"
        ),
        [("d1",), ("d2",)],
    ),
    "upsert from": (
        postgres.insert_from("queue_jobs", ["id", "state"], select_from("minima", "min_score", cast("x", "text")))
        .on_conflict_update(["id"], set_fields=["state"])
        .returning("id", "state"),
        [(4, "x")],
    ),
    "insert defaults": (insert_defaults("queue_jobs").returning("state"), [("new",)]),
    "insert many": (
        insert_many("users", [{"score": 1, "id": "x"}, {"id": "y", "score": 2}]).returning("id", "score"),
        [("x", 1), ("y", 2)],
    ),
    "delete": (delete_from("users").where(exists(select_from("minima"))).returning("id"), [("u1",), ("u2",)]),
}


@pytest.mark.parametrize("case_", EVERYWHERE)
def test_both_databases_give_the_same_rows(case_, pg, lite):
    statement, rows = EVERYWHERE[case_]
    assert pg(statement) == rows
    assert lite(statement) == rows


SHARED = select_from("users", "id").union_all(select_from("users", "id"))
POSTGRES_ONLY = {
    "distinct on": (
        select_from("scores", "team_id", "user_id")
        .distinct_on("team_id")
        .order_by("team_id")
        .order_by("score", desc=True),
        [("t1", "u1"), ("t2", "u3")],
    ),
    "with ties": (select_from("blocked_docs", "doc_id").order_by("block_flag").limit(1).with_ties(), [("shared",)]),
    "cube": (
        select_from("scores", "team_id", func.sum(col("score"))).group_by(cube("team_id")).order_by("team_id"),
        [("t1", 17), ("t2", 4), (None, 21)],
    ),
    "except all": (SHARED.except_all(select_from("users", "id")).order_by("id"), [("u1",), ("u2",)]),
    "any value": (select_from("users", "id").where(postgres.any_value("id", ["u2", "x"])), [("u2",)]),
    "any pattern": (select_from("users", "id").where(postgres.any_value("id", ["%2", "x"], "ilike")), [("u2",)]),
    "function in FROM": (
        select_from(func.generate_series(cast(1, "int"), cast(3, "int")), "n", alias="g", names=["n"]).order_by("n"),
        [(1,), (2,), (3,)],
    ),
    "default": (
        postgres.insert_into("queue_jobs", {"id": 50, "state": default()}).returning("state"),
        [("new",)],
    ),
    "constraint": (
        postgres.insert_into("queue_jobs", {"id": 9, "state": "x"})
        .on_conflict_update(constraint="queue_jobs_id_key", set_fields=["state"])
        .returning("state"),
        [("x",)],
    ),
    "delete using": (
        delete_from("users")
        .using("scores", "s")
        .where(expr("s.user_id = users.id AND s.score < $1", 8))
        .returning("id"),
        [("u2",)],
    ),
    "data-modifying CTE": (
        select_from("gone", "id").with_cte("gone", delete_from("users").where(eq("id", "u1")).returning("id")),
        [("u1",)],
    ),
    "unnest": (
        postgres.insert_unnest(
            "users", {"id": "text", "score": "int"}, [{"id": "p", "score": 1}, {"id": "q", "score": None}]
        ).returning("id", "score"),
        [("p", 1), ("q", None)],
    ),
    "full text": (
        select_from("documents", "id").where(postgres.search("title", "notice texas", "english")),
        [("d1",)],
    ),
    "regular expression": (select_from("documents", "id").where(postgres.imatches("title", "^g")), [("d3",)]),
    "nowait": (select_from("users", "id").where(eq("id", "u1")).for_no_key_update().nowait(), [("u1",)]),
}


@pytest.mark.parametrize("case_", POSTGRES_ONLY)
def test_postgres_runs_its_own_clauses(case_, pg):
    statement, rows = POSTGRES_ONLY[case_]
    assert pg(statement) == rows


def test_merge_changes_deletes_and_inserts(pg):
    merge = (
        merge_into("users", "u")
        .using(values([("u1", 5), ("u2", 0), ("u9", 9)]), "v", on=expr("v.column1 = u.id"))
        .when_matched_delete(expr("v.column2 = $1", 0))
        .when_matched_update({"score": col("u.score") + col("v.column2")})
        .when_not_matched_insert({"id": col("v.column1"), "score": col("v.column2")})
    )
    assert pg(merge) == 3
    assert pg(select_from("users").order_by("id")) == [("u1", 15), ("u9", 9)]


DOCUMENT = {"a": {"b": [1, 2]}, "tag": "x"}


def test_postgres_looks_into_documents(pg):
    pg.connection.execute("CREATE TABLE docs (id int, data jsonb, tags text[], during int4range)")
    row = {
        "id": 1,
        "data": cast('{"a": {"b": [1, 2]}, "tag": "x"}', "jsonb"),
        "tags": ["p", "q"],
        "during": cast("[1,5)", "int4range"),
    }
    pg(postgres.insert_into("docs", row))
    found = [
        postgres.json_contains("data", {"tag": "x"}),
        postgres.json_has_key("data", "tag"),
        postgres.json_has_any("data", ["tag", "none"]),
        postgres.json_has_all("data", ["a", "tag"]),
        postgres.json_contained("data", {**DOCUMENT, "more": 1}),
        postgres.json_path_exists("data", "$.a.b[*] ? (@ > 1)"),
        postgres.json_text("data", "a", "b", 1) == "2",
        postgres.array_contains("tags", ["p"]),
        postgres.array_overlaps("tags", ["q", "z"]),
        postgres.array_contained("tags", ["p", "q", "r"]),
        postgres.range_contains("during", cast(4, "int")),
        postgres.range_overlaps("during", cast("[4,9)", "int4range")),
    ]
    absent = [
        postgres.json_contains("data", {"tag": "y"}),
        postgres.json_has_key("data", "none"),
        postgres.json_has_all("data", ["a", "none"]),
        postgres.array_contains("tags", ["z"]),
        postgres.range_contains("during", cast(5, "int")),
    ]
    assert [pg(select_from("docs", "id").where(condition)) for condition in found] == [[(1,)]] * len(found)
    assert [pg(select_from("docs", "id").where(condition)) for condition in absent] == [[]] * len(absent)
    change = update_table("docs", {"data": postgres.json_set("data", ["a", "b"], None)}).returning("data")
    assert pg(change) == [({"a": {"b": None}, "tag": "x"},)]


def test_sqlite_looks_into_documents(lite, sqlite):
    sqlite.execute("CREATE TABLE docs (data text)")
    lite(sqlite_clauses.insert_into("docs", {"data": '{"a": {"b": [1, 2]}, "tag": "x"}'}))
    inside = select_from("docs", func.json_extract(col("data"), "$.a.b"), func.json_extract(col("data"), "$.tag"))
    assert lite(inside) == [("[1,2]", "x")]
    lite(update_table("docs", {"data": sqlite_clauses.json_set("data", ["a", "b"], {"c": "d"})}))
    assert lite(inside) == [('{"c":"d"}', "x")]


@pytest.mark.parametrize(
    ("feature", "query", "rows"),
    [
        (
            "json_arrows",
            select_from(
                "docs", sqlite_clauses.json_get("data", "a", "b"), sqlite_clauses.json_text("data", "a", "b", 1)
            ),
            [("[1,2]", 2)],
        ),
        (
            "right_and_full_join",
            select_from("docs", "d.id", alias="d")
            .select_expr(col("e.id"), "other")
            .right_join("docs", "e", on=expr("d.id = e.id + 1")),
            [(None, 1)],
        ),
        (
            "right_and_full_join",
            select_from("docs", "d.id", alias="d")
            .select_expr(col("e.id"), "other")
            .full_join("docs", "e", on=expr("d.id = e.id + 1"))
            .order_by("d.id"),
            [(None, 1), (1, None)],
        ),
    ],
)
def test_a_library_without_a_feature_refuses_it_before_it_runs(feature, query, rows):
    with Database.open(":memory:") as db:
        db.execute("CREATE TABLE docs (id INTEGER, data TEXT)")
        db.execute("INSERT INTO docs VALUES (1, $1)", ['{"a": {"b": [1, 2]}}'])
        if feature in lacking():
            with pytest.raises(SQLBuilderError) as caught:
                db.fetch_all(query)
            assert caught.value.reason == feature
        else:
            assert db.fetch_all(query, rows_as=tuple) == rows


def test_a_partial_unique_index_is_a_conflict_target(pg, lite, sqlite):
    index = "CREATE UNIQUE INDEX live ON users (id) WHERE score > 5"
    pg.connection.execute(index)
    sqlite.execute(index)
    statement = (
        postgres.insert_into("users", {"id": "u1", "score": 99})
        .on_conflict_update(["id"], set_fields=["score"], target_where=expr("score > 5"))
        .returning("score")
    )
    assert pg(statement) == lite(statement) == [(99,)]
    assert len(pg(select_from("users"))) == len(lite(select_from("users"))) == 2


def test_sqlite_needs_no_conflict_target(lite):
    statement = sqlite_clauses.insert_into("queue_jobs", {"id": 9, "state": "x"})
    assert lite(statement.on_conflict_update(set_fields=["state"]).returning("state")) == [("x",)]


def test_a_plan_comes_instead_of_rows(pg, lite):
    statement = delete_from("users").where(eq("id", "u1"))
    assert "users" in str(pg(explain(statement, analyze=True)))
    assert "users" in str(lite(explain(statement)))
    assert (explain(statement).writes, explain(statement, analyze=True).writes) == (False, True)
    assert pg(select_from("users", "id")) == [("u2",)]
    assert len(lite(select_from("users"))) == 2


def test_rows_written_out_are_ordered_cut_and_combined(pg, lite):
    rows = values([(2,), (3,), (1,)])
    assert pg(rows.order_by("column1").limit(2)) == lite(rows.order_by("column1").limit(2)) == [(1,), (2,)]
    both = select(cast(2, "int").as_("n")).union(rows).order_by("n")
    assert pg(both) == lite(both) == [(1,), (2,), (3,)]


def test_chunks_insert_all_rows_in_order(lite):
    rows = [{"id": str(number), "score": number} for number in range(100)]
    chunks = insert_many("users", rows).returning("score").chunks("sqlite", limit=30)
    assert [len(chunk.parameters()) for chunk in chunks] == [30] * 6 + [20]
    assert [score for chunk in chunks for (score,) in lite(chunk)] == list(range(100))


def test_chunks_give_each_row_its_own_values(lite):
    rows = [{"id": str(number), "score": expr("$1 + $2", number, 1) if number % 3 else number} for number in range(20)]
    chunks = insert_many("users", rows).returning("id", "score").chunks("sqlite", limit=7)
    assert all(len(chunk.parameters()) <= 7 for chunk in chunks)
    inserted = [row for chunk in chunks for row in lite(chunk)]
    assert inserted == [(str(number), number + bool(number % 3)) for number in range(20)]


ORDERS = {
    "one key": Order.by("document_id"),
    "one direction": Order.by("-manifest_order", "-document_id"),
    "mixed": Order.by("-manifest_order", "document_id"),
    "nulls last": Order.by(OrderKey("priority", nulls="last"), "-document_id"),
    "nulls first": Order.by(OrderKey("priority", desc=True, nulls="first"), "document_id"),
    "nulls in both": Order.by(OrderKey("title", nulls="first"), OrderKey("priority", nulls="last"), "document_id"),
}


@pytest.mark.parametrize("order", ORDERS)
def test_pages_of_one_row_are_the_whole_in_order(order, pg, lite):
    keys = ORDERS[order]
    query = select_from("documents", *[key.field for key in keys.keys])
    for run in (pg, lite):
        whole = run(query.page_after(keys))
        paged, after = [], None
        while rows := run(query.page_after(keys, after).limit(1)):
            paged += rows
            after = rows[-1]
        assert paged == whole
        assert len(paged) == 4
