import asyncio
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from arlen_data import ConnectionFailed, Database, InvalidArgumentError, PoolExhausted


def figures(database):
    stats = database.stats()
    return stats.size, stats.idle, stats.in_use


def test_nothing_is_opened_before_the_first_use_and_the_last_used_is_reused(url):
    with Database.open(url) as db:
        assert (db.connected, figures(db)) == (False, (0, 0, 0))
        with db.connection() as first:
            assert figures(db) == (1, 0, 1)
        with db.connection() as second:
            assert second is first
        assert db.connected


def test_connect_opens_as_many_as_are_kept(arlen_postgres):
    with Database.open(arlen_postgres.dsn, min_connections=3) as db:
        db.connect()
        assert figures(db) == (3, 3, 0)


def test_a_full_pool_says_so_at_once_or_after_a_bounded_wait(arlen_postgres):
    for patience in (0, 0.02):
        with Database.open(arlen_postgres.dsn, max_connections=2, acquire_timeout=patience) as db:
            with db.connection(), db.connection():
                with pytest.raises(PoolExhausted) as caught:
                    db.fetch_value("SELECT 1")
                assert caught.value.code == "pool_exhausted"
                assert figures(db) == (2, 0, 2)
            assert db.fetch_value("SELECT 1") == 1
            assert (db.stats().timeouts, db.stats().peak) == (1, 2)


def test_those_who_wait_are_served_in_the_order_in_which_they_came(arlen_postgres, run):
    async def scenario(db):
        served = []

        async def wait(number):
            async with db.connection() as connection:
                served.append(number)
                await connection.fetch_value("SELECT 1")

        async with db.connection():
            tasks = [asyncio.create_task(wait(number)) for number in range(5)]
            await asyncio.sleep(0)
            assert db.stats().waiting == 5
            with pytest.raises(PoolExhausted) as caught:
                await db.fetch_value("SELECT 1")
            assert caught.value.code == "too_many_waiting"
            tasks[1].cancel()
        await asyncio.wait(tasks)
        assert served == [0, 2, 3, 4]
        stats = db.stats()
        assert (stats.size, stats.in_use, stats.waiting, sum(stats.wait_histogram)) == (1, 0, 0, 4)

    run(arlen_postgres.dsn, scenario, max_connections=1, max_waiting=5)


def test_a_connect_that_fails_costs_no_room_and_names_the_database_without_its_password():
    with Database.open("postgresql://me:hunter2@127.0.0.1:1/shop?password=hunter2", max_connections=1) as db:
        for _ in range(3):
            with pytest.raises(ConnectionFailed, match=r"me:\*\*\*@127.0.0.1") as caught:
                db.fetch_value("SELECT 1")
            assert caught.value.code == "cannot_open"
            assert "hunter2" not in f"{caught.value} {caught.value.details} {db!r} {db.location!r}"
        assert figures(db) == (0, 0, 0)


def test_a_connection_is_released_once_and_where_it_was_acquired(url):
    with Database.open(url) as db, Database.open(url) as other:
        connection = db.acquire()
        with pytest.raises(InvalidArgumentError) as caught:
            other.release(connection)
        assert caught.value.code == "foreign_connection"
        db.release(connection)
        with pytest.raises(InvalidArgumentError):
            db.release(connection)
        assert figures(db) == (1, 1, 0)


def test_what_was_left_open_on_a_connection_is_undone(pg):
    with pg.connection() as connection:
        connection.begin()
        connection.execute("INSERT INTO people VALUES ('a')")
    assert pg.fetch_value("SELECT count(*) FROM people") == 0
    with pg.connection() as connection:
        pid = connection.raw.info.backend_pid
        connection.execute("SET statement_timeout = '7s'")
        connection.execute("CREATE TEMP TABLE mine (a INT)")
        connection.execute("LISTEN gossip")
        connection.fetch_value("SELECT pg_advisory_lock(7)")
    with pg.connection() as connection:
        assert connection.raw.info.backend_pid == pid
        assert connection.fetch_value("SHOW statement_timeout") == "0"
        assert connection.fetch_value("SELECT count(*) FROM pg_class WHERE relname = 'mine'") == 0
        assert connection.fetch_value("SELECT count(*) FROM pg_listening_channels()") == 0
        assert connection.fetch_value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def test_limits_of_the_database_hold_on_every_connection(arlen_postgres):
    limits = {"statement_timeout": 1.5, "lock_timeout": 2, "idle_in_transaction_timeout": 3}
    with Database.open(arlen_postgres.dsn, **limits) as db, db.connection() as connection:
        assert connection.fetch_value("SHOW statement_timeout") == "1500ms"
        connection.execute("SET statement_timeout = 0")
        db.release(connection)
        with db.connection() as again:
            shown = [again.fetch_value(f"SHOW {name}") for name in ("statement_timeout", "lock_timeout")]
            assert shown == ["1500ms", "2s"]
            assert again.fetch_value("SHOW idle_in_transaction_session_timeout") == "3s"
        db.acquire()


