# Written by ci/unasync.py from _async/postgres.py: edit that file and run `python -m ci.unasync`.
"""One connection to PostgreSQL, as psycopg makes it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from arlen_data.blocks import Block
from arlen_data.errors import ConnectionFailed, QueryFailed
from arlen_data.options import DatabaseOptions
from arlen_data.postgres.address import PostgresAddress
from arlen_data.postgres.channels import Notification
from arlen_data.postgres.driver import (
    DRIVER_ERRORS,
    TransactionStatus,
    conninfo,
    psycopg,
    server_of,
    translate,
    trusted,
    tuple_row,
)
from arlen_data.queries import Query
from arlen_data.rows import Result

_STALE_PLANS = frozenset({"0A000", "26000"})
_RESET = "RESET ALL; RESET SESSION AUTHORIZATION; UNLISTEN *; CLOSE ALL; SELECT pg_advisory_unlock_all(); DISCARD TEMP"
_IDLE = TransactionStatus.IDLE
_FAILED = TransactionStatus.INERROR
_WAITING = frozenset({TransactionStatus.IDLE, TransactionStatus.INTRANS, TransactionStatus.INERROR})
_CHANGING = ("INSERT", "UPDATE", "DELETE", "MERGE", "COPY")
_FEW_ROWS = 100
_NAMELESS = b"?column?"


class PostgresSession:
    """Serves one caller at a time. Cancelling the caller cancels the statement on the server."""

    __slots__ = ("_pgconn", "_raw", "_spare", "server")

    dialect = "postgresql"

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw
        self._pgconn = raw.pgconn
        self.server = server_of(raw.pgconn)
        self._spare: psycopg.RawCursor[Any] | None = None

    @classmethod
    def connect(cls, address: PostgresAddress, options: DatabaseOptions) -> PostgresSession:
        """A new connection in autocommit mode.

        Raises:
            ConnectionFailed: code ``cannot_open``.
        """
        try:
            raw = psycopg.Connection.connect(**conninfo(address, options), autocommit=True)
        except DRIVER_ERRORS as error:
            raise ConnectionFailed(
                f"cannot connect to {address}: {_first_line(error)}",
                code="cannot_open",
                details={"database": str(address)},
            ) from error
        raw.prepare_threshold = 5
        raw.prepared_max = options.prepared_statement_cache_limit
        if options.configure is not None:
            options.configure(raw)
        return cls(raw)

    @property
    def raw(self) -> psycopg.Connection[Any]:
        """The connection of psycopg. Who has it may register types, which cursors learn when they are made."""
        self._spare = None
        return self._raw

    @property
    def in_transaction(self) -> bool:
        return self._pgconn.transaction_status != _IDLE

    @property
    def failed(self) -> bool:
        return self._pgconn.transaction_status == _FAILED

    @property
    def usable(self) -> bool:
        return self._pgconn.transaction_status in _WAITING

    def fetch(self, query: Query, limit: int | None) -> Result:
        cursor = self._take_cursor()
        self._send(cursor, query)
        result = _result(cursor, query, limit)
        if cursor.rowcount < _FEW_ROWS:
            self._spare = cursor
        return result

    def execute(self, query: Query) -> int:
        cursor = self._take_cursor()
        self._send(cursor, query)
        return _affected(cursor)

    def execute_many(self, query: Query, rows: list[Any]) -> int:
        cursor = self._cursor()
        try:
            cursor.executemany(trusted(query.plan.sql), rows)
        except DRIVER_ERRORS as error:
            raise translate(error, query.plan.sql, ()) from error
        return max(cursor.rowcount, 0)

    def stream(self, query: Query, size: int) -> Generator[Result, None, None]:
        """The rows in parts of ``size`` through a cursor of the server, inside a transaction."""
        cursor = psycopg.RawServerCursor(self._raw, "arlen_stream", row_factory=tuple_row)
        try:
            cursor.execute(trusted(query.plan.sql), query.parameters)
            while (part := _result(cursor, query, size))[1]:
                yield part
        except DRIVER_ERRORS as error:
            raise translate(error, query.plan.sql, query.parameters) from error
        finally:
            cursor.close()

    def command(self, sql: str) -> None:
        try:
            self._cursor().execute(trusted(sql))
        except DRIVER_ERRORS as error:
            raise translate(error, sql, ()) from error

    def begin(self, block: Block) -> None:
        self.command(block.begin())
        for name, value in block.local_settings().items():
            self._set(name, value, local=True)

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Stop what runs in the block after so many seconds; inside a transaction the limit ends with it at last."""
        local = self.in_transaction
        self._set("statement_timeout", str(max(1, round(seconds * 1000))), local=local)
        try:
            yield
        finally:
            if self.usable and not self.failed:
                self.command("SET LOCAL statement_timeout = DEFAULT" if local else "RESET statement_timeout")

    def check(self) -> None:
        self.command("")

    def reset(self) -> None:
        self.command(_RESET)

    def forget_prepared(self) -> None:
        self.command("DEALLOCATE ALL")

    def run_together(self, queries: Sequence[Query]) -> list[Result | int]:
        """One round trip for all; the first error undoes the rest, ``details["index"]`` says which it was."""
        cursors: list[psycopg.RawCursor[Any]] = []
        try:
            with self._raw.pipeline():
                for query in queries:
                    cursors.append(cursor := self._cursor())
                    cursor.execute(trusted(query.plan.sql), query.parameters, prepare=query.prepare)
        except DRIVER_ERRORS as error:
            unanswered = [place for place, cursor in enumerate(cursors) if cursor.pgresult is None]
            index = (unanswered or [len(cursors) - 1])[0 if getattr(error, "sqlstate", None) else -1]
            query = queries[index]
            failure = translate(error, query.plan.sql, query.parameters)
            failure.details["index"] = index
            raise failure from error
        return [
            _result(cursor, query, None) if query.operation == "query" else _affected(cursor)
            for cursor, query in zip(cursors, queries, strict=True)
        ]

    def copy_in(self, sql: str, rows: Iterable[Any], types: Sequence[str] | None) -> int:
        """Send rows, as text, or as binary when their types are given."""
        cursor = self._cursor()
        try:
            with cursor.copy(trusted(sql)) as copy:
                if types is not None:
                    copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
        except DRIVER_ERRORS as error:
            raise translate(error, sql, ()) from error
        return max(cursor.rowcount, 0)

    def copy_out(self, sql: str) -> Generator[bytes, None, None]:
        """The bytes that the server sends, block after block."""
        cursor = self._cursor()
        try:
            with cursor.copy(trusted(sql)) as copy:
                for block in copy:
                    yield bytes(block)
        except DRIVER_ERRORS as error:
            raise translate(error, sql, ()) from error

    def notifications(self, time_limit: float | None) -> Generator[Notification, None, None]:
        """What comes on the channels that this connection listens to."""
        try:
            for notify in self._raw.notifies(timeout=time_limit):
                yield Notification(notify.channel, notify.payload, notify.pid)
        except DRIVER_ERRORS as error:
            raise translate(error, "LISTEN", ()) from error

    def close(self) -> None:
        self._raw.close()

    def _take_cursor(self) -> psycopg.RawCursor[Any]:
        """A cursor that is nobody else's; making one is a good part of a small query, so one is kept."""
        cursor, self._spare = self._spare, None
        return cursor or self._cursor()

    def _cursor(self) -> psycopg.RawCursor[Any]:
        """A cursor with rows as they come, whatever the connection makes of the rows of others."""
        return psycopg.RawCursor(self._raw, row_factory=tuple_row)

    def _send(self, cursor: psycopg.RawCursor[Any], query: Query) -> None:
        sql = query.plan.sql
        try:
            cursor.execute(trusted(sql), query.parameters, prepare=query.prepare)
        except DRIVER_ERRORS as error:
            if not query.prepare or getattr(error, "sqlstate", None) not in _STALE_PLANS or self.in_transaction:
                raise translate(error, sql, query.parameters) from error
            self.forget_prepared()
            self._send(cursor, query.unprepared())

    def _set(self, name: str, value: str, *, local: bool) -> None:
        sql = "SELECT set_config($1, $2, $3)"
        try:
            self._cursor().execute(sql, (name, value, local), prepare=False)
        except DRIVER_ERRORS as error:
            raise translate(error, sql, ()) from error


def _result(cursor: psycopg.RawCursor[Any] | psycopg.RawServerCursor[Any], query: Query, limit: int | None) -> Result:
    result = cursor.pgresult
    if result is None or cursor.rownumber is None:
        raise QueryFailed(
            "the statement returns no rows; run it with execute()",
            code="no_result_set",
            details={"sql": query.plan.sql},
        )
    names = map(result.fname, range(result.nfields))
    columns = tuple([name.decode() if name and name != _NAMELESS else "" for name in names])
    values = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
    return columns, values


def _affected(cursor: psycopg.RawCursor[Any]) -> int:
    counts = cursor.rowcount if cursor.statusmessage and cursor.statusmessage.startswith(_CHANGING) else 0
    return max(counts, 0)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
