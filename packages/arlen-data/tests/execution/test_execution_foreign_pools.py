"""Databases around pools of psycopg_pool, which their owner goes on using."""

import asyncio

import psycopg
import pytest
from arlen_data import (
    AsyncDatabase,
    Connection,
    ConnectionFailed,
    Database,
    InvalidArgumentError,
    PoolExhausted,
    adapter_conformance_report,
    run_adapter_conformance_suite,
    run_async_adapter_conformance_suite,
)
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool


@pytest.fixture
def pool(arlen_postgres):
    """A pool of at most two connections that are not in autocommit mode and make dicts of rows."""
    with ConnectionPool(
        arlen_postgres.dsn, min_size=1, max_size=2, timeout=0.2, kwargs={"row_factory": dict_row}, open=True
    ) as pool:
        yield pool


def test_a_database_and_the_owner_of_the_pool_share_its_connections(pool):
    with Database.wrap(pool) as db:
        db.execute("CREATE TABLE people (name TEXT)")
        with db.transaction():
            db.execute("INSERT INTO people VALUES ($1)", ["ada"])
        assert db.fetch_all("SELECT name FROM people") == [{"name": "ada"}]
        with pool.connection() as raw, pool.connection() as other:
            assert (raw.autocommit, other.autocommit) == (False, False)
            assert raw.execute("SELECT name FROM people").fetchall() == [{"name": "ada"}]
    with pool.connection() as raw:
        assert raw.execute("SELECT 1 AS one").fetchone() == {"one": 1}


def test_a_database_around_a_pool_is_an_adapter_like_any_other(pool):
    with Database.wrap(pool) as db:
        assert run_adapter_conformance_suite(db)
        assert adapter_conformance_report(db)["adapter"] == "postgresql"


def test_what_was_left_open_is_undone_before_the_owner_gets_the_connection_back(pool):
    with Database.wrap(pool) as db:
        db.execute("CREATE TABLE people (name TEXT)")
        connection = db.acquire()
        connection.begin()
        connection.execute("INSERT INTO people VALUES ('ada')")
        connection.execute("SET LOCAL search_path TO nowhere")
        db.release(connection)
        db.execute("SET application_name TO 'changed'")
        assert db.fetch_value("SELECT count(*) FROM people") == 0
        with pytest.raises(InvalidArgumentError, match="release each one once"):
            db.release(connection)
    with pool.connection() as raw:
        assert raw.execute("SHOW application_name").fetchone() != {"application_name": "changed"}


def test_waiting_is_the_matter_of_the_pool_and_its_figures_are_those_of_the_database(pool):
    with Database.wrap(pool) as db, db.connection(), db.connection():
        with pytest.raises(PoolExhausted) as caught:
            db.fetch_value("SELECT 1")
        stats = db.stats()
        assert caught.value.code == "pool_exhausted"
        assert caught.value.details["max_connections"] == 2
        assert (stats.size, stats.in_use, stats.peak, stats.timeouts) == (2, 2, 2, 1)


def test_a_connection_that_broke_is_not_lent_again(pool, terminate):
    with Database.wrap(pool) as db:
        with db.connection() as connection:
            terminate(connection)
            with pytest.raises(ConnectionFailed):
                connection.fetch_value("SELECT 1")
        assert db.fetch_value("SELECT 1") == 1


def test_a_closed_database_lends_nothing_and_leaves_the_pool_open(pool):
    db = Database.wrap(pool)
    with pytest.raises(ConnectionFailed), db.transaction():
        db.close()
    with pytest.raises(ConnectionFailed, match="wrap the pool again"):
        db.fetch_value("SELECT 1")
    with pool.connection() as raw:
        assert raw.execute("SELECT 1 AS one").fetchone() == {"one": 1}


def test_a_pool_that_is_not_open_says_so(arlen_postgres):
    with (
        Database.wrap(ConnectionPool(arlen_postgres.dsn, open=False)) as db,
        pytest.raises(ConnectionFailed, match="open it before") as caught,
    ):
        db.fetch_value("SELECT 1")
    assert caught.value.code == "connection_closed"


def test_a_listener_goes_where_the_pool_connects_to_unless_only_a_function_knows(pool, arlen_postgres):
    with Database.wrap(pool) as db, db.listen("orders", time_limit=5) as messages:
        db.notify("orders", "42")
        assert next(messages).payload == "42"
    with ConnectionPool(lambda: arlen_postgres.dsn, min_size=1, open=True) as secretive, Database.wrap(secretive) as db:
        assert db.fetch_value("SELECT 1") == 1
        with pytest.raises(InvalidArgumentError, match="this needs an address"), db.listen("orders"):
            pass


async def all_taken(db):
    while db.stats().in_use < 2 or db.stats().waiting < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)


def test_tasks_share_an_asynchronous_pool_and_cancellation_gives_connections_back(arlen_postgres):
    async def scenario():
        async with AsyncConnectionPool(arlen_postgres.dsn, min_size=1, max_size=2, open=False) as pool:
            async with AsyncDatabase.wrap(pool) as db:
                assert await run_async_adapter_conformance_suite(db)
                sleeping = [asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(60)")) for _ in range(4)]
                await all_taken(db)
                for task in sleeping:
                    task.cancel()
                await asyncio.gather(*sleeping, return_exceptions=True)
                values = await asyncio.gather(*(db.fetch_value("SELECT $1::int", [n]) for n in range(10)))
            async with pool.connection() as raw:
                return values, raw.autocommit

    assert asyncio.run(asyncio.wait_for(scenario(), 30)) == (list(range(10)), False)


def test_a_wrapped_connection_has_our_rows_whatever_it_makes_of_those_of_others(arlen_postgres):
    raw = psycopg.connect(arlen_postgres.dsn, autocommit=True, row_factory=dict_row)
    with Connection.wrap(raw) as connection:
        assert connection.fetch_all("SELECT 1 AS one") == [{"one": 1}]
        assert connection.fetch_value("SELECT 7 AS one") == 7
        with connection.stream("SELECT 1 AS one") as rows:
            assert list(rows) == [{"one": 1}]
        assert raw.execute("SELECT 1 AS one").fetchone() == {"one": 1}
