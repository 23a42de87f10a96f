"""The migration lock: who runs the migrations of a target while others wait."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from arlen_data.concurrency.tasks import settle, sleep
from arlen_data.errors import ArlenDataError, MigrationError
from arlen_data.migrations.ledger import Ledger
from arlen_data.migrations.sidecar import Sidecar
from arlen_data.trusted import TrustedText

from .protocols import AsyncDatabaseAdapter, AsyncDatabaseConnection

_BETWEEN_ATTEMPTS = 0.05
_MAIN_FILE = TrustedText("SELECT file FROM pragma_database_list WHERE name = 'main'")
_TAKE = TrustedText("SELECT pg_try_advisory_lock($1::bigint) AS taken")
_GIVE_BACK = TrustedText("SELECT pg_advisory_unlock($1::bigint)")


class AsyncMigrationLock(Protocol):
    """Something that one process has at a time, and loses when it dies."""

    async def try_take(self) -> bool: ...

    async def release(self) -> None: ...


@asynccontextmanager
async def locked(adapter: AsyncDatabaseAdapter, ledger: Ledger, patience: float) -> AsyncIterator[None]:
    """Hold the lock of a target; wait ``patience`` seconds for it.

    Nothing waits inside the database: there, a waiting statement would keep ``CREATE INDEX CONCURRENTLY`` waiting too.

    Raises:
        MigrationError: code ``lock_timeout``.
    """
    lock = await _lock_of(adapter, ledger)
    deadline = time.monotonic() + patience
    try:
        while not await lock.try_take():
            if time.monotonic() >= deadline:
                raise MigrationError(
                    f'somebody else migrates the target "{ledger.target}" and was not done within {patience:g} '
                    "seconds; try again later, or wait longer with --lock-timeout",
                    code="lock_timeout",
                    details={"target": ledger.target, "seconds": patience},
                )
            await sleep(_BETWEEN_ATTEMPTS)
        yield
    finally:
        await settle(lock.release())


async def _lock_of(adapter: AsyncDatabaseAdapter, ledger: Ledger) -> AsyncMigrationLock:
    if ledger.dialect == "postgresql":
        return AsyncAdvisoryLock(adapter, await adapter.acquire(), ledger.lock_key)
    rows = await adapter.fetch_all(_MAIN_FILE)
    return AsyncFileLock(Sidecar(rows[0]["file"])) if rows[0]["file"] else AsyncNoLock()


class AsyncAdvisoryLock:
    """PostgreSQL's advisory lock, on a connection of its own."""

    __slots__ = ("_adapter", "_connection", "_key")

    def __init__(self, adapter: AsyncDatabaseAdapter, connection: AsyncDatabaseConnection, key: int) -> None:
        self._adapter = adapter
        self._connection = connection
        self._key = key

    async def try_take(self) -> bool:
        row = await self._connection.fetch_one(_TAKE, [self._key])
        return bool(row["taken"])

    async def release(self) -> None:
        with suppress(ArlenDataError):
            await self._connection.fetch_one(_GIVE_BACK, [self._key])
        await self._adapter.release(self._connection)


class AsyncFileLock:
    """The lock of a SQLite file; nothing in it waits."""

    __slots__ = ("_sidecar",)

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def try_take(self) -> bool:
        return self._sidecar.try_take()

    async def release(self) -> None:
        self._sidecar.release()


class AsyncNoLock:
    """A database in memory belongs to this process alone."""

    __slots__ = ()

    async def try_take(self) -> bool:
        return True

    async def release(self) -> None:
        """There is nothing to give back."""
