import asyncio

import pytest
from arlen_data import (
    ConnectionFailed,
    Database,
    IntegrityError,
    InvalidArgumentError,
    QueryFailed,
    Rollback,
    TransactionFailed,
)


def add(where, *who):
    for name in who:
        where.execute("INSERT INTO people VALUES ($1)", [name])


def test_blocks_nest_and_each_is_undone_alone(db, names):
    with db.transaction() as connection:
        add(connection, "kept")
        with db.transaction():
            add(db, "undone")
            raise Rollback
        with pytest.raises(IntegrityError), db.transaction():
            add(db, "also undone", "kept")
        with connection.transaction():
            add(db, "too")
    assert names(db) == ["kept", "too"]


def test_the_exception_that_leaves_the_block_comes_out_as_itself(db, names):
    sentinel = KeyboardInterrupt()

    def interrupted():
        with db.transaction():
            add(db, "a")
            raise sentinel

    with pytest.raises(KeyboardInterrupt) as caught:
        interrupted()
    assert caught.value is sentinel
    assert names(db) == []


def test_explicit_steps_are_refused_at_the_wrong_time(db, names):
    with db.connection() as connection:
        for step in (connection.commit, connection.rollback):
            with pytest.raises(TransactionFailed) as caught:
                step()
            assert caught.value.code == "no_transaction"
        connection.begin()
        with pytest.raises(TransactionFailed) as caught:
            connection.begin()
        assert caught.value.code == "transaction_open"
        add(connection, "a")
        connection.rollback()
        connection.begin()
        add(connection, "b")
        connection.commit()
        assert not connection.in_transaction
    assert names(db) == ["b"]


