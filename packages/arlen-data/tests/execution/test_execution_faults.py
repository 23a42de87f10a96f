import asyncio

import pytest
from arlen_data import ConnectionFailed, Database


def test_a_terminated_connection_fails_once_and_is_replaced(pg, terminate):
    with pg.connection() as connection:
        pass
    terminate(connection)
    with pytest.raises(ConnectionFailed) as caught:
        pg.fetch_value("SELECT 1")
    assert caught.value.code == "connection_lost"
    assert (pg.stats().size, pg.stats().in_use) == (0, 0)
    assert pg.fetch_value("SELECT 1") == 1


def test_a_transaction_whose_connection_is_terminated_is_undone(pg, terminate, names):
    def work(connection):
        connection.execute("INSERT INTO people VALUES ('a')")
        terminate(connection)
        connection.execute("INSERT INTO people VALUES ('b')")

    with pytest.raises(ConnectionFailed):
        pg.run_in_transaction(work)
    assert names(pg) == []
    assert pg.stats().in_use == 0


def test_a_server_that_was_away_is_used_again(arlen_postgres, arlen_postgres_server):
    with Database.open(arlen_postgres.dsn) as db:
        db.fetch_value("SELECT 1")
        arlen_postgres_server.execute(f'ALTER DATABASE "{arlen_postgres.name}" ALLOW_CONNECTIONS false')
        arlen_postgres_server.execute(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{arlen_postgres.name}'"
        )
        codes = []
        for _ in range(3):
            with pytest.raises(ConnectionFailed) as caught:
                db.fetch_value("SELECT 1")
            codes.append(caught.value.code)
        assert codes == ["connection_lost", "cannot_open", "cannot_open"]
        arlen_postgres_server.execute(f'ALTER DATABASE "{arlen_postgres.name}" ALLOW_CONNECTIONS true')
        assert db.fetch_value("SELECT 1") == 1
        assert (db.stats().size, db.stats().in_use) == (1, 0)


def test_cancelling_a_task_cancels_its_statement_on_the_server_and_keeps_the_connection(arlen_postgres, run):
    async def scenario(db):
        async with db.connection() as connection:
            pid = connection.raw.info.backend_pid
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await db.fetch_value("SELECT pg_sleep(60)")
        async with db.connection() as connection:
            assert connection.raw.info.backend_pid == pid
            sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
            assert await connection.fetch_value(sleeping) == 0
        assert db.stats().in_use == 0

    run(arlen_postgres.dsn, scenario)


@pytest.mark.parametrize("steps", range(0, 24, 2))
def test_cancellation_at_any_step_leaves_all_or_nothing_and_right_counts(arlen_postgres, run, steps):
    async def scenario(db):
        await db.execute("CREATE TABLE people (name TEXT)")

        async def work():
            async with db.transaction():
                await db.execute("INSERT INTO people VALUES ('a')")
                async with db.transaction():
                    await db.execute("INSERT INTO people VALUES ('b')")

        task = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await db.fetch_column("SELECT name FROM people ORDER BY name") in ([], ["a", "b"])
        assert db.stats().in_use == 0
        async with db.transaction():
            await db.execute("INSERT INTO people VALUES ('after')")

    run(arlen_postgres.dsn, scenario)


def test_a_task_cancelled_while_it_waits_for_a_connection_costs_nothing(arlen_postgres, run):
    async def scenario(db):
        async with db.connection():
            waiting = [asyncio.create_task(db.fetch_value("SELECT 1")) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            waiting[2].cancel()
        done, _ = await asyncio.wait(waiting)
        assert sum(task.cancelled() for task in done) == 2
        assert await waiting[1] == 1
        assert (db.stats().in_use, db.stats().waiting) == (0, 0)

    run(arlen_postgres.dsn, scenario, max_connections=1)


@pytest.mark.parametrize("steps", range(12))
def test_a_task_cancelled_while_its_connection_is_replaced_costs_no_room(arlen_postgres, run, steps):
    async def scenario(db):
        await db.fetch_value("SELECT 1")
        task = asyncio.create_task(db.fetch_value("SELECT 1"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        stats = db.stats()
        assert (stats.size, stats.in_use) == (stats.idle, 0)
        assert await db.fetch_value("SELECT 1") == 1

    run(arlen_postgres.dsn, scenario, max_connections=1, max_lifetime=1e-6)
