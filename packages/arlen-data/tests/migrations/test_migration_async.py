import asyncio
import inspect

import pytest
from arlen_data import AsyncDatabase, AsyncMigrationRunner, MigrationError, MigrationRunner


def migrated(url, scenario, directory, **options):
    async def main():
        async with AsyncDatabase.open(url) as database:
            return await asyncio.wait_for(scenario(AsyncMigrationRunner(database, directory, **options), database), 30)

    return asyncio.run(main())


def test_both_runners_have_the_same_methods():
    def surface(cls):
        members = {name: member for name, member in vars(cls).items() if not name.startswith("_")}
        return {
            name: str(inspect.signature(member)).replace("Async", "") if callable(member) else None
            for name, member in members.items()
        }

    assert surface(AsyncMigrationRunner) == surface(MigrationRunner)


def test_a_task_migrates_there_and_back(url, two):
    async def scenario(runner, database):
        applied = [path.name for path in await runner.apply()]
        again = await runner.apply()
        undone = [path.name for path in await runner.rollback(2)]
        moved = [(step.migration.version, step.direction) for step in await runner.move_to("1_users")]
        return applied, again, undone, moved, [status.mark for status in await runner.status()]

    assert migrated(url, scenario, two) == (
        ["1_users.sql", "2_posts.sql"],
        [],
        ["2_posts.sql", "1_users.sql"],
        [("1_users", "up")],
        ["applied", "pending"],
    )


def test_a_python_migration_of_tasks_is_a_coroutine_function(url, write):
    directory = write({"1.py": "async def upgrade(conn):\n    await conn.execute('CREATE TABLE letters (x TEXT)')\n"})

    async def scenario(runner, database):
        await runner.apply()
        return await database.fetch_value("SELECT count(*) FROM letters")

    assert migrated(url, scenario, directory) == 0


def test_a_plain_function_is_refused_before_anything_runs(url, write):
    async def scenario(runner, database):
        with pytest.raises(MigrationError, match="AsyncMigrationRunner needs"):
            await runner.apply()
        return len(await runner.pending())

    assert migrated(url, scenario, write({"1.sql": "SELECT 1", "2.py": "def upgrade(conn): ..."})) == 2


def test_tasks_that_migrate_at_once_apply_each_file_once(url, write):
    directory = write({f"{number:02}.sql": f"CREATE TABLE t{number} (x INT)" for number in range(10)})

    async def scenario(runner, database):
        return await asyncio.gather(*(AsyncMigrationRunner(database, directory).apply() for _ in range(3)))

    assert sorted(len(applied) for applied in migrated(url, scenario, directory)) == [0, 0, 10]


def test_a_cancelled_migration_leaves_nothing_and_gives_up_the_lock(url, write):
    directory = write(
        {
            "1.py": "import asyncio\nstarted = None\nasync def upgrade(conn):\n"
            "    await conn.execute('CREATE TABLE a (x INT)')\n"
            "    asyncio.current_task().cancel()\n    await asyncio.sleep(0)\n"
        }
    )

    async def scenario(runner, database):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(runner.apply())
        write({"1.py": "async def upgrade(conn):\n    await conn.execute('CREATE TABLE a (x INT)')\n"})
        return len(await runner.apply())

    assert migrated(url, scenario, directory, lock_timeout=0) == 1
