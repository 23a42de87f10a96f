"""Waking those who wait for jobs, across threads and event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable


class Bell:
    """Whoever listens hears the next ring."""

    __slots__ = ("_ears", "_lock")

    def __init__(self) -> None:
        self._ears: set[asyncio.Future[None]] = set()
        self._lock = threading.Lock()

    def listen(self) -> asyncio.Future[None]:
        """A future of the running loop that is done at the next ring."""
        ear = asyncio.get_running_loop().create_future()
        with self._lock:
            self._ears.add(ear)
        return ear

    def forget(self, ear: asyncio.Future[None]) -> None:
        with self._lock:
            self._ears.discard(ear)

    def ring(self) -> None:
        with self._lock:
            ears, self._ears = self._ears, set()
        for ear in ears:
            ear.get_loop().call_soon_threadsafe(_hear, ear)

    async def heard(self, ear: asyncio.Future[None], patience: Awaitable[None]) -> None:
        """Return at the ring, or when patience is over."""
        waiting = asyncio.ensure_future(patience)
        try:
            await asyncio.wait({ear, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()


def _hear(ear: asyncio.Future[None]) -> None:
    if not ear.done():
        ear.set_result(None)
