import asyncio
import inspect
import sqlite3
from contextvars import copy_context

import pytest
from arlen_data import AsyncDatabase, ConnectionFailed, Database, IntegrityError, PoolExhausted, Rollback, SQLScript

COUNT_FOREVER = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


@pytest.fixture
def run(tmp_path):
    """Run ``scenario(db)`` with a fresh database that has one table."""

    def runner(scenario, **options):
        async def main():
            async with AsyncDatabase.open(tmp_path / "app.db", **options) as db:
                await db.execute_script(SQLScript.parse("CREATE TABLE people (name TEXT UNIQUE)"))
                return await asyncio.wait_for(scenario(db), 30)

        return asyncio.run(main())

    return runner


async def add(db, *who):
    for name in who:
        await db.execute("INSERT INTO people VALUES (?)", (name,))


async def names(db):
    return [row.name for row in await db.fetch_all("SELECT name FROM people ORDER BY rowid")]


def test_the_two_faces_have_the_same_members_and_parameters():
    def surface(face):
        members = {name: member for name, member in vars(face).items() if not name.startswith("_")}
        return {
            name: list(inspect.signature(getattr(face, name)).parameters) if callable(getattr(face, name)) else None
            for name in members
        }

    assert surface(Database) == surface(AsyncDatabase)


def test_statements_answer_as_the_synchronous_face_does(run):
    async def scenario(db):
        await add(db, "hank")
        assert await db.execute_many("INSERT INTO people VALUES (:name)", [{"name": "ada"}, {"name": "bo"}]) == 2
        assert await db.fetch_one("SELECT name FROM people") == {"name": "hank"}
        assert await db.fetch_value("SELECT count(*) FROM people") == 3
        with pytest.raises(IntegrityError):
            await add(db, "hank")
        assert await names(db) == ["hank", "ada", "bo"]

    run(scenario)


def test_no_file_is_made_before_the_first_use(tmp_path):
    async def main():
        async with AsyncDatabase.open("sqlite:///db/app.db", root=tmp_path) as db:
            assert not db.connected

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_transactions_nest_and_roll_back(run):
    async def scenario(db):
        async with db.transaction():
            await add(db, "kept")
            async with db.transaction() as inner:
                await add(inner, "undone")
                raise Rollback

        async def fail():
            async with db.transaction():
                await add(db, "undone")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await names(db) == ["kept"]

    run(scenario)


def test_tasks_take_turns_and_none_comes_between_the_statements_of_a_transaction(run):
    async def scenario(db):
        await add(db, "0")

        async def increment():
            async with db.transaction():
                n = int(await db.fetch_value("SELECT name FROM people"))
                await asyncio.sleep(0)
                await db.execute("UPDATE people SET name = ?", (str(n + 1),))

        await asyncio.gather(*(increment() for _ in range(50)))
        assert await names(db) == ["50"]

    run(scenario)


def test_tasks_started_inside_a_transaction_belong_to_it_and_take_turns_in_it(run):
    async def scenario(db):
        async def nested(name):
            async with db.transaction():
                await add(db, name)
                await asyncio.sleep(0)
                if name == "odd":
                    raise Rollback

        async with db.transaction():
            await asyncio.gather(nested("a"), nested("odd"), nested("b"), add(db, "c"))
        assert sorted(await names(db)) == ["a", "b", "c"]
        async with db.transaction():
            await asyncio.gather(nested("d"), nested("e"))
            raise Rollback
        assert sorted(await names(db)) == ["a", "b", "c"]

    run(scenario)


def test_a_task_that_outlives_its_transaction_is_outside_of_it_and_of_the_next(run):
    async def scenario(db):
        go = asyncio.Event()

        async def later():
            await go.wait()
            await add(db, "late")

        async with db.transaction():
            task = asyncio.create_task(later())
            await asyncio.sleep(0)
            raise Rollback
        async with db.transaction():
            go.set()
            await asyncio.sleep(0)
            await db.fetch_value("SELECT 1")
            raise Rollback
        await task
        assert await names(db) == ["late"]

    run(scenario)


def test_a_transaction_leaves_no_trace_in_the_context_of_the_task(run):
    async def scenario(db):
        before = copy_context()
        async with db.transaction():
            pass
        assert copy_context() == before

    run(scenario)


def test_a_task_outside_that_writes_waits_for_a_bounded_time(run):
    async def scenario(db):
        entered, leave = asyncio.Event(), asyncio.Event()

        async def keep():
            async with db.transaction():
                entered.set()
                await leave.wait()

        keeper = asyncio.create_task(keep())
        await entered.wait()
        with pytest.raises(PoolExhausted) as caught:
            await add(db, "hank")
        assert await names(db) == []
        leave.set()
        await keeper
        assert caught.value.code == "pool_exhausted"
        assert await names(db) == []

    run(scenario, busy_timeout=0.05)


def test_cancelling_a_running_statement_interrupts_it_and_frees_the_connection(run):
    async def scenario(db):
        endless = asyncio.create_task(db.fetch_value(COUNT_FOREVER))
        waiting = asyncio.create_task(names(db))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(endless, 0.05)
        assert await waiting == []

    run(scenario)


def test_a_task_cancelled_twice_still_leaves_a_sound_connection(run):
    async def scenario(db):
        async def work():
            async with db.transaction():
                await add(db, "undone")
                await db.fetch_value(COUNT_FOREVER)

        task = asyncio.create_task(work())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.shield(task)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await names(db) == []

    run(scenario)


@pytest.mark.parametrize("steps", range(12))
def test_cancellation_at_any_step_leaves_all_or_nothing_and_a_free_connection(run, steps):
    async def scenario(db):
        async def work():
            async with db.transaction():
                await add(db, "one")
                async with db.transaction():
                    await add(db, "two")

        task = asyncio.create_task(work())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await names(db) in ([], ["one", "two"])
        async with db.transaction():
            await add(db, "after")

    run(scenario)


def test_a_closed_database_says_so_and_closing_twice_does_no_harm(run):
    async def scenario(db):
        await db.close()
        await db.close()
        with pytest.raises(ConnectionFailed) as caught:
            await db.fetch_value("SELECT 1")
        assert caught.value.code == "connection_closed"

    run(scenario)


def test_closing_inside_a_transaction_undoes_it(run, tmp_path):
    async def scenario(db):
        transaction = db.transaction()
        await transaction.__aenter__()
        await add(db, "hank")
        await db.close()
        with pytest.raises(ConnectionFailed):
            await transaction.__aexit__(None, None, None)

    run(scenario)
    with Database.open(tmp_path / "app.db") as again:
        assert again.fetch_all("SELECT * FROM people") == []


def test_the_event_loop_runs_on_while_a_statement_waits_for_another_process(run, tmp_path):
    async def scenario(db):
        other = sqlite3.connect(tmp_path / "app.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        blocked = asyncio.create_task(add(db, "hank"))
        for _ in range(5):
            await asyncio.sleep(0)
        other.execute("COMMIT")
        other.close()
        await blocked
        assert await names(db) == ["hank"]

    run(scenario)
