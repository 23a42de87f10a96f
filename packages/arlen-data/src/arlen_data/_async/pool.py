"""A pool of connections: it opens them on demand, lends them, and keeps them sound."""

from __future__ import annotations

import logging
import random
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from math import inf

from arlen_data.concurrency.tasks import Waiter, settle
from arlen_data.errors import ArlenDataError, ConnectionFailed
from arlen_data.forks import tell_after_fork
from arlen_data.lease import Lease
from arlen_data.options import DatabaseOptions
from arlen_data.roster import PoolStats, Roster

from .connection import AsyncConnection

logger = logging.getLogger("arlen_data")


class AsyncPool:
    """Lends connections, the one used last first; callers who must wait are served in the order in which they came.

    It runs nothing in the background: what is idle for too long, too old or broken is noticed when somebody acquires or
    releases.
    """

    __slots__ = (
        "__weakref__",
        "_closed",
        "_forked",
        "_inherited",
        "_name",
        "_open",
        "_options",
        "_retire_at",
        "_roster",
        "_timed",
    )

    def __init__(
        self,
        name: str,
        open_connection: Callable[[], Awaitable[AsyncConnection]],
        options: DatabaseOptions,
        maximum: int,
    ) -> None:
        self._name = name
        self._open = open_connection
        self._options = options
        self._roster: Roster[AsyncConnection] = Roster(options, maximum)
        self._timed = min(options.check_after, options.max_lifetime, options.max_idle, options.leak_after or inf) < inf
        self._retire_at = 0.0
        self._closed = self._forked = False
        self._inherited: list[AsyncConnection] = []
        tell_after_fork(self)

    @property
    def connected(self) -> bool:
        """Whether it has an open connection at this moment."""
        stats = self._roster.stats()
        return stats.idle + stats.in_use > 0

    def stats(self) -> PoolStats:
        return self._roster.stats()

    async def acquire(self) -> AsyncConnection:
        """A sound connection that is the caller's until ``release``.

        Raises:
            PoolExhausted: none became free in time.
            ConnectionFailed: ``connection_closed``, ``forked_pool``, or the database cannot be reached.
        """
        connection = self._roster.take()
        if connection is None:
            connection = await self._wait()
        if self._timed:
            now = time.monotonic()
            if now > connection.lease.good_until:
                connection = await self._renewed(connection, now)
            connection.lease.taken_at = now
            if self._options.leak_after is not None:
                connection.lease.stack = traceback.format_stack(limit=12)
        return connection

    async def release(self, connection: AsyncConnection) -> None:
        """Take a connection back; what was left open on it is undone.

        Raises:
            InvalidArgumentError: code ``foreign_connection`` when it is not lent out by this pool.
        """
        if connection.dirty or self._closed:
            await settle(self._release_with_care(connection))
        elif self._timed:
            self._rest(connection)
            self._roster.put(connection)
            if connection.lease.idle_since > self._retire_at:
                await self._retire()
        else:
            self._roster.put(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection for the length of a block."""
        connection = await self.acquire()
        try:
            yield connection
        finally:
            await self.release(connection)

    async def fill(self, connections: int) -> None:
        """Open so many connections now."""
        lent: list[AsyncConnection] = []
        try:
            while len(lent) < connections:
                lent.append(await self.acquire())
        finally:
            for connection in lent:
                await self.release(connection)

    async def close(self, own: AsyncConnection | None = None) -> None:
        """Close every connection: idle ones and the caller's ``own`` now, others when they are released.

        It waits for them, and closes those too that are still in use after ``drain_timeout``.
        """
        self._closed = True
        if self._forked:
            return
        if own is not None and self._roster.holds(own):
            self._roster.discard(own)
            await settle(own.close())
        for connection in self._roster.dismiss():
            await settle(connection.close())
        drained = Waiter()
        self._roster.tell_when_drained(drained)
        if not await drained.wait(self._options.drain_timeout):
            for connection in self._roster.in_use():
                await settle(connection.close())

    def forked(self) -> None:
        """This is a child of the process that opened the pool: its connections are the parent's."""
        self._forked = True
        self._inherited = self._roster.dismiss()

    def verify(self) -> None:
        """
        Raises:
            ConnectionFailed: ``connection_closed``, ``forked_pool``.
        """
        if self._closed:
            raise ConnectionFailed(
                f"the database {self._name} is closed; open it again to use it",
                code="connection_closed",
                details={"database": self._name},
            )
        if self._forked:
            raise ConnectionFailed(
                f"the database {self._name} was opened before this process was forked; open it after the fork",
                code="forked_pool",
                details={"database": self._name},
            )

    async def _wait(self) -> AsyncConnection:
        self.verify()
        patience = self._options.acquire_timeout
        waiter = Waiter()
        turn = self._roster.enter(waiter, patient=patience > 0)
        if not turn.granted:
            started = time.monotonic()
            try:
                await waiter.wait(patience)
            except BaseException:
                self._roster.leave(turn)
                raise
            if not turn.granted:
                raise self._roster.leave(turn)
            self._roster.waited(time.monotonic() - started)
        return turn.connection or await self._opened()

    async def _opened(self) -> AsyncConnection:
        """Fill room that the roster granted."""
        try:
            self.verify()
            connection = await self._open()
        except BaseException:
            self._roster.not_opened()
            raise
        lifetime = self._options.max_lifetime * random.uniform(0.9, 1.1)
        now = time.monotonic()
        connection.lease = Lease(expires_at=now + lifetime, idle_since=now, good_until=now + lifetime)
        self._roster.opened(connection)
        return connection

    async def _renewed(self, connection: AsyncConnection, now: float) -> AsyncConnection:
        """The connection if it still works and is young enough, else another in its place."""
        try:
            if now <= connection.lease.expires_at:
                await connection.check()
                return connection
        except ArlenDataError:
            pass
        except BaseException:
            self._roster.discard(connection)
            await settle(connection.close())
            raise
        self._roster.replace(connection)
        try:
            await settle(connection.close())
        except BaseException:
            self._roster.not_opened()
            raise
        return await self._opened()

    async def _release_with_care(self, connection: AsyncConnection) -> None:
        if self._closed:
            await connection.close()
            if self._roster.holds(connection):
                self._roster.discard(connection)
            return
        self._roster.expect(connection)
        try:
            sound = await connection.recover()
        except ArlenDataError:
            sound = False
        if sound:
            self._rest(connection)
            self._roster.put(connection)
        else:
            self._roster.discard(connection)
            await connection.close()

    def _rest(self, connection: AsyncConnection) -> None:
        lease = connection.lease
        lease.idle_since = now = time.monotonic()
        lease.good_until = min(now + self._options.check_after, lease.expires_at)
        leak_after = self._options.leak_after
        if leak_after is not None and now - lease.taken_at > leak_after:
            held = now - lease.taken_at
            logger.warning("a connection was kept for %.1f s; it was acquired here:\n%s", held, "".join(lease.stack))

    async def _retire(self) -> None:
        now = time.monotonic()
        self._retire_at = now + self._options.max_idle / 4
        latest = now - self._options.max_idle
        stale = self._roster.retire(lambda idle: idle.lease.idle_since < latest, self._options.min_connections)
        for connection in stale:
            await settle(connection.close())
