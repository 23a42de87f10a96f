"""How clauses are written that the snapshots do not show."""

import pytest
from arlen_data import (
    Order,
    OrderKey,
    and_,
    case,
    cast,
    col,
    cube,
    delete_from,
    eq,
    excluded,
    expr,
    func,
    grouping_sets,
    in_,
    insert_defaults,
    insert_from,
    insert_into,
    insert_many,
    merge_into,
    not_between,
    not_exists,
    not_in,
    op,
    or_,
    param,
    postgres,
    quoted,
    rollup,
    select,
    select_from,
    sqlite,
    update_table,
    values,
)
from arlen_data.compiler import compile_plan

T = select_from("t", "id")
GONE = delete_from("u").where(eq("a", 1)).returning("id")

RENDERED = [
    (select_from("t"), 'SELECT * FROM "t"', ()),
    (select_from("t").select_expr(expr("1"), "one"), 'SELECT *, 1 AS "one" FROM "t"', ()),
    (select_from("s.t", "t.*", "x", alias="t"), 'SELECT "t".*, "x" FROM "s"."t" AS "t"', ()),
    (T.as_("a").as_("b"), 'SELECT "id" FROM "t" AS "b"', ()),
    (T.select("x").select(col("y").as_("z"), func.now()), 'SELECT "id", "x", "y" AS "z", now() FROM "t"', ()),
    (T.where(), 'SELECT "id" FROM "t"', ()),
    (T.where(or_(), and_(or_())), 'SELECT "id" FROM "t"', ()),
    (T.where(or_(eq("a", 1), and_())), 'SELECT "id" FROM "t" WHERE ("a" = $1)', (1,)),
    (T.where(~or_()), 'SELECT "id" FROM "t"', ()),
    (
        T.where(~eq("a", 1) | eq("b", 2) & eq("c", 3)),
        'SELECT "id" FROM "t" WHERE (NOT ("a" = $1) OR ("b" = $2 AND "c" = $3))',
        (1, 2, 3),
    ),
    (T.where(op("a", "is  distinct from", None)), 'SELECT "id" FROM "t" WHERE "a" IS DISTINCT FROM NULL', ()),
    (T.where(op("a", "", 1), op("b", "<>", None)), 'SELECT "id" FROM "t" WHERE "a" = $1 AND "b" IS NOT NULL', (1,)),
    (T.where(in_("a", []), not_in("a", ())), 'SELECT "id" FROM "t" WHERE 1=0 AND 1=1', ()),
    (T.where(in_("a", (n for n in (1, 2)))), 'SELECT "id" FROM "t" WHERE "a" IN ($1, $2)', (1, 2)),
    (T.where(in_("a", [None])), 'SELECT "id" FROM "t" WHERE "a" IS NULL', ()),
    (T.where(in_("a", [1, None])), 'SELECT "id" FROM "t" WHERE ("a" IN ($1) OR "a" IS NULL)', (1,)),
    (T.where(in_("a", [1, col("b"), 2])), 'SELECT "id" FROM "t" WHERE "a" IN ($1, "b", $2)', (1, 2)),
    (
        T.where(not_in("a", T), not_exists(T)),
        'SELECT "id" FROM "t" WHERE "a" NOT IN (SELECT "id" FROM "t") AND NOT EXISTS (SELECT "id" FROM "t")',
        (),
    ),
    (T.where(not_between("a", 1, col("b"))), 'SELECT "id" FROM "t" WHERE "a" NOT BETWEEN $1 AND "b"', (1,)),
    (
        T.where(expr("a->>'k' = $1 AND b ? '$1' AND c = $1", 5)),
        "SELECT \"id\" FROM \"t\" WHERE (a->>'k' = $1 AND b ? '$1' AND c = $1)",
        (5,),
    ),
    (T.limit(3).limit(4).offset(0), 'SELECT "id" FROM "t" LIMIT 4 OFFSET 0', ()),
    (T.distinct(), 'SELECT DISTINCT "id" FROM "t"', ()),
    (T.distinct_on("a", col("b")), 'SELECT DISTINCT ON ("a", "b") "id" FROM "t"', ()),
    (
        T.group_by("a", rollup("b", "c"), expr("d + 1")),
        'SELECT "id" FROM "t" GROUP BY "a", ROLLUP ("b", "c"), d + 1',
        (),
    ),
    (
        T.group_by(cube("a"), grouping_sets(["a", "b"], [])),
        'SELECT "id" FROM "t" GROUP BY CUBE ("a"), GROUPING SETS (("a", "b"), ())',
        (),
    ),
    (
        select(func.count().filter(eq("a", 1)).over("w"), param(2)),
        'SELECT count(*) FILTER (WHERE "a" = $1) OVER "w", $2',
        (1, 2),
    ),
    (select(func.sum(col("a"), distinct=True), func["s.f"]("x")), 'SELECT sum(DISTINCT "a"), s.f($1)', ("x",)),
    (
        select(func.lag(col("a"), 1).over(partition_by=["b"], order_by=expr("c DESC"))),
        'SELECT lag("a", $1) OVER (PARTITION BY "b" ORDER BY c DESC)',
        (1,),
    ),
    (
        select(case((eq("a", 1), "x"), (expr("b"), col("c")), else_=0)),
        'SELECT CASE WHEN "a" = $1 THEN $2 WHEN (b) THEN "c" ELSE $3 END',
        (1, "x", 0),
    ),
    (
        select(cast(col("a"), "NUMERIC(10,2)"), cast(["a"], "text[]")),
        'SELECT CAST("a" AS numeric(10,2)), CAST($1 AS text[])',
        (["a"],),
    ),
    (select((col("a") + 1) * col("b"), col("a").concat("!")), 'SELECT (("a" + $1) * "b"), ("a" || $2)', (1, "!")),
    (select_from(T, alias="q"), 'SELECT * FROM (SELECT "id" FROM "t") AS "q"', ()),
    (select_from(func.f(1), alias="g"), 'SELECT * FROM f($1) AS "g"', (1,)),
    (
        select_from(values([(1, "a"), (2, col("b"))]), alias="v", names=["x", "y"]),
        'SELECT * FROM (VALUES ($1, $2), ($3, "b")) AS "v" ("x", "y")',
        (1, "a", 2),
    ),
    (
        T.where(col("a") == select_from("u", func.max(col("b")))),
        'SELECT "id" FROM "t" WHERE "a" = (SELECT max("b") FROM "u")',
        (),
    ),
    (T.join("u", on=eq("t.id", col("u.id"))), 'SELECT "id" FROM "t" INNER JOIN "u" ON "t"."id" = "u"."id"', ()),
    (T.right_join("u", using=["a", "b"]), 'SELECT "id" FROM "t" RIGHT JOIN "u" USING ("a", "b")', ()),
    (
        T.right_join_query(T, "q", on=expr("TRUE")),
        'SELECT "id" FROM "t" RIGHT JOIN (SELECT "id" FROM "t") AS "q" ON TRUE',
        (),
    ),
    (
        T.with_cte("gone", GONE),
        'WITH "gone" AS (DELETE FROM "u" WHERE "a" = $1 RETURNING "id") SELECT "id" FROM "t"',
        (1,),
    ),
    (
        T.with_cte("a", T, materialized="NOT MATERIALIZED").with_recursive("b", T),
        'WITH RECURSIVE "a" AS NOT MATERIALIZED (SELECT "id" FROM "t"), "b" AS (SELECT "id" FROM "t") SELECT "id"'
        ' FROM "t"',
        (),
    ),
    (
        insert_into("t", {"a": 1}).with_cte("c", T.where(eq("x", 9))),
        'WITH "c" AS (SELECT "id" FROM "t" WHERE "x" = $1) INSERT INTO "t" ("a") VALUES ($2)',
        (9, 1),
    ),
    (
        update_table("t", {"a": 1}).with_cte("c", T).where(eq("b", 2)),
        'WITH "c" AS (SELECT "id" FROM "t") UPDATE "t" SET "a" = $1 WHERE "b" = $2',
        (1, 2),
    ),
    (delete_from("t").with_cte("c", T), 'WITH "c" AS (SELECT "id" FROM "t") DELETE FROM "t"', ()),
    (
        T.union(T).with_cte("c", T).order_by("id").limit(1),
        'WITH "c" AS (SELECT "id" FROM "t") (SELECT "id" FROM "t") UNION (SELECT "id" FROM "t") ORDER BY "id" ASC'
        " LIMIT 1",
        (),
    ),
    (
        T.limit(1).union(T).limit(2).union_all(T),
        '((SELECT "id" FROM "t" LIMIT 1) UNION (SELECT "id" FROM "t") LIMIT 2) UNION ALL (SELECT "id" FROM "t")',
        (),
    ),
    (
        T.intersect(T).union(T).intersect(T),
        '((SELECT "id" FROM "t") INTERSECT (SELECT "id" FROM "t") UNION (SELECT "id" FROM "t")) INTERSECT (SELECT'
        ' "id" FROM "t")',
        (),
    ),
    (
        T.except_all(T).intersect_all(T),
        '((SELECT "id" FROM "t") EXCEPT ALL (SELECT "id" FROM "t")) INTERSECT ALL (SELECT "id" FROM "t")',
        (),
    ),
    (
        T.order_by("id").limit(2).offset(1).with_ties(),
        'SELECT "id" FROM "t" ORDER BY "id" ASC OFFSET 1 FETCH FIRST 2 ROWS WITH TIES',
        (),
    ),
    (T.for_no_key_update().nowait(), 'SELECT "id" FROM "t" FOR NO KEY UPDATE NOWAIT', ()),
    (
        T.for_update(["a"]).for_share(["b", "c"]).skip_locked(),
        'SELECT "id" FROM "t" FOR UPDATE OF "a" FOR SHARE OF "b", "c" SKIP LOCKED',
        (),
    ),
    (T.for_key_share(), 'SELECT "id" FROM "t" FOR KEY SHARE', ()),
    (
        insert_into("t", {"b": expr("now()"), "a": func.lower("X")}).as_("n"),
        'INSERT INTO "t" AS "n" ("a", "b") VALUES (lower($1), now())',
        ("X",),
    ),
    (
        insert_many("t", [{"a": 1, "b": 2}, {"b": 4, "a": 3}]),
        'INSERT INTO "t" ("a", "b") VALUES ($1, $2), ($3, $4)',
        (1, 2, 3, 4),
    ),
    (insert_from("t", ["b", "a"], T), 'INSERT INTO "t" ("b", "a") SELECT "id" FROM "t"', ()),
    (insert_defaults("t").returning(), 'INSERT INTO "t" DEFAULT VALUES RETURNING *', ()),
    (
        update_table("t", {"n": col("n") + 1})
        .as_("x")
        .from_("u", "y")
        .where(expr("x.id = y.id"))
        .returning(func.upper(col("n")).as_("m")),
        'UPDATE "t" AS "x" SET "n" = ("n" + $1) FROM "u" AS "y" WHERE (x.id = y.id) RETURNING upper("n") AS "m"',
        (1,),
    ),
    (
        update_table("t", {"n": 1}).from_(T.where(eq("a", 2)), "q").where(eq("b", 3)),
        'UPDATE "t" SET "n" = $1 FROM (SELECT "id" FROM "t" WHERE "a" = $2) AS "q" WHERE "b" = $3',
        (1, 2, 3),
    ),
    (
        delete_from("t").as_("x").using("u").where(expr("x.id = u.id")),
        'DELETE FROM "t" AS "x" USING "u" WHERE (x.id = u.id)',
        (),
    ),
    (
        postgres.insert_into("t", {"a": 1}).on_conflict_do_nothing("a", target_where=expr("b > $1", 2)),
        'INSERT INTO "t" ("a") VALUES ($1) ON CONFLICT ("a") WHERE (b > $2) DO NOTHING',
        (1, 2),
    ),
    (
        postgres.insert_into("t", {"a": 1}).on_conflict_update(
            ["a"], assignments={"n": excluded("n"), "m": col("t.m") + 1}
        ),
        'INSERT INTO "t" ("a") VALUES ($1) ON CONFLICT ("a") DO UPDATE SET "m" = ("t"."m" + $2), "n" = EXCLUDED."n"',
        (1, 1),
    ),
    (
        postgres.insert_into("t", {"a": 1})
        .on_conflict_do_nothing()
        .on_conflict_update(constraint="k", set_fields=["a"]),
        'INSERT INTO "t" ("a") VALUES ($1) ON CONFLICT ON CONSTRAINT "k" DO UPDATE SET "a" = EXCLUDED."a"',
        (1,),
    ),
    (
        merge_into("t", "x")
        .using("u", "y", on=expr("x.id = y.id"))
        .when_matched_do_nothing(eq("y.a", 1))
        .when_matched_update({"a": 2})
        .when_not_matched_do_nothing(),
        'MERGE INTO "t" AS "x" USING "u" AS "y" ON x.id = y.id WHEN MATCHED AND "y"."a" = $1 THEN DO NOTHING WHEN'
        ' MATCHED THEN UPDATE SET "a" = $2 WHEN NOT MATCHED THEN DO NOTHING',
        (1, 2),
    ),
    (
        T.page_after(Order.by("-a", "b"), (1, 2)),
        'SELECT "id" FROM "t" WHERE (("a" < $1) OR ("a" = $2 AND "b" > $3)) ORDER BY "a" DESC, "b" ASC',
        (1, 1, 2),
    ),
    (
        T.page_after(Order.by("a", "b"), (1, 2)),
        'SELECT "id" FROM "t" WHERE ("a", "b") > ($1, $2) ORDER BY "a" ASC, "b" ASC',
        (1, 2),
    ),
    (
        T.page_after(Order.by(OrderKey("a", nulls="last")), (None,)),
        'SELECT "id" FROM "t" WHERE 1=0 ORDER BY "a" ASC NULLS LAST',
        (),
    ),
    (T.where(postgres.any_value("a", [1, 2])), 'SELECT "id" FROM "t" WHERE "a" = ANY($1)', ([1, 2],)),
    (
        postgres.insert_unnest("t", {"b": "int", "a": "text"}, [{"a": "x", "b": 1}]),
        'INSERT INTO "t" ("a", "b") SELECT * FROM unnest(CAST($1 AS text[]), CAST($2 AS int[])) AS "new_rows"',
        (["x"], [1]),
    ),
    (
        select_from("t", expr("x", ids={})).where(expr("{{a}}", ids={"a": quoted("a.b")})),
        'SELECT x FROM "t" WHERE ("a.b")',
        (),
    ),
    (select_from("t").where(expr("{{a}}", ids={"a": "a.b"})), 'SELECT * FROM "t" WHERE ("a"."b")', ()),
]