def test_a_closed_connection_says_so_and_its_room_is_free_again(url):
    with Database.open(url, max_connections=1) as db:
        with db.connection() as connection:
            connection.close()
            connection.close()
            with pytest.raises(ConnectionFailed) as caught:
                connection.fetch_value("SELECT 1")
            assert caught.value.code in ("connection_closed", "connection_lost")
        assert db.fetch_value("SELECT 1") == 1


def test_a_connection_that_is_too_old_or_was_idle_for_too_long_is_replaced(arlen_postgres, terminate):
    with Database.open(arlen_postgres.dsn, max_lifetime=0) as db:
        with db.connection() as first:
            pass
        with db.connection() as second:
            assert second is not first
        assert figures(db) == (1, 1, 0)
    with Database.open(arlen_postgres.dsn, check_after=0) as db:
        with db.connection() as first:
            pass
        terminate(first)
        assert db.fetch_value("SELECT 1") == 1
        assert figures(db) == (1, 1, 0)
    with Database.open(arlen_postgres.dsn, max_idle=0) as db:
        with db.connection(), db.connection():
            pass
        db.fetch_value("SELECT 1")
        assert db.stats().size < 2


def test_a_closed_database_serves_nobody_and_lets_others_finish(url):
    db = Database.open(url)
    entered, leave = Barrier(2), Barrier(2)

    def work():
        with db.transaction() as connection:
            entered.wait()
            leave.wait()
            return connection.fetch_value("SELECT 1")

    with ThreadPoolExecutor(2) as threads:
        job = threads.submit(work)
        entered.wait()
        closing = threads.submit(db.close)
        leave.wait()
        assert job.result() == 1
        closing.result()
    assert figures(db) == (0, 0, 0)
    with pytest.raises(ConnectionFailed) as caught:
        db.fetch_value("SELECT 1")
    assert caught.value.code == "connection_closed"


def test_what_is_still_in_use_after_the_drain_is_closed(url):
    db = Database.open(url, drain_timeout=0)
    connection = db.acquire()
    db.close()
    with pytest.raises(ConnectionFailed):
        connection.fetch_value("SELECT 1")
    db.release(connection)
    assert figures(db) == (0, 0, 0)


def test_a_connection_that_is_kept_too_long_is_reported_with_the_place_of_its_acquire(arlen_postgres, caplog):
    with caplog.at_level(logging.WARNING), Database.open(arlen_postgres.dsn, leak_after=0) as db:
        db.fetch_value("SELECT 1")
    assert "in test_a_connection_that_is_kept_too_long" in caplog.text


def test_threads_share_a_pool(url):
    with Database.open(url, max_connections=4) as db:
        db.execute("CREATE TABLE counter (n INT)")
        db.execute("INSERT INTO counter VALUES (0)")

        def increment(_):
            db.run_in_transaction(lambda connection: connection.execute("UPDATE counter SET n = n + 1"))
            return db.fetch_value("SELECT n FROM counter")

        with ThreadPoolExecutor(8) as threads:
            seen = list(threads.map(increment, range(80)))
        assert max(seen) == db.fetch_value("SELECT n FROM counter") == 80
        assert db.stats().peak <= 4
        assert (db.stats().in_use, db.stats().waiting) == (0, 0)


FORK = """
import os, sys
from arlen_data import ConnectionFailed, Database
db = Database.open(sys.argv[1])
db.fetch_value("SELECT 1")
child = os.fork()
if child == 0:
    try:
        db.fetch_value("SELECT 1")
    except ConnectionFailed as error:
        db.close()
        os._exit(17 if error.code == "forked_pool" else 1)
    os._exit(2)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17
print(db.fetch_value("SELECT 1"))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_does_not_use_the_connections_of_its_parent(url):
    done = subprocess.run([sys.executable, "-c", FORK, url], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")
