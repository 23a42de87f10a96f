"""Something that was taken for a time is kept for longer, as long as its owner lives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from arlen_services.errors import CacheError

ROUNDS = 3


class Renewal:
    """Calls ``extend`` three times in every ``ttl`` seconds until it is stopped or told that it came too late.

    It costs a timer until the first third of the time is over.
    """

    __slots__ = ("_extend", "_lost", "_pause", "_task", "_timer")

    def __init__(self, extend: Callable[[], Awaitable[bool]], ttl: float, lost: Callable[[], None]) -> None:
        self._extend = extend
        self._lost = lost
        self._pause = ttl / ROUNDS
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._renew())

    async def _renew(self) -> None:
        missed = 0
        while missed < ROUNDS:
            try:
                if not await self._extend():
                    break
                missed = 0
            except CacheError:
                missed += 1
            await asyncio.sleep(self._pause)
        self._lost()

    async def stop(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
