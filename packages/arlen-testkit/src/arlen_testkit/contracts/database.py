"""The laws of database adapters: what holds for every database that arlen-data and its users work with."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from inspect import isawaitable
from typing import Any

import pytest
from arlen_data import (
    DatabaseError,
    IntegrityError,
    InvalidArgumentError,
    PoolExhausted,
    Rollback,
    async_adapter_conformance_report,
)

__all__ = ["DatabaseContract"]

TABLE = "arlen_contract"


class DatabaseContract(ABC):
    """Inherit from this class in a test module and say in `make_database` what to test; pytest does the rest.

    The adapter has the methods of ``arlen_data.Database`` or of ``arlen_data.AsyncDatabase``. Every test gets a new one
    and closes it; they may lead to the same database, in which the tests make and drop the table ``arlen_contract``.

    Attributes:
        patience: seconds after which a test that still waits has failed.
    """

    patience: float = 20.0

    @abstractmethod
    def make_database(self) -> Any:
        """A new adapter with room for at most two connections, which does not wait for a third."""

    def test_the_steps_of_the_conformance_report_succeed(self) -> None:
        async def law(db: _Awaited) -> None:
            assert (await async_adapter_conformance_report(db))["success"] is True

        self._hold(law)

    def test_an_adapter_says_truthfully_what_it_can(self) -> None:
        async def law(db: _Awaited) -> None:
            for capability, sql in PROBES.items():
                claimed = db.capability_metadata().get(capability, False)
                try:
                    await db.fetch_all(sql)
                    able = True
                except DatabaseError:
                    able = False
                assert able == claimed, f"{capability} is {able}, and the adapter says {claimed}"

        self._hold(law)

    def test_null_comes_back_as_none(self) -> None:
        async def law(db: _Awaited) -> None:
            await db.execute(f"INSERT INTO {TABLE} VALUES ($1, $2)", [None, 1])
            assert await db.fetch_all(f"SELECT name, total FROM {TABLE}") == [{"name": None, "total": 1}]

        self._hold(law)

    def test_a_parameter_may_be_used_twice(self) -> None:
        async def law(db: _Awaited) -> None:
            await db.execute(f"INSERT INTO {TABLE} VALUES ($1, $2)", ["hank", 1])
            sql = f"SELECT total FROM {TABLE} WHERE name = $1 OR name = $1 || $2"
            assert await db.fetch_all(sql, ["hank", "!"]) == [{"total": 1}]

        self._hold(law)

    def test_execute_counts_the_rows_that_it_changed(self) -> None:
        async def law(db: _Awaited) -> None:
            assert await db.execute(f"INSERT INTO {TABLE} VALUES ('a', 1), ('b', 1)") == 2
            assert await db.execute(f"UPDATE {TABLE} SET total = 2 WHERE name = 'a'") == 1
            assert await db.execute(f"DELETE FROM {TABLE} WHERE name = 'c'") == 0

        self._hold(law)

    def test_a_nested_block_is_undone_alone(self) -> None:
        async def law(db: _Awaited) -> None:
            async with db.transaction() as connection:
                await connection.execute(f"INSERT INTO {TABLE} VALUES ('kept', 1)")
                async with db.transaction() as inner:
                    await inner.execute(f"INSERT INTO {TABLE} VALUES ('undone', 1)")
                    raise Rollback
            assert await db.fetch_all(f"SELECT name FROM {TABLE}") == [{"name": "kept"}]

        self._hold(law)

    def test_a_broken_constraint_leaves_no_row_and_a_working_adapter(self) -> None:
        async def law(db: _Awaited) -> None:
            async def insert_twice() -> None:
                async with db.transaction() as connection:
                    for _ in range(2):
                        await connection.execute(f"INSERT INTO {TABLE} VALUES ('twice', 1)")

            with pytest.raises(IntegrityError) as caught:
                await insert_twice()
            assert caught.value.sqlstate == "23505"
            assert await db.fetch_all(f"SELECT * FROM {TABLE}") == []
            assert await db.execute(f"INSERT INTO {TABLE} VALUES ('once', 1)") == 1

        self._hold(law)

    def test_a_pool_without_room_says_so_and_serves_again_after_a_release(self) -> None:
        async def law(db: _Awaited) -> None:
            acquired = [await db.acquire()]
            with suppress(PoolExhausted):
                acquired.append(await db.acquire())
            with pytest.raises(PoolExhausted):
                await db.acquire()
            for connection in acquired:
                await db.release(connection)
            assert await db.execute(f"INSERT INTO {TABLE} VALUES ('a', 1)") == 1

        self._hold(law)

    def test_a_closed_connection_can_be_released_and_is_replaced(self) -> None:
        async def law(db: _Awaited) -> None:
            connection = await db.acquire()
            await connection.close()
            await db.release(connection)
            assert await db.execute(f"INSERT INTO {TABLE} VALUES ('a', 1)") == 1

        self._hold(law)

    def test_a_second_release_is_refused(self) -> None:
        async def law(db: _Awaited) -> None:
            connection = await db.acquire()
            await db.release(connection)
            with pytest.raises(InvalidArgumentError):
                await db.release(connection)

        self._hold(law)

    def test_what_a_released_connection_left_open_is_undone(self) -> None:
        async def law(db: _Awaited) -> None:
            connection = await db.acquire()
            await connection.begin()
            await connection.execute(f"INSERT INTO {TABLE} VALUES ('a', 1)")
            await db.release(connection)
            assert await db.fetch_all(f"SELECT * FROM {TABLE}") == []

        self._hold(law)

    def _hold(self, law: Callable[[_Awaited], Awaitable[None]]) -> None:
        async def held() -> None:
            async with asyncio.timeout(self.patience):
                db = _Awaited(self.make_database())
                await db.execute(f"DROP TABLE IF EXISTS {TABLE}")
                await db.execute(f"CREATE TABLE {TABLE} (name TEXT UNIQUE, total INTEGER)")
                try:
                    await law(db)
                finally:
                    await db.execute(f"DROP TABLE {TABLE}")
                    await db.close()

        asyncio.run(held())


PROBES = {
    "supports_cte": "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
    "supports_recursive_cte": "WITH RECURSIVE a(x) AS (SELECT 1 UNION SELECT x + 1 FROM a WHERE x < 3) SELECT x FROM a",
    "supports_set_operations": "SELECT 1 AS x UNION SELECT 2 EXCEPT SELECT 1",
    "supports_window_clauses": f"SELECT sum(total) OVER w AS x FROM {TABLE} WINDOW w AS (ORDER BY name)",
    "supports_on_conflict": (
        f"INSERT INTO {TABLE} VALUES ('a', 1) ON CONFLICT (name) DO UPDATE SET total = 2 RETURNING total"
    ),
    "supports_lateral_join": f"SELECT 1 AS x FROM {TABLE} AS a CROSS JOIN LATERAL (SELECT a.total) AS b",
    "supports_for_update": f"SELECT total FROM {TABLE} FOR UPDATE",
    "supports_skip_locked": f"SELECT total FROM {TABLE} FOR UPDATE SKIP LOCKED",
}


class _Awaited:
    """An adapter, or a connection of one, whose methods can be awaited whether it is synchronous or not."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    async def fetch_all(self, statement: Any, parameters: Any = ()) -> list[Any]:
        return list(await _outcome(self._target.fetch_all(statement, parameters)))

    async def execute(self, statement: Any, parameters: Any = ()) -> int:
        return int(await _outcome(self._target.execute(statement, parameters)))

    async def acquire(self) -> _Awaited:
        return _Awaited(await _outcome(self._target.acquire()))

    async def release(self, connection: _Awaited) -> None:
        await _outcome(self._target.release(connection._target))

    async def begin(self) -> None:
        await _outcome(self._target.begin())

    async def close(self) -> None:
        await _outcome(self._target.close())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Awaited]:
        block = self._target.transaction()
        if hasattr(block, "__aenter__"):
            async with block as connection:
                yield _Awaited(connection)
        else:
            with block as connection:
                yield _Awaited(connection)


async def _outcome(result: Any) -> Any:
    return await result if isawaitable(result) else result
