"""A database: its connections, shared by any number of tasks."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from arlen_data.address import Address, address_of
from arlen_data.blocks import Block, Isolation
from arlen_data.capabilities import capabilities_of
from arlen_data.concurrency.tasks import Lock, call, settle, sleep
from arlen_data.dialects import syntax_of
from arlen_data.errors import InvalidArgumentError, QueryFailed, Rollback, TransactionFailed
from arlen_data.events import Diagnostics
from arlen_data.location import Location
from arlen_data.options import DatabaseOptions, OptionArguments
from arlen_data.parameters import Parameters
from arlen_data.postgres.channels import Notification, checked_channel, checked_payload
from arlen_data.postgres.copying import CopyFormat
from arlen_data.queries import Queries, Query, Runnable
from arlen_data.roster import PoolStats
from arlen_data.row import Row
from arlen_data.rows import Result
from arlen_data.script import SQLScript
from arlen_data.turns import Level, Turns, turn_timeout

from .batch import AsyncBatch
from .connection import AsyncConnection
from .listener import AsyncListener
from .nesting import Hook
from .pool import AsyncPool
from .pools import pools_for
from .session import open_session, wrap_session
from .statements import AsyncStatements

if TYPE_CHECKING:
    from arlen_data.postgres.pools import AsyncConnectionPool

    from .foreign_pool import AsyncForeignPool

T = TypeVar("T")

_WORTH_ANOTHER_ATTEMPT = frozenset({"40001", "40P01", "55P03"})
_FIRST_DELAY = 0.02
_LONGEST_DELAY = 1.0


class AsyncDatabase(AsyncStatements):
    """A SQLite or PostgreSQL database, shared by any number of tasks of one event loop.

    It connects when it is first used, and keeps a pool of connections. A statement takes one for a moment; inside
    ``transaction()`` all statements of the block take the same. A SQLite file has one connection that writes and
    others that read at the same time. Close it, or use it as a context manager.
    """

    __slots__ = ("_diagnostics", "_options", "_patience", "_queries", "_readers", "_turns", "_writers", "location")

    def __init__(self, location: Address, options: DatabaseOptions) -> None:
        self.location = location
        self._options = options
        self._diagnostics = Diagnostics(options)
        self._queries = Queries(syntax_of(location.dialect), options, self._diagnostics)
        self._turns: Turns[AsyncConnection, Lock] = Turns()
        self._writers: AsyncPool | AsyncForeignPool
        self._readers: AsyncPool | AsyncForeignPool
        self._writers, self._readers = pools_for(location, options, self._open_writer, self._open_reader)
        self._patience = options.busy_timeout if isinstance(location, Location) else options.acquire_timeout

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str],
        *,
        root: str | os.PathLike[str] | None = None,
        password_provider: Callable[[], str] | None = None,
        **options: Unpack[OptionArguments],
    ) -> Self:
        """The database at ``postgresql://…``, in a libpq keyword string, or in a SQLite file; nothing is connected yet.

        A SQLite file is a path, ``sqlite:///relative/path`` or ``sqlite:////absolute/path``; ``sqlite://:memory:`` is
        memory. A relative path starts at ``root`` (default: the working directory); missing directories are made when
        it connects. ``password_provider`` is asked for the password at each connect. The options are the fields of
        ``DatabaseOptions``.

        Raises:
            InvalidArgumentError: ``unsupported_url``, ``invalid_option``.
            ConnectionFailed: ``library_too_old``.
        """
        address = address_of(url, root=root, password_provider=password_provider)
        return cls(address, DatabaseOptions(**options))

    @classmethod
    def wrap(cls, pool: AsyncConnectionPool[Any], **options: Unpack[OptionArguments]) -> Self:
        """The database around an ``AsyncConnectionPool`` of psycopg_pool, which others may use at the same time.

        The pool remains its owner's, who opens and closes it. Of the options, those about connections, waiting and
        time limits of the server are the pool's own matter and have no effect here.

        Raises:
            MissingDependencyError: psycopg or psycopg_pool is missing.
        """
        from arlen_data.postgres.pools import address_of_pool

        from .foreign_pool import AsyncForeignPool

        database = cls(address_of_pool(pool), DatabaseOptions(**options))
        database._writers = database._readers = AsyncForeignPool(pool, database._dressed)
        return database

    @property
    def adapter_name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.location.dialect

    @property
    def connected(self) -> bool:
        """Whether a connection is open at this moment."""
        return self._writers.connected or self._readers.connected

    def stats(self) -> PoolStats:
        """The figures of the pool; of a SQLite file, those of the connection that writes."""
        return self._writers.stats()

    def reader_stats(self) -> PoolStats:
        """The figures of the connections that read; on PostgreSQL the same as ``stats``."""
        return self._readers.stats()

    def capability_metadata(self) -> Mapping[str, object]:
        """What this kind of database can do: ``supports_cte`` and its like."""
        return capabilities_of(self.location.dialect)

    async def connect(self) -> None:
        """Open ``min_connections``, at least one, now: a wrong address is better found early.

        Raises:
            ConnectionFailed: ``cannot_open``, ``driver_missing``.
        """
        await self._writers.fill(1 if self._writers is not self._readers else max(1, self._options.min_connections))

    async def acquire(self) -> AsyncConnection:
        """A connection that is the caller's until ``release``; ``connection()`` does both."""
        return await self._writers.acquire()

    async def release(self, connection: AsyncConnection) -> None:
        """Take back a connection; an open transaction is undone, changes of the session too.

        Raises:
            InvalidArgumentError: code ``foreign_connection`` when it was released already, or acquired elsewhere.
        """
        await self._writers.release(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection for the length of a block; of a SQLite file, the one that writes."""
        async with self._writers.connection() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        role: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> AsyncIterator[AsyncConnection]:
        """Everything that the block runs through this database, or the connection it gets, happens, or nothing does.

        An exception, cancellation included, rolls back and propagates; ``Rollback`` rolls back quietly. Inside another
        transaction it is a savepoint: the inner block alone is undone. Tasks that the block starts belong to it. The
        arguments are those of ``Block`` and are for the outermost block only.
        """
        block = Block(
            isolation=isolation, read_only=read_only, deferrable=deferrable, role=role, settings=settings or {}
        )
        hooks: list[Hook] = []
        outer = self._turns.current()
        if outer is not None:
            async with self._turn(outer), self._nested(Level(outer.connection, Lock(), outer), block, hooks):
                yield outer.connection
            return
        async with (
            (self._readers if read_only else self._writers).connection() as connection,
            self._nested(Level(connection, Lock()), block, hooks),
        ):
            yield connection
        for hook in hooks:
            await call(hook)

    async def run_in_transaction(
        self,
        work: Callable[[AsyncConnection], Awaitable[T] | T],
        *,
        attempts: int = 3,
        isolation: Isolation | None = None,
    ) -> T | None:
        """What ``work(connection)`` returns, run in a transaction; None if it raised ``Rollback``.

        When the database gave up because of others (a serialization failure, a deadlock, a SQLite file that stayed
        locked), everything is run again from the beginning after a short random delay, ``attempts`` times in all.
        Nothing is run again that may have been committed, and nothing inside another transaction.
        """
        if self._turns.current() is not None:
            attempts = 1
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self.transaction(isolation=isolation) as connection:
                    return await call(work, connection)
                return None
            except QueryFailed as error:
                if attempt >= attempts or error.sqlstate not in _WORTH_ANOTHER_ATTEMPT:
                    raise
                delay = random.uniform(0, min(_LONGEST_DELAY, _FIRST_DELAY * 2**attempt))
                self._diagnostics.retrying(attempt, error, delay)
            await sleep(delay)

    def on_commit(self, hook: Hook) -> None:
        """Call ``hook`` after the transaction around this call is committed; never, if it or its block is undone.

        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        level = self._turns.current()
        if level is None:
            raise TransactionFailed("no transaction is open here", code="no_transaction")
        level.connection.on_commit(hook)

    async def execute_script(self, script: SQLScript) -> None:
        """Run every statement of a script, all or nothing; ``details["line"]`` of an error is where it happened."""
        async with self._lent() as connection:
            await connection.execute_script(script)

    @asynccontextmanager
    async def stream(
        self, statement: Runnable, parameters: Parameters = (), *, size: int = 1000, rows_as: Callable[..., Any] = Row
    ) -> AsyncIterator[AsyncIterator[Any]]:
        """The rows one after the other, ``size`` of them in memory at once: ``async with db.stream(…) as rows``."""
        async with (
            self._lent() as connection,
            connection.stream(statement, parameters, size=size, rows_as=rows_as) as rows,
        ):
            yield rows

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[AsyncBatch]:
        """Statements that go to the server together when the block ends, in one round trip; all happen or none."""
        async with self._lent() as connection, connection.batch() as batch:
            yield batch

    async def copy_in(
        self, table: str, columns: Sequence[str], rows: Iterable[Collection[Any]], *, types: Sequence[str] | None = None
    ) -> int:
        """PostgreSQL: send many rows with COPY; how many they were. With the ``types`` of the columns, in binary."""
        async with self._lent() as connection:
            return await connection.copy_in(table, columns, rows, types=types)

    @asynccontextmanager
    async def copy_out(self, sql: str, *, format: CopyFormat = "csv") -> AsyncIterator[AsyncIterator[bytes]]:
        """PostgreSQL: the rows of a query with COPY, as blocks of bytes."""
        async with self._lent() as connection, connection.copy_out(sql, format=format) as blocks:
            yield blocks

    async def notify(self, channel: str, payload: str = "") -> None:
        """PostgreSQL: send a message to those who listen; inside a transaction it leaves with the commit.

        Raises:
            InvalidArgumentError: ``invalid_channel``, ``payload_too_long``, ``unsupported_feature``.
        """
        if self.location.dialect != "postgresql":
            raise InvalidArgumentError("SQLite has no channels", code="unsupported_feature")
        from arlen_data.sql.functions import func
        from arlen_data.sql.select import select

        await self.execute(select(func.pg_notify(checked_channel(channel), checked_payload(payload))))

    @asynccontextmanager
    async def listen(
        self, *channels: str, time_limit: float | None = None
    ) -> AsyncIterator[AsyncIterator[Notification]]:
        """PostgreSQL: the notifications of channels, on a connection of its own that reconnects when it is lost.

        The iteration ends after ``time_limit`` seconds, or never. What is sent while the connection is lost is missed.

        Raises:
            InvalidArgumentError: ``invalid_channel``, ``unsupported_feature``.
            ConnectionFailed: code ``cannot_open``.
        """
        listener = AsyncListener(self.location, self._options, channels)
        await listener.connect()
        try:
            async with aclosing(listener.notifications(time_limit)) as notifications:
                yield notifications
        finally:
            await settle(listener.close())

    async def backup(self, target: str | os.PathLike[str]) -> None:
        """SQLite: copy the database into a file while it is in use."""
        async with self._lent() as connection:
            await connection.backup(target)

    async def close(self) -> None:
        """Close every connection, once those in use are released or ``drain_timeout`` is over. Twice does no harm."""
        level = self._turns.current()
        own = None if level is None else level.connection
        await self._readers.close(own)
        await self._writers.close(own)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.location}>"

    async def _fetch(self, query: Query, limit: int | None) -> Result:
        level = self._turns.current()
        if level is not None:
            async with self._turn(level):
                return await level.connection._fetch(query, limit)
        pool = self._readers if query.plan.reads else self._writers
        connection = await pool.acquire()
        try:
            return await connection._fetch(query, limit)
        finally:
            await pool.release(connection)

    async def _execute(self, query: Query) -> int:
        level = self._turns.current()
        if level is not None:
            async with self._turn(level):
                return await level.connection._execute(query)
        pool = self._readers if query.plan.reads else self._writers
        connection = await pool.acquire()
        try:
            return await connection._execute(query)
        finally:
            await pool.release(connection)

    async def _execute_many(self, query: Query, rows: list[Any]) -> int:
        async with self._lent() as connection:
            return await connection._execute_many(query, rows)

    @asynccontextmanager
    async def _nested(
        self, level: Level[AsyncConnection, Lock], block: Block, hooks: list[Hook]
    ) -> AsyncIterator[None]:
        with suppress(Rollback), self._turns.inside(level):
            async with level.connection.atomic(block, hooks):
                yield

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[AsyncConnection]:
        """The connection of the transaction around, or one from the pool."""
        level = self._turns.current()
        if level is None:
            async with self._writers.connection() as connection:
                yield connection
        else:
            async with self._turn(level):
                yield level.connection

    @asynccontextmanager
    async def _turn(self, level: Level[AsyncConnection, Lock]) -> AsyncIterator[None]:
        self._writers.verify()
        if not await level.lock.acquire(self._patience):
            raise turn_timeout(self._patience)
        try:
            yield
        finally:
            level.lock.release()

    def _dressed(self, raw: Any) -> AsyncConnection:
        return AsyncConnection(wrap_session(raw), self._queries, self._options, self._diagnostics)

    async def _open_writer(self) -> AsyncConnection:
        session = await open_session(self.location, self._options)
        return AsyncConnection(session, self._queries, self._options, self._diagnostics)

    async def _open_reader(self) -> AsyncConnection:
        if not self._writers.connected:
            await self._writers.fill(1)
        session = await open_session(self.location, self._options, read_only=True)
        return AsyncConnection(session, self._queries, self._options, self._diagnostics)
