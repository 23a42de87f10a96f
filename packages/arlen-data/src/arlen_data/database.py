"""The synchronous face: one database, any number of threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from .connection import Connection
from .errors import Rollback
from .location import Location
from .parameters import Parameters
from .row import Row
from .script import SQLScript
from .turns import Turns, turn_timeout


class Database:
    """A SQLite database for synchronous programs, shared by any number of threads.

    It connects when it is first used. Statements of different threads take turns; a thread inside ``transaction()``
    keeps its turn until the block ends. Close it, or use it as a context manager.
    """

    __slots__ = ("_busy_timeout", "_connection", "_turns", "location")

    def __init__(self, location: Location, *, busy_timeout: float = 5.0) -> None:
        self.location = location
        self._busy_timeout = busy_timeout
        self._connection = Connection(location, busy_timeout)
        self._turns = Turns(threading.Lock())

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str],
        *,
        root: str | os.PathLike[str] | None = None,
        busy_timeout: float = 5.0,
    ) -> Self:
        """The database at a path, ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or ``sqlite://:memory:``.

        A relative path starts at ``root`` (default: the working directory); missing directories are made when the
        database connects. ``busy_timeout`` is how many seconds to wait for another process that writes, and for
        another thread to end its transaction.

        Raises:
            InvalidArgumentError: code ``unsupported_url``.
        """
        return cls(Location.parse(url, root=root), busy_timeout=busy_timeout)

    @property
    def connected(self) -> bool:
        """Whether a connection is open at this moment."""
        return self._connection.connected

    def fetch_all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Every row of the result.

        Raises:
            QueryFailed: the database refused, or the statement returns no rows (``no_result_set``).
            InvalidArgumentError: the SQL or its parameters cannot be sent.
            ConnectionFailed: the database cannot be opened, or is closed.
            TransactionFailed: code ``turn_timeout`` or ``transaction_control``.
        """
        with self._turn() as connection:
            return connection.fetch_all(sql, parameters)

    def fetch_one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None when there is none. Raises what ``fetch_all`` raises."""
        with self._turn() as connection:
            return connection.fetch_one(sql, parameters)

    def fetch_value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None when there is no row. Raises what ``fetch_all`` raises."""
        with self._turn() as connection:
            return connection.fetch_value(sql, parameters)

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; the number of rows that it changed, 0 for DDL. Raises what ``fetch_all`` raises."""
        with self._turn() as connection:
            return connection.execute(sql, parameters)

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> int:
        """Run a statement once for each set of parameters, all or nothing; the number of rows changed in total."""
        rows = list(rows)
        with self._turn() as connection:
            return connection.execute_many(sql, rows)

    def execute_script(self, script: SQLScript) -> None:
        """Run every statement of a script, all or nothing; ``details["line"]`` of an error is where it happened."""
        with self._turn() as connection:
            connection.execute_script(script)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Everything that the block runs through this database happens, or nothing does.

        An exception rolls back and propagates; ``Rollback`` rolls back quietly. Inside another transaction it is a
        savepoint: the inner block alone is undone.
        """
        with (
            self._turn() as connection,
            self._turns.deeper(self._turns.current, threading.Lock()),
            suppress(Rollback),
            connection.atomic(),
        ):
            yield self

    def close(self) -> None:
        """Close the connection, after whoever uses it at this moment. Closing twice does no harm."""
        with self._turn() as connection:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.location}>"

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        lock = self._turns.current.lock
        if not lock.acquire(timeout=self._busy_timeout):
            raise turn_timeout(self._busy_timeout)
        try:
            yield self._connection
        finally:
            lock.release()
