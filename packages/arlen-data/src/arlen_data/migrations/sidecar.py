"""The migration lock of a SQLite file: an exclusive lock on an empty SQLite file beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from arlen_data.errors import LockNotAvailable

_SUFFIX = "-migration-lock"


class Sidecar:
    """Held by one process at a time. The operating system gives it up when the process dies; the file stays."""

    __slots__ = ("_connection",)

    def __init__(self, database: str) -> None:
        """
        Raises:
            LockNotAvailable: code ``lock_not_available`` when the file cannot be opened.
        """
        path = Path(f"{database}{_SUFFIX}")
        try:
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise _unusable(error) from error

    def try_take(self) -> bool:
        """Whether it is ours now.

        Raises:
            LockNotAvailable: code ``lock_not_available`` when the file cannot be written.
        """
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            raise _unusable(error) from error
        return True

    def release(self) -> None:
        self._connection.close()


def _unusable(error: sqlite3.Error) -> LockNotAvailable:
    return LockNotAvailable(f"the file of the migration lock cannot be used: {error}", code="lock_not_available")
