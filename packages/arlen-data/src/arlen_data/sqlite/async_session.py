"""One connection to SQLite for asyncio: it lives on a thread of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, ParamSpec, TypeVar

from arlen_data.blocks import Block
from arlen_data.location import Location
from arlen_data.options import DatabaseOptions
from arlen_data.queries import Query
from arlen_data.rows import Result
from arlen_data.telemetry.observation import Server

from .session import SqliteSession

P = ParamSpec("P")
T = TypeVar("T")


class AsyncSqliteSession:
    """Has the methods of ``SqliteSession``. A cancelled task interrupts its statement, and leaves when that ended."""

    __slots__ = ("_session", "_worker")

    dialect = "sqlite"

    def __init__(self, session: SqliteSession, worker: ThreadPoolExecutor) -> None:
        self._session = session
        self._worker = worker

    @classmethod
    def wrap(cls, raw: Any) -> AsyncSqliteSession:
        """The session on an existing connection of sqlite3, made with ``check_same_thread=False``."""
        return cls(SqliteSession(raw), ThreadPoolExecutor(1, "arlen-data"))

    @classmethod
    async def connect(
        cls, location: Location, options: DatabaseOptions, *, read_only: bool = False
    ) -> AsyncSqliteSession:
        worker = ThreadPoolExecutor(1, "arlen-data")
        job = worker.submit(SqliteSession.connect, location, options, read_only=read_only)
        try:
            return cls(await _outcome(asyncio.wrap_future(job), lambda: None), worker)
        except BaseException:
            worker.submit(_close_what_was_opened, job)
            worker.shutdown(wait=False)
            raise

    @property
    def raw(self) -> Any:
        return self._session.raw

    @property
    def server(self) -> Server:
        return self._session.server

    @property
    def in_transaction(self) -> bool:
        return self._session.in_transaction

    @property
    def failed(self) -> bool:
        return self._session.failed

    @property
    def usable(self) -> bool:
        return self._session.usable

    async def fetch(self, query: Query, limit: int | None) -> Result:
        return await self._run(self._session.fetch, query, limit)

    async def execute(self, query: Query) -> int:
        return await self._run(self._session.execute, query)

    async def execute_many(self, query: Query, rows: list[Any]) -> int:
        return await self._run(self._session.execute_many, query, rows)

    async def stream(self, query: Query, size: int) -> AsyncGenerator[Result, None]:
        parts = self._session.stream(query, size)
        try:
            while (part := await self._run(next, parts, None)) is not None:
                yield part
        finally:
            await self._finish(parts.close)

    async def run_together(self, queries: Sequence[Query]) -> list[Result | int]:
        return await self._run(self._session.run_together, queries)

    async def command(self, sql: str) -> None:
        await self._run(self._session.command, sql)

    async def begin(self, block: Block) -> None:
        await self._run(self._session.begin, block)

    @asynccontextmanager
    async def limit(self, seconds: float) -> AsyncIterator[None]:
        with self._session.limit(seconds):
            yield

    async def check(self) -> None:
        self._session.check()

    async def reset(self) -> None:
        self._session.reset()

    async def forget_prepared(self) -> None:
        self._session.forget_prepared()

    async def backup(self, target: str | os.PathLike[str]) -> None:
        await self._run(self._session.backup, target)

    async def close(self) -> None:
        if self.usable:
            await self._finish(self._session.close)
            self._worker.shutdown(wait=False)

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self.usable:
            return work(*args, **kwargs)
        job = self._worker.submit(work, *args, **kwargs)

        def give_up() -> None:
            if not job.cancel():
                self._session.interrupt()

        return await _outcome(asyncio.wrap_future(job), give_up)

    async def _finish(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self.usable:
            return work(*args, **kwargs)
        return await _outcome(asyncio.wrap_future(self._worker.submit(work, *args, **kwargs)), lambda: None)


def _close_what_was_opened(job: Future[SqliteSession]) -> None:
    if not job.cancelled() and job.exception() is None:
        job.result().close()


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
