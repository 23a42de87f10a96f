import asyncio
import gc
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from arlen_data import (
    ConnectionFailed,
    Database,
    IntegrityError,
    InvalidArgumentError,
    LockNotAvailable,
    QueryFailed,
    SQLScript,
)


def test_values_come_as_python_has_them(pg):
    row = pg.fetch_one(
        "SELECT 1 AS i, 1.10::numeric AS d, $1::timestamptz AS t, $2::uuid AS u, '\\x00ff'::bytea AS b,"
        " '{\"a\": [1]}'::jsonb AS j, NULL AS n, 7",
        [datetime(2026, 1, 2, tzinfo=UTC), UUID(int=1)],
        rows_as=dict,
    )
    assert (row["i"], row["d"], row["u"], row["b"], row["j"], row["n"], row["col_7"]) == (
        1,
        Decimal("1.10"),
        UUID(int=1),
        b"\x00\xff",
        {"a": [1]},
        None,
        7,
    )
    assert row["t"] == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", ["hank", None])
def test_casts_and_null_checks_of_parameters_work(pg, name):
    sql = "SELECT COALESCE($1::text, 'missing'), $2::int + 5, $3::text IS NULL"
    assert pg.fetch_one(sql, [name, 7, None], rows_as=tuple) == (name or "missing", 12, True)


def test_what_the_server_says_is_in_the_diagnostics_and_not_in_the_message(pg):
    pg.execute("INSERT INTO people VALUES ('secret-value')")
    with pytest.raises(IntegrityError) as caught:
        pg.execute("INSERT INTO people VALUES ($1)", ["secret-value"])
    error = caught.value
    assert (error.sqlstate, error.server_table, error.server_constraint) == ("23505", "people", "people_name_key")
    assert error.diagnostics == error.details["pg_diagnostics"]
    assert "secret-value" in error.server_detail
    assert error.server_hint is None
    assert "secret-value" not in str(error)
    with pytest.raises(QueryFailed) as caught:
        pg.fetch_value("SELECT $1::text::int", ["secret-value"])
    assert (caught.value.code, "secret-value" in str(caught.value)) == ("data_error", False)


def test_a_lock_that_is_taken_is_an_error_of_its_own(pg):
    pg.execute("INSERT INTO people VALUES ('a')")
    with pg.transaction(), pg.connection() as other:
        pg.fetch_all("SELECT * FROM people FOR UPDATE")
        with pytest.raises(LockNotAvailable) as caught:
            other.fetch_all("SELECT * FROM people FOR UPDATE NOWAIT")
    assert caught.value.code == "lock_not_available"


@pytest.mark.parametrize("types", [None, ["text"]])
def test_rows_are_copied_in_and_out_and_a_failed_copy_leaves_nothing(pg, names, types):
    assert pg.copy_in("people", ["name"], (["a b"], ["ñ\t漢"]), types=types) == 2
    with pytest.raises(IntegrityError):
        pg.copy_in("public.people", ["name"], [["c"], ["a b"]], types=types)
    assert names(pg) == ["a b", "ñ\t漢"]
    with pg.copy_out("SELECT name FROM people ORDER BY name", format="csv") as blocks:
        assert b"".join(blocks).decode().splitlines() == ["a b", "ñ\t漢"]
    with pg.copy_out("SELECT name FROM people ORDER BY name") as blocks:
        next(blocks)
    assert pg.fetch_value("SELECT 1") == 1
    assert pg.stats().in_use == 0


@pytest.mark.parametrize(("table", "columns"), [("people; DROP TABLE people", ["name"]), ("people", ['na"me'])])
def test_names_of_a_copy_are_checked(pg, table, columns):
    with pytest.raises(InvalidArgumentError) as caught:
        pg.copy_in(table, columns, [])
    assert caught.value.code == "invalid_identifier"