@pytest.mark.parametrize(("statement", "sql", "parameters"), RENDERED, ids=[sql[:60] for _, sql, _ in RENDERED])
def test_the_clause_is_written_like_this(statement, sql, parameters):
    assert statement.as_dict() == {"sql": sql, "parameters": parameters}


FOR_SQLITE = [
    (T.offset(5), 'SELECT "id" FROM "t" LIMIT -1 OFFSET 5'),
    (
        T.where(col("a").ilike("x"), col("a").not_ilike("y")),
        'SELECT "id" FROM "t" WHERE "a" LIKE ?1 AND "a" NOT LIKE ?2',
    ),
    (
        T.union(T.order_by("id").limit(1)),
        'SELECT "id" FROM "t" UNION SELECT * FROM (SELECT "id" FROM "t" ORDER BY "id" ASC LIMIT 1)',
    ),
    (
        T.union(T).intersect(T),
        'SELECT * FROM (SELECT "id" FROM "t" UNION SELECT "id" FROM "t") INTERSECT SELECT "id" FROM "t"',
    ),
    (
        sqlite.insert_from("t", ["a"], T).on_conflict_do_nothing(),
        'INSERT INTO "t" ("a") SELECT * FROM (SELECT "id" FROM "t") WHERE TRUE ON CONFLICT DO NOTHING',
    ),
    (
        sqlite.insert_into("t", {"a": 1}).on_conflict_update(set_fields=["a"]),
        'INSERT INTO "t" ("a") VALUES (?1) ON CONFLICT DO UPDATE SET "a" = EXCLUDED."a"',
    ),
]