def test_a_failed_commit_leaves_no_transaction_behind(db, names):
    db.execute("CREATE TABLE owners (id INTEGER PRIMARY KEY)")
    db.execute("CREATE TABLE pets (owner INTEGER REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError), db.transaction():
        db.execute("INSERT INTO pets VALUES (99)")
    with db.connection() as connection:
        connection.begin()
        connection.execute("INSERT INTO pets VALUES (99)")
        with pytest.raises(IntegrityError):
            connection.commit()
        assert not connection.in_transaction
        add(connection, "a")
    assert names(db) == ["a"]
    assert db.fetch_value("SELECT count(*) FROM pets") == 0
    assert db.stats().in_use == 0


def test_hooks_run_after_the_commit_and_never_for_what_was_undone(db, names):
    ran = []

    def hook():
        ran.append(names(db))

    with db.transaction():
        db.on_commit(hook)
        with db.transaction():
            db.on_commit(lambda: ran.append("undone"))
            raise Rollback
        with db.transaction() as connection:
            connection.on_commit(lambda: ran.append("inner"))
        add(db, "a")
        assert ran == []
    assert ran == [["a"], "inner"]
    with db.transaction():
        db.on_commit(hook)
        raise Rollback
    assert len(ran) == 2
    with pytest.raises(TransactionFailed):
        db.on_commit(hook)


def test_statements_that_end_transactions_by_hand_are_refused(db, names):
    for sql in ("COMMIT", "ROLLBACK", "/* hidden */ END"):
        with pytest.raises(TransactionFailed) as caught, db.transaction():
            db.execute(sql)
        assert caught.value.code == "transaction_control"
    with db.connection() as connection:
        with pytest.raises(TransactionFailed):
            connection.execute("BEGIN")
        assert not connection.in_transaction
    assert names(db) == []


def test_a_transaction_whose_error_was_swallowed_does_not_look_committed(pg, names):
    with pytest.raises(TransactionFailed) as caught, pg.transaction(), pytest.raises(QueryFailed):
        pg.fetch_all("SELECT a.* FROM people AS a, nowhere")
    assert caught.value.code == "transaction_lost"
    assert names(pg) == []


def test_the_outermost_block_says_how_the_transaction_is(pg):
    with pg.transaction(isolation="serializable", read_only=True, deferrable=True) as connection:
        assert connection.fetch_value("SHOW transaction_isolation") == "serializable"
        with pytest.raises(QueryFailed) as caught, pg.transaction():
            add(pg, "a")
        assert caught.value.code == "read_only"
        with pytest.raises(InvalidArgumentError), pg.transaction(read_only=True):
            pass
    with pytest.raises(InvalidArgumentError), pg.transaction(isolation="read uncommitted"):
        pass


def test_a_read_only_transaction_of_sqlite_refuses_changes(tmp_path):
    for url in (tmp_path / "a.db", ":memory:"):
        with Database.open(url) as database:
            database.execute("CREATE TABLE people (name TEXT)")
            with pytest.raises(QueryFailed) as caught, database.transaction(read_only=True):
                add(database, "a")
            assert caught.value.code == "read_only"
            add(database, "a")


def test_settings_and_roles_end_with_the_transaction_even_after_errors(pg):
    pg.execute("CREATE ROLE tenant")
    try:
        for fault in (Rollback, None):
            with pg.transaction(role="tenant", settings={"app.tenant": "7", "search_path": "pg_catalog"}):
                assert pg.fetch_value("SELECT current_user::text") == "tenant"
                assert pg.fetch_value("SELECT current_setting('app.tenant')") == "7"
                if fault:
                    raise fault
            assert pg.fetch_value("SELECT current_user::text") != "tenant"
            assert pg.fetch_value("SELECT current_setting('app.tenant', true)") in (None, "")
        with pytest.raises(InvalidArgumentError), pg.transaction(settings={"x; DROP": "1"}):
            pass
    finally:
        pg.execute("DROP ROLE tenant")


@pytest.mark.parametrize("fails", [0, 1, 2, 3])
def test_a_serialization_failure_runs_the_whole_work_again(pg, names, fails):
    events = []
    with type(pg).open(pg.location.dsn, query_diagnostics_listener=events.append) as database:
        runs = []

        def work(connection):
            runs.append(len(runs))
            add(connection, f"run {len(runs)}")
            if len(runs) <= fails:
                connection.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
            return "done"

        if fails < 3:
            assert database.run_in_transaction(work) == "done"
            assert names(pg) == [f"run {fails + 1}"]
        else:
            with pytest.raises(QueryFailed) as caught:
                database.run_in_transaction(work)
            assert caught.value.code == "serialization_failure"
            assert names(pg) == []
    assert [event["attempt"] for event in events if event["stage"] == "retry"] == list(range(1, min(fails, 2) + 1))


def test_an_error_that_another_attempt_would_meet_again_is_not_retried(db, names):
    runs = []

    def work(connection):
        runs.append(1)
        add(connection, "twice", "twice")

    with pytest.raises(IntegrityError):
        db.run_in_transaction(work)
    assert (runs, names(db)) == ([1], [])


def test_a_connection_lost_in_commit_is_never_run_again(pg, terminate):
    runs = []

    def work(connection):
        runs.append(1)
        terminate(connection)

    with pytest.raises(ConnectionFailed) as caught:
        pg.run_in_transaction(work)
    assert caught.value.code == "connection_lost"
    assert runs == [1]
    assert pg.fetch_value("SELECT 1") == 1


def test_deadlocked_transactions_both_succeed(arlen_postgres, run):
    async def scenario(db):
        await db.execute("CREATE TABLE counters (id INT, n INT)")
        await db.execute("INSERT INTO counters VALUES (1, 0), (2, 0)")
        both = asyncio.Barrier(2)
        met = []

        def bump(first, second):
            async def work(connection):
                await connection.execute("UPDATE counters SET n = n + 1 WHERE id = $1", [first])
                if first not in met:
                    met.append(first)
                    await both.wait()
                await connection.execute("UPDATE counters SET n = n + 1 WHERE id = $1", [second])

            return work

        await asyncio.gather(db.run_in_transaction(bump(1, 2)), db.run_in_transaction(bump(2, 1)))
        assert await db.fetch_column("SELECT n FROM counters ORDER BY id") == [2, 2]

    run(arlen_postgres.dsn, scenario)


def test_an_asynchronous_transaction_is_undone_when_its_task_is_cancelled(url, run):
    async def scenario(db):
        await db.execute("CREATE TABLE people (name TEXT)")
        entered = asyncio.Event()

        async def work():
            async with db.transaction():
                await db.execute("INSERT INTO people VALUES ('a')")
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert db.stats().in_use == 0
        assert await db.fetch_value("SELECT count(*) FROM people") == 0

    run(url, scenario)


def test_hooks_of_an_asynchronous_transaction_may_be_coroutine_functions(url, run):
    async def scenario(db):
        seen = []

        async def hook():
            seen.append(await db.fetch_value("SELECT 1"))

        async with db.transaction():
            db.on_commit(hook)
            db.on_commit(lambda: seen.append("plain"))
        assert seen == [1, "plain"]

    run(url, scenario)
