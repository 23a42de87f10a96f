"""One connection to SQLite, as sqlite3 makes it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from arlen_data.blocks import Block
from arlen_data.errors import ArlenDataError, ConnectionFailed, InvalidArgumentError, QueryFailed, QueryTimeout
from arlen_data.location import MEMORY, Location
from arlen_data.options import DatabaseOptions
from arlen_data.queries import Query
from arlen_data.rows import Result
from arlen_data.telemetry.observation import Server

from .column_names import name_of
from .errors import translate

_SETTINGS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON")
_DRIVER_ERRORS = (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError)
_BETWEEN_TRIES_SECONDS = 0.005
_STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 10_000


class SqliteSession:
    """Serves one caller at a time, in any thread."""

    __slots__ = ("_guarded", "_location", "_reads_only", "raw", "server")

    dialect = "sqlite"

    def __init__(self, raw: sqlite3.Connection, location: str = "", *, reads_only: bool = False) -> None:
        self.raw = raw
        self._location = location
        self._reads_only = reads_only
        self._guarded = False
        self.server = Server("sqlite", PurePath(location).name or MEMORY)

    @classmethod
    def wrap(cls, raw: sqlite3.Connection) -> SqliteSession:
        """The session on an existing connection of sqlite3."""
        return cls(raw)

    @classmethod
    def connect(cls, location: Location, options: DatabaseOptions, *, read_only: bool = False) -> SqliteSession:
        """A new connection in production mode: WAL, foreign keys, a busy timeout.

        Raises:
            ConnectionFailed: code ``cannot_open``.
        """
        try:
            raw = _connect(location, options, read_only)
        except (OSError, sqlite3.Error) as error:
            raise ConnectionFailed(
                f"cannot open the database {location}: {error}; check the path and its permissions",
                code="cannot_open",
                details={"database": str(location)},
            ) from error
        return cls(raw, str(location), reads_only=read_only)

    @property
    def in_transaction(self) -> bool:
        return self.raw.in_transaction

    @property
    def failed(self) -> bool:
        """Whether the database rolled the transaction back on its own."""
        return not self.raw.in_transaction

    @property
    def usable(self) -> bool:
        return self.raw is not _CLOSED

    def fetch(self, query: Query, limit: int | None) -> Result:
        sql = query.plan.sql
        try:
            cursor = self.raw.execute(sql, query.parameters)
            description = cursor.description
            if description is None:
                raise _no_result_set(sql)
            values = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        except _DRIVER_ERRORS as error:
            raise self._translate(error, query) from error
        return tuple(map(name_of, description)), values

    def execute(self, query: Query) -> int:
        try:
            cursor = self.raw.execute(query.plan.sql, query.parameters)
            for _ in cursor:
                pass
            return max(cursor.rowcount, 0)
        except _DRIVER_ERRORS as error:
            raise self._translate(error, query) from error

    def execute_many(self, query: Query, rows: list[Any]) -> int:
        return sum([self.execute(Query(query.plan, row, query.operation, False, None)) for row in rows])

    def stream(self, query: Query, size: int) -> Generator[Result, None, None]:
        """The rows in parts of ``size``; memory holds one part."""
        cursor = None
        try:
            cursor = self.raw.execute(query.plan.sql, query.parameters)
            if cursor.description is None:
                raise _no_result_set(query.plan.sql)
            columns = tuple(map(name_of, cursor.description))
            while values := cursor.fetchmany(size):
                yield columns, values
        except _DRIVER_ERRORS as error:
            raise self._translate(error, query) from error
        finally:
            if cursor is not None:
                cursor.close()

    def run_together(self, queries: Sequence[Query]) -> list[Result | int]:
        """One after the other; ``details["index"]`` of an error says which it was."""
        results: list[Result | int] = []
        for index, query in enumerate(queries):
            try:
                results.append(self.fetch(query, None) if query.operation == "query" else self.execute(query))
            except ArlenDataError as error:
                error.details["index"] = index
                raise
        return results

    def command(self, sql: str) -> None:
        try:
            self.raw.execute(sql)
            if self._guarded and not self.raw.in_transaction:
                self._guarded = False
                self.raw.execute("PRAGMA query_only = OFF")
        except _DRIVER_ERRORS as error:
            raise self._failure(error, sql, ()) from error

    def begin(self, block: Block) -> None:
        """Take the write lock at once, so that no transaction fails half-way because another writer came first."""
        if block.local_settings():
            raise InvalidArgumentError("SQLite has no roles and settings to set", code="unsupported_feature")
        self.command("BEGIN" if block.read_only else "BEGIN IMMEDIATE")
        if block.read_only and not self._reads_only:
            self.command("PRAGMA query_only = ON")
            self._guarded = True

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Stop what runs in the block after so many seconds."""
        end = time.monotonic() + seconds
        self.raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS_AT_THE_CLOCK)
        try:
            yield
        except QueryFailed as error:
            if error.code == "interrupted" and time.monotonic() > end:
                raise QueryTimeout(
                    f"the statement was stopped: it took longer than {seconds:g} seconds",
                    code="query_timeout",
                    details=error.details,
                ) from error
            raise
        finally:
            self.raw.set_progress_handler(None, 0)

    def check(self) -> None:
        """A file does not go away while it is open."""

    def reset(self) -> None:
        """Nothing of a session of SQLite is undone by asking."""

    def forget_prepared(self) -> None:
        """sqlite3 keeps its statements itself, and keeps them right."""

    def interrupt(self) -> None:
        """Make the statement that runs in another thread fail soon, if there is one."""
        self.raw.interrupt()

    def backup(self, target: str | os.PathLike[str]) -> None:
        """Copy the database into a file while it is in use."""
        copy = sqlite3.connect(target)
        try:
            self.raw.backup(copy)
        except sqlite3.Error as error:
            raise self._failure(error, "", ()) from error
        finally:
            copy.close()

    def close(self) -> None:
        raw, self.raw = self.raw, _CLOSED
        if raw is not _CLOSED:
            raw.close()

    def _translate(self, error: Exception, query: Query) -> ArlenDataError:
        return self._failure(error, query.plan.sql, query.parameters)

    def _failure(self, error: Exception, sql: str, parameters: Any) -> ArlenDataError:
        if self.raw is _CLOSED or "closed database" in str(error):
            return ConnectionFailed(
                f"the connection to {self._location} is closed", code="connection_closed", details={"sql": sql}
            )
        return translate(error, sql, parameters)


def _closed() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.close()
    return connection


_CLOSED = _closed()
"""What stands in the place of a connection that was closed: every use of it says so."""


def _connect(location: Location, options: DatabaseOptions, read_only: bool) -> sqlite3.Connection:
    if location.path is not None:
        location.path.parent.mkdir(parents=True, exist_ok=True)
    raw = sqlite3.connect(str(location), timeout=options.busy_timeout, isolation_level=None, check_same_thread=False)
    try:
        for setting in (*_SETTINGS, "PRAGMA query_only = ON") if read_only else _SETTINGS:
            _set(raw, setting, options.busy_timeout)
        if options.configure is not None:
            options.configure(raw)
    except BaseException:
        raw.close()
        raise
    return raw


def _set(raw: sqlite3.Connection, setting: str, patience: float) -> None:
    """Run a PRAGMA; SQLite itself does not wait where two processes turn on the write-ahead log at once."""
    deadline = time.monotonic() + patience
    while True:
        try:
            raw.execute(setting)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_BETWEEN_TRIES_SECONDS)
        else:
            return


def _no_result_set(sql: str) -> QueryFailed:
    return QueryFailed(
        "the statement returns no rows; run it with execute()", code="no_result_set", details={"sql": sql}
    )
