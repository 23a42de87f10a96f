# Written by ci/unasync.py from _async/migration_lock.py: edit that file and run `python -m ci.unasync`.
"""The migration lock: who runs the migrations of a target while others wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from arlen_data.concurrency.threads import sleep
from arlen_data.errors import ArlenDataError, MigrationError
from arlen_data.migrations.ledger import Ledger
from arlen_data.migrations.sidecar import Sidecar
from arlen_data.trusted import TrustedText

from .protocols import DatabaseAdapter, DatabaseConnection

_BETWEEN_ATTEMPTS = 0.05
_MAIN_FILE = TrustedText("SELECT file FROM pragma_database_list WHERE name = 'main'")
_TAKE = TrustedText("SELECT pg_try_advisory_lock($1::bigint) AS taken")
_GIVE_BACK = TrustedText("SELECT pg_advisory_unlock($1::bigint)")


class MigrationLock(Protocol):
    """Something that one process has at a time, and loses when it dies."""

    def try_take(self) -> bool: ...

    def release(self) -> None: ...


@contextmanager
def locked(adapter: DatabaseAdapter, ledger: Ledger, patience: float) -> Iterator[None]:
    """Hold the lock of a target; wait ``patience`` seconds for it.

    Nothing waits inside the database: there, a waiting statement would keep ``CREATE INDEX CONCURRENTLY`` waiting too.

    Raises:
        MigrationError: code ``lock_timeout``.
    """
    lock = _lock_of(adapter, ledger)
    deadline = time.monotonic() + patience
    try:
        while not lock.try_take():
            if time.monotonic() >= deadline:
                raise MigrationError(
                    f'somebody else migrates the target "{ledger.target}" and was not done within {patience:g} '
                    "seconds; try again later, or wait longer with --lock-timeout",
                    code="lock_timeout",
                    details={"target": ledger.target, "seconds": patience},
                )
            sleep(_BETWEEN_ATTEMPTS)
        yield
    finally:
        lock.release()


def _lock_of(adapter: DatabaseAdapter, ledger: Ledger) -> MigrationLock:
    if ledger.dialect == "postgresql":
        return AdvisoryLock(adapter, adapter.acquire(), ledger.lock_key)
    rows = adapter.fetch_all(_MAIN_FILE)
    return FileLock(Sidecar(rows[0]["file"])) if rows[0]["file"] else NoLock()


class AdvisoryLock:
    """PostgreSQL's advisory lock, on a connection of its own."""

    __slots__ = ("_adapter", "_connection", "_key")

    def __init__(self, adapter: DatabaseAdapter, connection: DatabaseConnection, key: int) -> None:
        self._adapter = adapter
        self._connection = connection
        self._key = key

    def try_take(self) -> bool:
        row = self._connection.fetch_one(_TAKE, [self._key])
        return bool(row["taken"])

    def release(self) -> None:
        with suppress(ArlenDataError):
            self._connection.fetch_one(_GIVE_BACK, [self._key])
        self._adapter.release(self._connection)


class FileLock:
    """The lock of a SQLite file; nothing in it waits."""

    __slots__ = ("_sidecar",)

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    def try_take(self) -> bool:
        return self._sidecar.try_take()

    def release(self) -> None:
        self._sidecar.release()


class NoLock:
    """A database in memory belongs to this process alone."""

    __slots__ = ()

    def try_take(self) -> bool:
        return True

    def release(self) -> None:
        """There is nothing to give back."""
