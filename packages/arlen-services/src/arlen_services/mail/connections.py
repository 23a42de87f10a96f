"""Connections that are kept for the next message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What is kept."""

    @property
    def is_open(self) -> bool: ...
    async def open(self) -> None: ...
    async def alive(self) -> bool: ...
    async def close(self) -> None: ...


C = TypeVar("C", bound=Connection)


class Connections(Generic[C]):
    """At most ``limit`` connections at once, made when they are needed; who comes later waits."""

    __slots__ = ("_idle", "_make", "_places")

    def __init__(self, make: Callable[[], C], limit: int) -> None:
        self._make = make
        self._places = asyncio.Semaphore(limit)
        self._idle: list[C] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[C]:
        """An open connection for this block; one whose block failed is not used again unless it is still open."""
        async with self._places:
            connection = await self._rested() or await self._new()
            try:
                yield connection
            except asyncio.CancelledError:
                await connection.close()
                raise
            finally:
                if connection.is_open:
                    self._idle.append(connection)

    async def close(self) -> None:
        """End those that rest."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _rested(self) -> C | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and await connection.alive():
                return connection
        return None

    async def _new(self) -> C:
        connection = self._make()
        await connection.open()
        return connection
