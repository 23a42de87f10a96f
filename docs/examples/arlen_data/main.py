"""Build two statements, look at their SQL, and run one of them."""

from arlen_data import Database, SQLScript, col, postgres, select_from

recent = select_from("events", "user_id").where(col("tenant_id") == 44, col("event_type") == "login")
members = (
    select_from("users", "u.id", "u.name", alias="u")
    .with_cte("recent_users", recent.group_by("user_id"))
    .join("recent_users", "ru", on=("u.id", "=", "ru.user_id"))
    .where((col("u.status") == "active") | (col("u.role") == "admin"))
    .order_by("u.id")
)
assert members.sql() == (
    'WITH "recent_users" AS (SELECT "user_id" FROM "events" WHERE "tenant_id" = $1 AND "event_type" = $2'
    ' GROUP BY "user_id") SELECT "u"."id", "u"."name" FROM "users" AS "u"'
    ' INNER JOIN "recent_users" AS "ru" ON "u"."id" = "ru"."user_id"'
    ' WHERE ("u"."status" = $3 OR "u"."role" = $4) ORDER BY "u"."id" ASC'
)
assert members.parameters() == (44, "login", "active", "admin")

upsert = (
    postgres.insert_into("users", {"name": "Peggy", "id": 7})
    .on_conflict_update(["id"], set_fields=["name"])
    .returning("id")
)
assert upsert.sql() == (
    'INSERT INTO "users" ("id", "name") VALUES ($1, $2)'
    ' ON CONFLICT ("id") DO UPDATE SET "name" = EXCLUDED."name" RETURNING "id"'
)
assert upsert.parameters() == (7, "Peggy")

SCHEMA = SQLScript.parse("""
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, status TEXT DEFAULT 'active', role TEXT);
CREATE TABLE events (user_id INTEGER, tenant_id INTEGER, event_type TEXT);
INSERT INTO events VALUES (7, 44, 'login');
""")

with Database.open("sqlite://:memory:") as db:
    db.execute_script(SCHEMA)
    assert db.fetch_value(upsert) == 7
    assert db.fetch_all(members) == [{"id": 7, "name": "Peggy"}]

print("arlen-data example: ok")  # noqa: T201
