"""No faster than so many in a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from arlen_services.clock import Sleep


class Pace:
    """Lets callers pass one after the other, ``per_second`` of them; all at once when that is 0."""

    __slots__ = ("_interval", "_next", "_now", "_sleep")

    def __init__(
        self, per_second: float, *, now: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._now = now
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the caller's turn."""
        if not self._interval:
            return
        now = self._now()
        turn = max(now, self._next)
        self._next = turn + self._interval
        if turn > now:
            await self._sleep(turn - now)
