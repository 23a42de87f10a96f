"""Counting in a storage that several processes share, and what happens while it does not answer."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from arlen_mvc.errors import HTTPError

from .rate import Rate
from .windows import Clock, Count

_logger = logging.getLogger("arlen")

_PAUSE_SECONDS = 1.0


class StorageUnavailable(Exception):
    """The storage did not count this request."""


class Storage(Protocol):
    """Counts of any number of rules, by name and key."""

    async def hit(self, name: str, rate: Rate, key: str) -> Count:
        """Count one request.

        Raises:
            StorageUnavailable: soon, if the storage does not answer.
        """

    async def close(self) -> None:
        """Give the connections back."""


class SharedCounts:
    """A storage that is left alone for a second after each failure, so that an outage costs one request a second.

    ``clock`` gives seconds.
    """

    __slots__ = ("_clock", "_failed", "_pause_ends", "_storage")

    def __init__(self, storage: Storage, clock: Clock = time.monotonic) -> None:
        self._storage = storage
        self._clock = clock
        self._failed = False
        self._pause_ends = float("-inf")

    async def hit(self, name: str, rate: Rate, key: str) -> Count | None:
        """Count one request; ``None`` while the storage does not answer."""
        if self._failed:
            if self._clock() < self._pause_ends:
                return None
            self._pause_ends = self._clock() + _PAUSE_SECONDS
        try:
            count = await self._storage.hit(name, rate, key)
        except StorageUnavailable as error:
            self._begin_outage(error)
            return None
        self._end_outage()
        return count

    async def close(self) -> None:
        await self._storage.close()

    def _begin_outage(self, error: Exception) -> None:
        self._pause_ends = self._clock() + _PAUSE_SECONDS
        if not self._failed:
            self._failed = True
            _logger.error("rate limit storage failed", extra={"fields": {"error": str(error)}})

    def _end_outage(self) -> None:
        if self._failed:
            self._failed = False
            _logger.info("rate limit storage answers again")


def allow() -> None:
    """What cannot be counted is served."""


def refuse() -> None:
    """What cannot be counted is not served."""
    raise HTTPError(503, "rate_limit_unavailable", "rate limits cannot be counted", headers={"retry-after": "1"})


UNCOUNTED = {"allow": allow, "refuse": refuse}
