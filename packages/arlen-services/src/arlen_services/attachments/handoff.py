"""Pieces handed from the task that has them to the task that sends them, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Handoff:
    """An async iterator that is fed. It holds one piece, so whoever feeds it goes as fast as whoever empties it."""

    __slots__ = ("_abandoned", "_arrived", "_closed", "_piece", "_room")

    def __init__(self) -> None:
        self._piece: bytes | None = None
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._abandoned = False
        self._closed = False

    async def give(self, piece: bytes | None) -> None:
        """Hand over a piece, or None: that was all. Nobody takes it when the other side has closed."""
        await self._room.wait()
        if not self._closed:
            self._room.clear()
            self._piece = piece
            self._arrived.set()

    def abandon(self) -> None:
        """Let the other side fail at its next step."""
        self._abandoned = True
        self._arrived.set()

    def close(self) -> None:
        """The other side takes nothing more."""
        self._closed = True
        self._room.set()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        await self._arrived.wait()
        if self._abandoned:
            raise Abandoned
        piece = self._piece
        if piece is None:
            raise StopAsyncIteration
        self._arrived.clear()
        self._piece = None
        self._room.set()
        return piece


class Abandoned(Exception):
    """The content on its way will not be completed."""
