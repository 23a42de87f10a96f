# Written by ci/unasync.py from _async/database.py: edit that file and run `python -m ci.unasync`.
"""A database: its connections, shared by any number of threads."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from arlen_data.address import Address, address_of
from arlen_data.blocks import Block, Isolation
from arlen_data.capabilities import capabilities_of
from arlen_data.concurrency.threads import Lock, call, sleep
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

from .batch import Batch
from .connection import Connection
from .listener import Listener
from .nesting import Hook
from .pool import Pool
from .pools import pools_for
from .session import open_session, wrap_session
from .statements import Statements

if TYPE_CHECKING:
    from arlen_data.postgres.pools import ConnectionPool

    from .foreign_pool import ForeignPool

T = TypeVar("T")

_WORTH_ANOTHER_ATTEMPT = frozenset({"40001", "40P01", "55P03"})
_FIRST_DELAY = 0.02
_LONGEST_DELAY = 1.0


class Database(Statements):
    """A SQLite or PostgreSQL database, shared by any number of threads.

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
        self._turns: Turns[Connection, Lock] = Turns()
        self._writers: Pool | ForeignPool
        self._readers: Pool | ForeignPool
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
    def wrap(cls, pool: ConnectionPool[Any], **options: Unpack[OptionArguments]) -> Self:
        """The database around an ``ConnectionPool`` of psycopg_pool, which others may use at the same time.

        The pool remains its owner's, who opens and closes it. Of the options, those about connections, waiting and
        time limits of the server are the pool's own matter and have no effect here.

        Raises:
            MissingDependencyError: psycopg or psycopg_pool is missing.
        """
        from arlen_data.postgres.pools import address_of_pool

        from .foreign_pool import ForeignPool

        database = cls(address_of_pool(pool), DatabaseOptions(**options))
        database._writers = database._readers = ForeignPool(pool, database._dressed)
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

    def connect(self) -> None:
        """Open ``min_connections``, at least one, now: a wrong address is better found early.

        Raises:
            ConnectionFailed: ``cannot_open``, ``driver_missing``.
        """
        self._writers.fill(1 if self._writers is not self._readers else max(1, self._options.min_connections))

    def acquire(self) -> Connection:
        """A connection that is the caller's until ``release``; ``connection()`` does both."""
        return self._writers.acquire()

    def release(self, connection: Connection) -> None:
        """Take back a connection; an open transaction is undone, changes of the session too.

        Raises:
            InvalidArgumentError: code ``foreign_connection`` when it was released already, or acquired elsewhere.
        """
        self._writers.release(connection)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for the length of a block; of a SQLite file, the one that writes."""
        with self._writers.connection() as connection:
            yield connection

    @contextmanager
    def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        role: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Iterator[Connection]:
        """Everything that the block runs through this database, or the connection it gets, happens, or nothing does.

        An exception rolls back and propagates; ``Rollback`` rolls back quietly. Inside another
        transaction it is a savepoint: the inner block alone is undone. Tasks that the block starts belong to it. The
        arguments are those of ``Block`` and are for the outermost block only.
        """
        block = Block(
            isolation=isolation, read_only=read_only, deferrable=deferrable, role=role, settings=settings or {}
        )
        hooks: list[Hook] = []
        outer = self._turns.current()
        if outer is not None:
            with self._turn(outer), self._nested(Level(outer.connection, Lock(), outer), block, hooks):
                yield outer.connection
            return
        with (
            (self._readers if read_only else self._writers).connection() as connection,
            self._nested(Level(connection, Lock()), block, hooks),
        ):
            yield connection
        for hook in hooks:
            call(hook)

    def run_in_transaction(
        self,
        work: Callable[[Connection], T],
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
                with self.transaction(isolation=isolation) as connection:
                    return call(work, connection)
                return None
            except QueryFailed as error:
                if attempt >= attempts or error.sqlstate not in _WORTH_ANOTHER_ATTEMPT:
                    raise
                delay = random.uniform(0, min(_LONGEST_DELAY, _FIRST_DELAY * 2**attempt))
                self._diagnostics.retrying(attempt, error, delay)
            sleep(delay)

    def on_commit(self, hook: Hook) -> None:
        """Call ``hook`` after the transaction around this call is committed; never, if it or its block is undone.

        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        level = self._turns.current()
        if level is None:
            raise TransactionFailed("no transaction is open here", code="no_transaction")
        level.connection.on_commit(hook)

    def execute_script(self, script: SQLScript) -> None:
        """Run every statement of a script, all or nothing; ``details["line"]`` of an error is where it happened."""
        with self._lent() as connection:
            connection.execute_script(script)

    @contextmanager
    def stream(
        self, statement: Runnable, parameters: Parameters = (), *, size: int = 1000, rows_as: Callable[..., Any] = Row
    ) -> Iterator[Iterator[Any]]:
        """The rows one after the other, ``size`` of them in memory at once: ``with db.stream(…) as rows``."""
        with (
            self._lent() as connection,
            connection.stream(statement, parameters, size=size, rows_as=rows_as) as rows,
        ):
            yield rows

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Statements that go to the server together when the block ends, in one round trip; all happen or none."""
        with self._lent() as connection, connection.batch() as batch:
            yield batch

    def copy_in(
        self, table: str, columns: Sequence[str], rows: Iterable[Collection[Any]], *, types: Sequence[str] | None = None
    ) -> int:
        """PostgreSQL: send many rows with COPY; how many they were. With the ``types`` of the columns, in binary."""
        with self._lent() as connection:
            return connection.copy_in(table, columns, rows, types=types)

    @contextmanager
    def copy_out(self, sql: str, *, format: CopyFormat = "csv") -> Iterator[Iterator[bytes]]:
        """PostgreSQL: the rows of a query with COPY, as blocks of bytes."""
        with self._lent() as connection, connection.copy_out(sql, format=format) as blocks:
            yield blocks

    def notify(self, channel: str, payload: str = "") -> None:
        """PostgreSQL: send a message to those who listen; inside a transaction it leaves with the commit.

        Raises:
            InvalidArgumentError: ``invalid_channel``, ``payload_too_long``, ``unsupported_feature``.
        """
        if self.location.dialect != "postgresql":
            raise InvalidArgumentError("SQLite has no channels", code="unsupported_feature")
        from arlen_data.sql.functions import func
        from arlen_data.sql.select import select

        self.execute(select(func.pg_notify(checked_channel(channel), checked_payload(payload))))

    @contextmanager
    def listen(self, *channels: str, time_limit: float | None = None) -> Iterator[Iterator[Notification]]:
        """PostgreSQL: the notifications of channels, on a connection of its own that reconnects when it is lost.

        The iteration ends after ``time_limit`` seconds, or never. What is sent while the connection is lost is missed.

        Raises:
            InvalidArgumentError: ``invalid_channel``, ``unsupported_feature``.
            ConnectionFailed: code ``cannot_open``.
        """
        listener = Listener(self.location, self._options, channels)
        listener.connect()
        try:
            with closing(listener.notifications(time_limit)) as notifications:
                yield notifications
        finally:
            listener.close()

    def backup(self, target: str | os.PathLike[str]) -> None:
        """SQLite: copy the database into a file while it is in use."""
        with self._lent() as connection:
            connection.backup(target)

    def close(self) -> None:
        """Close every connection, once those in use are released or ``drain_timeout`` is over. Twice does no harm."""
        level = self._turns.current()
        own = None if level is None else level.connection
        self._readers.close(own)
        self._writers.close(own)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.location}>"

    def _fetch(self, query: Query, limit: int | None) -> Result:
        level = self._turns.current()
        if level is not None:
            with self._turn(level):
                return level.connection._fetch(query, limit)
        pool = self._readers if query.plan.reads else self._writers
        connection = pool.acquire()
        try:
            return connection._fetch(query, limit)
        finally:
            pool.release(connection)

    def _execute(self, query: Query) -> int:
        level = self._turns.current()
        if level is not None:
            with self._turn(level):
                return level.connection._execute(query)
        pool = self._readers if query.plan.reads else self._writers
        connection = pool.acquire()
        try:
            return connection._execute(query)
        finally:
            pool.release(connection)

    def _execute_many(self, query: Query, rows: list[Any]) -> int:
        with self._lent() as connection:
            return connection._execute_many(query, rows)

    @contextmanager
    def _nested(self, level: Level[Connection, Lock], block: Block, hooks: list[Hook]) -> Iterator[None]:
        with suppress(Rollback), self._turns.inside(level), level.connection.atomic(block, hooks):
            yield

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """The connection of the transaction around, or one from the pool."""
        level = self._turns.current()
        if level is None:
            with self._writers.connection() as connection:
                yield connection
        else:
            with self._turn(level):
                yield level.connection

    @contextmanager
    def _turn(self, level: Level[Connection, Lock]) -> Iterator[None]:
        self._writers.verify()
        if not level.lock.acquire(self._patience):
            raise turn_timeout(self._patience)
        try:
            yield
        finally:
            level.lock.release()

    def _dressed(self, raw: Any) -> Connection:
        return Connection(wrap_session(raw), self._queries, self._options, self._diagnostics)

    def _open_writer(self) -> Connection:
        session = open_session(self.location, self._options)
        return Connection(session, self._queries, self._options, self._diagnostics)

    def _open_reader(self) -> Connection:
        if not self._writers.connected:
            self._writers.fill(1)
        session = open_session(self.location, self._options, read_only=True)
        return Connection(session, self._queries, self._options, self._diagnostics)