def test_notifications_arrive_and_leave_with_the_commit(arlen_postgres, run):
    async def scenario(db):
        async with db.listen("news", "weather") as notifications:
            async with db.transaction():
                await db.notify("news", "second")
                async with db.connection() as other:
                    await other.execute("SELECT pg_notify('weather', 'first')")
            seen = [await anext(notifications), await anext(notifications)]
        assert [(seen.channel, seen.payload) for seen in seen] == [("weather", "first"), ("news", "second")]

    run(arlen_postgres.dsn, scenario)


def test_a_listener_comes_back_when_its_connection_was_lost(arlen_postgres, arlen_postgres_server, run):
    async def scenario(db):
        async with db.listen("news") as notifications:
            await db.notify("news", "before")
            first = await anext(notifications)
            listeners = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            arlen_postgres_server.execute(f"SELECT pg_terminate_backend({await db.fetch_value(listeners)}, 5000)")
            second = asyncio.ensure_future(anext(notifications))
            while not second.done():
                await db.notify("news", "after")
                await asyncio.wait([second], timeout=0.02)
            assert (first.payload, second.result().payload) == ("before", "after")

    async def listeners(db):
        return await db.fetch_value(
            "SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN \"news\"' AND state = 'idle'"
        )

    run(arlen_postgres.dsn, scenario)


def test_synchronous_programs_listen_for_a_time(pg):
    with pg.listen("news", time_limit=0.05) as notifications:
        pg.notify("news")
        assert [notification.payload for notification in notifications] == [""]


@pytest.mark.parametrize(
    ("channel", "payload", "code"),
    [("bad channel", "", "invalid_channel"), ("a" * 64, "", "invalid_channel"), ("a", "ñ" * 4000, "payload_too_long")],
)
def test_channels_and_payloads_are_checked(pg, channel, payload, code):
    with pytest.raises(InvalidArgumentError) as caught:
        pg.notify(channel, payload)
    assert caught.value.code == code


SCHEMA = """
CREATE TABLE log (entry TEXT);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO log VALUES ('it''s; ' || E'\\'new\\'; ' || NEW.name);
  RETURN NEW;
END;
$body$;
CREATE TRIGGER noted AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO people VALUES ('hank');
"""


def test_a_script_may_hold_functions_and_triggers(pg):
    script = SQLScript.parse(SCHEMA)
    assert [statement.line for statement in script.statements] == [2, 3, 9, 10]
    pg.execute_script(script)
    assert pg.fetch_value("SELECT entry FROM log") == "it's; 'new'; hank"


def test_a_stream_is_bounded_by_its_size(pg):
    pg.fetch_value("SELECT 1")
    tracemalloc.start()
    try:
        with pg.stream("SELECT repeat('x', 1000) AS text FROM generate_series(1, 20000)", size=100) as rows:
            assert sum(len(row.text) for row in rows) == 20_000_000
        gc.collect()
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_password_provider_is_asked_at_each_connect():
    asked = []

    def password():
        asked.append(1)
        return "hunter2"

    with Database.open("postgresql://me@127.0.0.1:1/shop", password_provider=password) as db:
        for _ in range(2):
            with pytest.raises(ConnectionFailed):
                db.connect()
    assert len(asked) == 2


def test_without_its_driver_opening_says_which_extra_to_install(import_blocker, arlen_postgres):
    from arlen_data import ConnectionFailed

    import_blocker("psycopg", forget=["arlen_data.postgres.driver", "arlen_data._sync.postgres"])
    with (
        Database.open(arlen_postgres.dsn) as db,
        pytest.raises(ConnectionFailed, match=r"arlen-data\[binary\]") as caught,
    ):
        db.fetch_value("SELECT 1")
    assert caught.value.code == "driver_missing"


def test_sqlite_refuses_what_it_has_not():
    with Database.open(":memory:") as db, db.connection() as connection:
        for use in (
            lambda: db.notify("a"),
            lambda: db.listen("a").__enter__(),
            lambda: connection.copy_in("a", ["b"], []),
            lambda: connection.copy_out("SELECT 1").__enter__(),
            lambda: connection.transaction(role="a").__enter__(),
        ):
            with pytest.raises(InvalidArgumentError) as caught:
                use()
            assert caught.value.code == "unsupported_feature"
