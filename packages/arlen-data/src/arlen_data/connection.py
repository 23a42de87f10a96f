"""One SQLite connection and the depth of its transactions. It serves one caller at a time; databases see to that."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .errors import ArlenDataError, ConnectionFailed, InvalidArgumentError, QueryFailed, TransactionFailed
from .location import Location
from .parameters import Parameters, encode
from .row import Row
from .script import SQLScript
from .sqlite_errors import translate

_SETTINGS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON")
_DRIVER_ERRORS = (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError)


class Connection:
    """Connects when it is first used, so that a database nobody asks is a file nobody makes.

    Transactions nest: depth 0 is none, depth 1 a transaction, and each further one a savepoint. Transactions take the
    write lock when they begin (BEGIN IMMEDIATE), so none fails half-way because another writer came first.
    """

    __slots__ = ("_busy_timeout", "_closed", "_depth", "_location", "_pid", "_raw")

    def __init__(self, location: Location, busy_timeout: float) -> None:
        self._location = location
        self._busy_timeout = busy_timeout
        self._raw: sqlite3.Connection | None = None
        self._depth = 0
        self._pid = 0
        self._closed = False

    @property
    def connected(self) -> bool:
        return self._raw is not None

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def depth(self) -> int:
        return self._depth

    def fetch_all(self, sql: str, parameters: Parameters) -> list[Row]:
        with self._cursor(sql, parameters) as cursor:
            columns = _columns(cursor, sql)
            return [Row(zip(columns, values, strict=True)) for values in cursor]

    def fetch_one(self, sql: str, parameters: Parameters) -> Row | None:
        with self._cursor(sql, parameters) as cursor:
            columns = _columns(cursor, sql)
            values = cursor.fetchone()
            return None if values is None else Row(zip(columns, values, strict=True))

    def fetch_value(self, sql: str, parameters: Parameters) -> Any:
        with self._cursor(sql, parameters) as cursor:
            _columns(cursor, sql)
            values = cursor.fetchone()
            return None if values is None else values[0]

    def execute(self, sql: str, parameters: Parameters) -> int:
        with self._cursor(sql, parameters) as cursor:
            for _ in cursor:
                pass
            return max(cursor.rowcount, 0)

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> int:
        with self.atomic():
            return sum(self.execute(sql, row) for row in rows)

    def execute_script(self, script: SQLScript) -> None:
        with self.atomic():
            for statement in script.statements:
                try:
                    self.execute(statement.sql, ())
                except ArlenDataError as error:
                    error.details["line"] = statement.line
                    error.add_note(f"in the statement on line {statement.line} of the script")
                    raise

    def begin(self) -> None:
        depth = self._depth
        sql = "BEGIN IMMEDIATE" if depth == 0 else f"SAVEPOINT arlen_{depth}"
        self._command(sql)
        self._depth = depth + 1

    def commit(self) -> None:
        depth = self._depth - 1
        if not self._connected().in_transaction:
            raise TransactionFailed(
                "nothing of the transaction was kept: the database had already rolled it back after an earlier error",
                code="transaction_lost",
            )
        self._command("COMMIT" if depth == 0 else f"RELEASE arlen_{depth}")
        self._depth = depth

    def rollback_to(self, depth: int) -> None:
        """Undo every block deeper than ``depth``; nothing to do when there is none."""
        deeper, self._depth = self._depth > depth, min(self._depth, depth)
        if not deeper or self._raw is None or not self._raw.in_transaction:
            return
        if depth == 0:
            self._command("ROLLBACK")
        else:
            self._command(f"ROLLBACK TO arlen_{depth}")
            self._command(f"RELEASE arlen_{depth}")

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Everything in the block happens, or nothing does."""
        depth = self._depth
        try:
            self.begin()
            yield
            self.commit()
        except BaseException:
            self.rollback_to(depth)
            raise

    def verify(self) -> None:
        """Raise ConnectionFailed when this connection cannot serve: it is closed, or belongs to the parent process."""
        if self._closed:
            raise ConnectionFailed(
                f"the database {self._location} is closed; open it again to use it",
                code="connection_closed",
                details={"database": str(self._location)},
            )
        if self._raw is not None and self._pid != os.getpid():
            raise ConnectionFailed(
                f"the connection to {self._location} was made before this process was forked; open it after the fork",
                code="forked_connection",
                details={"database": str(self._location)},
            )

    def interrupt(self) -> None:
        """Make the statement that runs in another thread fail soon, if there is one."""
        if self._raw is not None:
            self._raw.interrupt()

    def close(self) -> None:
        self._closed = True
        raw, self._raw = self._raw, None
        if raw is not None and self._pid == os.getpid():
            raw.close()

    @contextmanager
    def _cursor(self, sql: str, parameters: Parameters) -> Iterator[sqlite3.Cursor]:
        if not sql.strip():
            raise InvalidArgumentError("the SQL is empty", code="empty_sql")
        raw = self._connected()
        values = encode(parameters)
        cursor = raw.cursor()
        try:
            cursor.execute(sql, values)
            if raw.in_transaction != (self._depth > 0):
                self._refuse_control(raw, sql)
            yield cursor
        except _DRIVER_ERRORS as error:
            raise translate(error, sql, parameters) from error
        finally:
            cursor.close()

    def _refuse_control(self, raw: sqlite3.Connection, sql: str) -> None:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise TransactionFailed(
            "the SQL began or ended a transaction itself; use transaction(), which ends on every path",
            code="transaction_control",
            details={"sql": sql},
        )

    def _command(self, sql: str) -> None:
        try:
            self._connected().execute(sql)
        except sqlite3.Error as error:
            raise translate(error, sql, ()) from error

    def _connected(self) -> sqlite3.Connection:
        self.verify()
        return self._raw or self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            raw = _connect(self._location, self._busy_timeout)
        except (OSError, sqlite3.Error) as error:
            raise ConnectionFailed(
                f"cannot open the database {self._location}: {error}; check the path and its permissions",
                code="cannot_open",
                details={"database": str(self._location)},
            ) from error
        self._pid = os.getpid()
        self._raw = raw
        return raw


def _connect(location: Location, busy_timeout: float) -> sqlite3.Connection:
    if location.path is not None:
        location.path.parent.mkdir(parents=True, exist_ok=True)
    raw = sqlite3.connect(str(location), timeout=busy_timeout, isolation_level=None, check_same_thread=False)
    try:
        for setting in _SETTINGS:
            raw.execute(setting)
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def _columns(cursor: sqlite3.Cursor, sql: str) -> tuple[str, ...]:
    if cursor.description is None:
        raise QueryFailed(
            "the statement returns no rows; run it with execute()", code="no_result_set", details={"sql": sql}
        )
    columns = tuple(column[0] or f"col_{index}" for index, column in enumerate(cursor.description))
    if len(set(columns)) < len(columns):
        twice = next(name for index, name in enumerate(columns) if name in columns[:index])
        raise QueryFailed(
            f'the result has two columns named "{twice}", and a row can keep one; rename the other with AS',
            code="duplicate_column",
            details={"sql": sql, "column": twice},
        )
    return columns
