"""One connection: statements, blocks of transactions, streams. It serves one caller at a time; pools see to that."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from typing import Any, Self, TypeVar, Unpack

from arlen_data.blocks import PLAIN, Block, Isolation
from arlen_data.concurrency.tasks import call
from arlen_data.dialects import syntax_of
from arlen_data.errors import ArlenDataError, InvalidArgumentError, QueryFailed, Rollback, TransactionFailed
from arlen_data.events import Diagnostics
from arlen_data.lease import Lease
from arlen_data.options import DatabaseOptions, OptionArguments
from arlen_data.parameters import Parameters
from arlen_data.postgres.copying import CopyFormat, copy_in_sql, copy_out_sql
from arlen_data.prepared import PreparedStatements
from arlen_data.queries import Plan, Queries, Query, Runnable
from arlen_data.row import Row
from arlen_data.rows import Result, all_rows
from arlen_data.script import SQLScript

from .batch import AsyncBatch
from .nesting import AsyncNesting, Hook
from .prepared import AsyncPreparedStatement
from .session import AsyncSession, wrap_session
from .statements import AsyncStatements

T = TypeVar("T")


class AsyncConnection(AsyncStatements):
    """One connection to a database, acquired from it or wrapped around a connection of the driver.

    It is dirty when something happened to it that its next user must not notice.
    """

    __slots__ = ("_diagnostics", "_marked", "_nesting", "_prepared", "_queries", "_session", "dirty", "lease")

    def __init__(
        self, session: AsyncSession, queries: Queries, options: DatabaseOptions, diagnostics: Diagnostics
    ) -> None:
        self._session = session
        self._queries = queries
        self._diagnostics = diagnostics
        self._prepared = PreparedStatements(options.prepared_statement_cache_limit)
        self._nesting = AsyncNesting(session, self._prepared)
        self._marked = False
        self.dirty = False
        self.lease = Lease()

    @classmethod
    def wrap(cls, raw: Any, **options: Unpack[OptionArguments]) -> Self:
        """The connection around an existing one of psycopg (in autocommit mode) or sqlite3 (``isolation_level=None``).

        Closing it closes the other.
        """
        settings = DatabaseOptions(**options)
        session = wrap_session(raw)
        diagnostics = Diagnostics(settings)
        return cls(session, Queries(syntax_of(session.dialect), settings, diagnostics), settings, diagnostics)

    @property
    def raw(self) -> Any:
        """The connection of the driver: psycopg's or sqlite3's."""
        self.dirty = True
        return self._session.raw

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._session.dialect

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open here."""
        return self._nesting.depth > 0

    @property
    def usable(self) -> bool:
        """Whether it is open and waits for a statement."""
        return self._session.usable

    async def execute_script(self, script: SQLScript) -> None:
        """Run every statement of a script, all or nothing; ``details["line"]`` of an error is where it happened."""
        async with self.transaction():
            for statement in script.statements:
                try:
                    await self._execute(self._queries.part_of_script(statement.sql))
                except ArlenDataError as error:
                    error.details["line"] = statement.line
                    error.add_note(f"in the statement on line {statement.line} of the script")
                    raise

    @asynccontextmanager
    async def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        role: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Self]:
        """Everything in the block happens, or nothing does; inside another transaction it is a savepoint.

        An exception, cancellation included, rolls back and propagates; ``Rollback`` rolls back quietly. The arguments
        are those of ``Block`` and are for the outermost block only.
        """
        block = Block(
            isolation=isolation, read_only=read_only, deferrable=deferrable, role=role, settings=settings or {}
        )
        hooks: list[Hook] = []
        with suppress(Rollback):
            async with self.atomic(block, hooks):
                yield self
        for hook in hooks:
            await call(hook)

    def atomic(self, block: Block, hooks: list[Hook]) -> AbstractAsyncContextManager[None]:
        """A transaction whose hooks the caller runs: they are in ``hooks`` when the outermost block was committed."""
        self.dirty = True
        return self._nesting.atomic(block, hooks)

    def on_commit(self, hook: Hook) -> None:
        """Call ``hook`` once the transaction is committed; never, when it or the block around this call is undone.

        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        self._nesting.on_commit(hook)

    async def begin(self, block: Block = PLAIN) -> None:
        """Begin a transaction, for programs that cannot use ``transaction()``.

        Raises:
            TransactionFailed: code ``transaction_open``.
        """
        if self.in_transaction:
            raise TransactionFailed("a transaction is open already; nest with transaction()", code="transaction_open")
        self.dirty = True
        await self._nesting.begin(block)

    async def commit(self) -> None:
        """Commit what ``begin`` began. A commit that fails leaves no transaction behind.

        Raises:
            TransactionFailed: ``no_transaction``, ``transaction_lost``.
        """
        for hook in await self._nesting.commit():
            await call(hook)

    async def rollback(self) -> None:
        """Undo everything since ``begin``.

        Raises:
            TransactionFailed: code ``no_transaction``.
        """
        self._nesting.expect_open()
        await self._nesting.undo_to(0)

    @asynccontextmanager
    async def stream(
        self, statement: Runnable, parameters: Parameters = (), *, size: int = 1000, rows_as: Callable[..., Any] = Row
    ) -> AsyncIterator[AsyncIterator[Any]]:
        """The rows one after the other, ``size`` of them in memory at once.

        PostgreSQL needs a transaction for it; outside of one the block is one.
        """
        query = self._queries.query(statement, parameters, "query", False)
        self.dirty = True
        parts = self._session.stream(query, size)
        with self._diagnostics.observing([query], self._session.server):
            if self.in_transaction or self.dialect == "sqlite":
                async with aclosing(parts):
                    yield _rows(parts, rows_as, query.plan.sql)
            else:
                async with self.atomic(PLAIN, []), aclosing(parts):
                    yield _rows(parts, rows_as, query.plan.sql)

    def prepare(self, sql: str) -> AsyncPreparedStatement:
        """SQL that stays prepared on this connection; a wrong number of parameters is refused before it is sent."""
        return AsyncPreparedStatement(self, sql)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[AsyncBatch]:
        """Statements that go to the server together when the block ends, in one round trip; all happen or none.

        Raises:
            QueryFailed: the first error; ``details["index"]`` is the place of its statement.
        """
        batch = AsyncBatch(self._queries)
        yield batch
        self.dirty = True
        with self._diagnostics.observing(batch.queries, self._session.server):
            if self.in_transaction or self.dialect == "sqlite":
                async with self.atomic(PLAIN, []):
                    results = await self._session.run_together(batch.queries)
            else:
                results = await self._session.run_together(batch.queries)
        batch.results = [
            outcome if isinstance(outcome, int) else all_rows(outcome, Row, query.plan.sql)
            for outcome, query in zip(results, batch.queries, strict=True)
        ]

    async def copy_in(
        self, table: str, columns: Sequence[str], rows: Iterable[Collection[Any]], *, types: Sequence[str] | None = None
    ) -> int:
        """PostgreSQL: send many rows with COPY; how many they were. With the ``types`` of the columns, in binary.

        Raises:
            InvalidArgumentError: ``invalid_identifier``; ``unsupported_feature`` on SQLite.
        """
        session = self._postgres("COPY")
        self.dirty = True
        return int(await session.copy_in(copy_in_sql(table, columns, "binary" if types else "text"), rows, types))

    @asynccontextmanager
    async def copy_out(self, sql: str, *, format: CopyFormat = "csv") -> AsyncIterator[AsyncIterator[bytes]]:
        """PostgreSQL: the rows of a query with COPY, as blocks of bytes."""
        session = self._postgres("COPY")
        self._queries.expect_plain_sql_allowed()
        self.dirty = True
        async with aclosing(session.copy_out(copy_out_sql(sql, format))) as blocks:
            yield blocks

    async def backup(self, target: str | os.PathLike[str]) -> None:
        """SQLite: copy the database into a file while it is in use.

        Raises:
            InvalidArgumentError: code ``unsupported_feature`` on PostgreSQL.
        """
        if self.dialect != "sqlite":
            raise InvalidArgumentError("PostgreSQL is backed up by pg_dump, not from here", code="unsupported_feature")
        session: Any = self._session
        await session.backup(target)

    async def reset_execution_caches(self) -> None:
        """Forget every compiled and prepared statement; the next use of each makes it anew."""
        self._queries.forget()
        self._prepared.clear()
        await self._session.forget_prepared()

    async def recover(self) -> bool:
        """End what was left open: transactions, hooks, changes of the session. Whether it can be used again."""
        if self._session.usable and (self._nesting.depth or self._session.in_transaction):
            await self._nesting.undo_to(0)
        if self._marked and self._session.usable:
            await self._session.reset()
            self._marked = False
        self.dirty = not self._session.usable
        return not self.dirty

    async def check(self) -> None:
        """Raise ConnectionFailed when the connection does not work any more."""
        await self._session.check()

    async def close(self) -> None:
        """Close it. Closing twice does no harm; an open transaction is undone."""
        self.dirty = True
        self._prepared.clear()
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def _fetch(self, query: Query, limit: int | None) -> Result:
        session = self._session
        try:
            if query.time_limit is not None or self._diagnostics.active:
                result: Result = await self._watched(query, session.fetch, limit)
            else:
                if query.prepare:
                    query.prepare = self._prepared.admit(query).label is not None
                result = await session.fetch(query, limit)
        except BaseException as error:
            self.dirty = True
            if isinstance(error, QueryFailed) and error.code == "no_result_set":
                await self._note(query.plan)
            raise
        plan = query.plan
        if not plan.quiet and (plan.notable or session.in_transaction is not (self._nesting.depth > 0)):
            await self._note(plan)
        return result

    async def _execute(self, query: Query) -> int:
        session = self._session
        try:
            if query.time_limit is not None or self._diagnostics.active:
                changed: int = await self._watched(query, session.execute)
            else:
                if query.prepare:
                    query.prepare = self._prepared.admit(query).label is not None
                changed = await session.execute(query)
        except BaseException:
            self.dirty = True
            raise
        plan = query.plan
        if not plan.quiet and (plan.notable or session.in_transaction is not (self._nesting.depth > 0)):
            await self._note(plan)
        return changed

    async def _execute_many(self, query: Query, rows: list[Any]) -> int:
        async with self.atomic(PLAIN, []):
            with self._diagnostics.observing([query], self._session.server, len(rows)):
                return await self._session.execute_many(query, rows)

    async def _watched(self, query: Query, run: Callable[..., Awaitable[Any]], *args: object) -> Any:
        """Run a statement with everything that most have no need of."""
        admission = self._prepared.admit(query) if query.prepare else None
        if admission is not None and admission.label is None:
            query.prepare = False
        if not self._diagnostics.active:
            return await self._limited(query, run, *args)
        server = self._session.server
        sent = self._diagnostics.commented(query, server)
        self._diagnostics.executing(query, admission)
        started = time.perf_counter()
        try:
            outcome = await self._limited(sent, run, *args)
        except ArlenDataError as error:
            self._diagnostics.failed(query, admission, error, time.perf_counter() - started, server)
            raise
        rows = len(outcome[1]) if query.operation == "query" else outcome
        self._diagnostics.finished(query, admission, rows, time.perf_counter() - started, server)
        return outcome

    async def _limited(self, query: Query, run: Callable[..., Awaitable[Any]], *args: object) -> Any:
        if query.time_limit is None:
            return await run(query, *args)
        async with self._session.limit(query.time_limit):
            return await run(query, *args)

    async def _note(self, plan: Plan) -> None:
        """What SQL text did beside answering: to transactions, to the session, to prepared statements."""
        self.dirty = True
        self._marked = self._marked or plan.marks_session
        if plan.flushes:
            self._prepared.clear()
        if self._session.in_transaction is (self._nesting.depth > 0):
            return
        if self._session.in_transaction:
            await self._session.command("ROLLBACK")
        raise TransactionFailed(
            "the SQL began or ended a transaction itself; use transaction(), which ends on every path",
            code="transaction_control",
            details={"sql": plan.sql},
        )

    def _postgres(self, feature: str) -> Any:
        if self.dialect != "postgresql":
            raise InvalidArgumentError(f"SQLite has no {feature}", code="unsupported_feature")
        return self._session


async def _rows(parts: AsyncIterator[Result], rows_as: Callable[..., T], sql: str) -> AsyncIterator[T]:
    async for part in parts:
        for row in all_rows(part, rows_as, sql):
            yield row