@pytest.mark.parametrize(("statement", "sql"), FOR_SQLITE)
def test_sqlite_has_its_own_way(statement, sql):
    assert statement.compile("sqlite").sql == sql


KINDS = [
    (T, True, False),
    (T.for_update(), True, True),
    (T.with_cte("gone", GONE), True, True),
    (T.union(T), True, False),
    (T.union(T.with_cte("gone", GONE)), True, True),
    (values([(1,)]), True, False),
    (insert_into("t", {"a": 1}), False, True),
    (update_table("t", {"a": 1}).returning("a"), True, True),
    (delete_from("t"), False, True),
    (merge_into("t").using("u", on=expr("TRUE")).when_matched_delete(), False, True),
]


@pytest.mark.parametrize(("statement", "returns_rows", "writes"), KINDS)
def test_a_statement_knows_whether_it_reads_or_writes(statement, returns_rows, writes):
    assert (statement.returns_rows, statement.writes) == (returns_rows, writes)
    assert statement.compile().operation == ("query" if returns_rows else "command")


def test_a_plan_knows_of_locks_inside():
    inner = select_from(T.for_share(), alias="q")
    assert compile_plan(inner).writes
    assert not compile_plan(select_from(T, alias="q")).writes


TYPES = [
    *[
        "bigint",
        "int2",
        "int4range",
        "real",
        "text",
        "timestamptz",
        "jsonb",
        "uuid",
        "varchar(10)",
        "numeric(10,2)",
        "text[]",
        "int[][]",
    ],
    "double precision",
    "timestamp without time zone",
    "numeric(10, 2)",
]


@pytest.mark.parametrize("name", TYPES)
def test_a_known_type_is_written_as_it_is(name):
    assert select(cast(1, name)).sql() == f"SELECT CAST($1 AS {name})"
    assert select(cast(1, f" {name.upper()} ")).sql() == f"SELECT CAST($1 AS {name})"
