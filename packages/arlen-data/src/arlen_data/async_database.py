"""The asynchronous face: one database, any number of tasks, one thread that does the work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from .connection import Connection
from .errors import Rollback
from .location import Location
from .parameters import Parameters
from .row import Row
from .script import SQLScript
from .turns import Turns, turn_timeout

P = ParamSpec("P")
T = TypeVar("T")


class AsyncDatabase:
    """A SQLite database for asyncio programs, shared by any number of tasks of one event loop.

    It has the methods and the rules of ``Database``. The connection lives on a thread of its own. A cancelled task
    leaves at once but not before its statement has ended: the statement is interrupted and undone, so the next task
    finds the connection free and sound.
    """

    __slots__ = ("_busy_timeout", "_connection", "_turns", "_worker", "location")

    def __init__(self, location: Location, *, busy_timeout: float = 5.0) -> None:
        self.location = location
        self._busy_timeout = busy_timeout
        self._connection = Connection(location, busy_timeout)
        self._turns = Turns(asyncio.Lock())
        self._worker = ThreadPoolExecutor(1, "arlen-data")

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str],
        *,
        root: str | os.PathLike[str] | None = None,
        busy_timeout: float = 5.0,
    ) -> Self:
        """The database at a URL or path, as ``Database.open`` has it; nothing is awaited, it connects on first use.

        Raises:
            InvalidArgumentError: code ``unsupported_url``.
        """
        return cls(Location.parse(url, root=root), busy_timeout=busy_timeout)

    @property
    def connected(self) -> bool:
        """Whether a connection is open at this moment."""
        return self._connection.connected

    async def fetch_all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Every row of the result.

        Raises:
            QueryFailed: the database refused, or the statement returns no rows (``no_result_set``).
            InvalidArgumentError: the SQL or its parameters cannot be sent.
            ConnectionFailed: the database cannot be opened, or is closed.
            TransactionFailed: code ``turn_timeout`` or ``transaction_control``.
        """
        async with self._turn() as connection:
            return await self._run(connection.fetch_all, sql, parameters)

    async def fetch_one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None when there is none. Raises what ``fetch_all`` raises."""
        async with self._turn() as connection:
            return await self._run(connection.fetch_one, sql, parameters)

    async def fetch_value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None when there is no row. Raises what ``fetch_all`` raises."""
        async with self._turn() as connection:
            return await self._run(connection.fetch_value, sql, parameters)

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; the number of rows that it changed, 0 for DDL. Raises what ``fetch_all`` raises."""
        async with self._turn() as connection:
            return await self._run(connection.execute, sql, parameters)

    async def execute_many(self, sql: str, rows: Iterable[Parameters]) -> int:
        """Run a statement once for each set of parameters, all or nothing; the number of rows changed in total."""
        rows = list(rows)
        async with self._turn() as connection:
            return await self._run(connection.execute_many, sql, rows)

    async def execute_script(self, script: SQLScript) -> None:
        """Run every statement of a script, all or nothing; ``details["line"]`` of an error is where it happened."""
        async with self._turn() as connection:
            await self._run(connection.execute_script, script)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Self]:
        """Everything that the block runs through this database happens, or nothing does.

        An exception, cancellation included, rolls back and propagates; ``Rollback`` rolls back quietly. Inside another
        transaction it is a savepoint: the inner block alone is undone. Tasks that the block starts belong to it.
        """
        async with self._turn() as connection:
            depth = connection.depth
            with suppress(Rollback), self._turns.deeper(self._turns.current, asyncio.Lock()):
                try:
                    await self._run(connection.begin)
                    yield self
                    await self._run(connection.commit)
                except BaseException:
                    if not connection.closed:
                        await self._finish(connection.rollback_to, depth)
                    raise

    async def close(self) -> None:
        """Close the connection, after whoever uses it at this moment. Closing twice does no harm."""
        async with self._turn() as connection:
            if not connection.closed:
                await self._finish(connection.close)
                self._worker.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.location}>"

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Connection]:
        lock = self._turns.current.lock
        try:
            async with asyncio.timeout(self._busy_timeout):
                await lock.acquire()
        except TimeoutError:
            raise turn_timeout(self._busy_timeout) from None
        try:
            yield self._connection
        finally:
            lock.release()

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._connection.verify()
        job = self._worker.submit(work, *args, **kwargs)

        def give_up() -> None:
            if not job.cancel():
                self._connection.interrupt()

        return await _outcome(asyncio.wrap_future(job), give_up)

    async def _finish(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        job = self._worker.submit(work, *args, **kwargs)
        return await _outcome(asyncio.wrap_future(job), lambda: None)


async def _outcome(work: asyncio.Future[T], give_up: Callable[[], None]) -> T:
    """What ``work`` came to. When cancelled, give up on it, and leave only when it has ended."""
    try:
        await asyncio.wait((work,))
    except asyncio.CancelledError:
        give_up()
        while not work.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait((work,))
        if not work.cancelled():
            work.exception()
        raise
    return work.result()
