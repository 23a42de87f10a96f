"""Counting by the ``limits`` library, in a storage that several processes share."""

from __future__ import annotations

import asyncio
import time
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from arlen_mvc.errors import MissingDependencyError

from .rate import Rate
from .shared import StorageUnavailable
from .windows import Count, bounded_key

try:
    from limits import RateLimitItemPerSecond
    from limits.aio.storage import RedisStorage
    from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
    from limits.errors import ConfigurationError, StorageError
    from limits.storage import storage_from_string
except ImportError as error:
    raise MissingDependencyError("rate limits in a storage need the limits library", extra="limits") from error

_STRATEGIES = {"fixed_window": FixedWindowRateLimiter, "moving_window": MovingWindowRateLimiter}
_VALKEY = ("valkey", "valkeys")
"""Schemes of a server that speaks the protocol of Redis, and needs no client of its own."""
_PATIENCE_SECONDS = 1.0


class LimitsStorage:
    """Counts of any number of rules in one storage.

    Args:
        url: such as ``redis://localhost:6379/0``.
        strategy: ``fixed_window`` or ``moving_window``.
        prefix: begins the name of every key.

    Raises:
        MissingDependencyError: the redis library is not installed.
    """

    __slots__ = ("_limiter", "_storage")

    def __init__(self, url: str, strategy: str, prefix: str) -> None:
        self._storage = _storage(url, prefix)
        self._limiter = _STRATEGIES[strategy](self._storage)

    async def hit(self, name: str, rate: Rate, key: str) -> Count:
        """Count one request of this key under the rule of this name.

        Raises:
            StorageUnavailable: within a second.
        """
        item, limiter, key = RateLimitItemPerSecond(rate.requests, rate.seconds), self._limiter, bounded_key(key)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                allowed = await limiter.hit(item, name, key)
                until, remaining = await limiter.get_window_stats(item, name, key)
        except (StorageError, TimeoutError, OSError) as error:
            raise StorageUnavailable(f"{type(error).__name__}: {error}") from error
        return Count(allowed, max(0, int(remaining)), max(1, ceil(until - time.time())))

    async def close(self) -> None:
        """Close its connections."""
        bridge: Any = self._storage.bridge
        await bridge.get_connection().aclose()


def _storage(url: str, prefix: str) -> RedisStorage:
    scheme = urlsplit(url).scheme
    url = f"redis+{url}" if scheme == "unix" else url.replace("valkey", "redis", 1) if scheme in _VALKEY else url
    try:
        storage = storage_from_string(f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix=prefix)
    except ConfigurationError as error:
        raise MissingDependencyError(f"rate limits in {scheme} need the redis library", extra="limits") from error
    assert isinstance(storage, RedisStorage)
    return storage
