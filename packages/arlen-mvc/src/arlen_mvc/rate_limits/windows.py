"""Counting in this process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from hashlib import sha256
from math import ceil
from threading import Lock
from typing import NamedTuple, Protocol

from .rate import Rate

MOST_KEYS = 100_000
MOST_MOMENTS = 2_000_000
LONGEST_KEY = 128
_EVICTIONS_AT_ONCE = 64

Clock = Callable[[], float]


class Count(NamedTuple):
    """Whether a request is within its rate, how many more are, and the whole seconds (at least 1) until it changes."""

    allowed: bool
    remaining: int
    seconds: int


class Window(Protocol):
    """Counts the requests of one rule, by key."""

    def hit(self, key: str) -> Count:
        """Count one request of this key."""


def bounded_key(key: str) -> str:
    """The key, or a digest of it when it is long: what clients choose must not fill the memory."""
    return key if len(key) <= LONGEST_KEY else sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class _Window:
    """When it ends, and how many requests are left in it; negative when there were too many."""

    __slots__ = ("end", "left")

    def __init__(self, end: float, left: int) -> None:
        self.end = end
        self.left = left


class FixedWindow:
    """A window begins with a key's first request and ends after the rate's seconds, when the count begins anew.

    Safe to use from several threads. A key is forgotten some time after its window has ended, or as the oldest of
    ``most_keys``. ``clock`` gives seconds.
    """

    __slots__ = ("_clock", "_lock", "_most_keys", "_requests", "_seconds", "_windows")

    def __init__(self, rate: Rate, clock: Clock = time.monotonic, most_keys: int = MOST_KEYS) -> None:
        self._requests = rate.requests
        self._seconds = rate.seconds
        self._clock = clock
        self._most_keys = most_keys
        self._windows: dict[str, _Window] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, key: str) -> Count:
        """Count one request of this key."""
        if len(key) > LONGEST_KEY:
            key = bounded_key(key)
        now = self._clock()
        with self._lock:
            window = self._windows.get(key)
            if window is None or now >= window.end:
                window = self._begin(key, now)
            window.left -= 1
            left, end = window.left, window.end
        return Count(left >= 0, left if left > 0 else 0, ceil(end - now) or 1)

    def _begin(self, key: str, now: float) -> _Window:
        windows = self._windows
        windows.pop(key, None)
        for _ in range(_EVICTIONS_AT_ONCE):
            oldest = next(iter(windows), None)
            if oldest is None or (windows[oldest].end > now and len(windows) < self._most_keys):
                break
            del windows[oldest]
        window = windows[key] = _Window(now + self._seconds, self._requests)
        return window


class MovingWindow:
    """Never more requests of a key than the rate allows in any stretch of its seconds; refused ones do not count.

    Safe to use from several threads. Remembers the moments of the requests of as many keys as fit into
    ``most_moments``, and forgets those that were quiet for longest. ``clock`` gives seconds.
    """

    __slots__ = ("_clock", "_lock", "_moments", "_most_keys", "_rate")

    def __init__(self, rate: Rate, clock: Clock = time.monotonic, most_moments: int = MOST_MOMENTS) -> None:
        self._rate = rate
        self._clock = clock
        self._most_keys = max(1, min(MOST_KEYS, most_moments // rate.requests))
        self._moments: dict[str, deque[float]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._moments)

    def hit(self, key: str) -> Count:
        """Count one request of this key."""
        key = bounded_key(key)
        rate, now = self._rate, self._clock()
        ended = now - rate.seconds
        with self._lock:
            moments = self._moments.pop(key, None)
            if moments is None:
                self._make_room(ended)
                moments = deque()
            self._moments[key] = moments
            while moments and moments[0] <= ended:
                moments.popleft()
            allowed = len(moments) < rate.requests
            if allowed:
                moments.append(now)
            return Count(allowed, rate.requests - len(moments), max(1, ceil(moments[0] - ended)))

    def _make_room(self, ended: float) -> None:
        for _ in range(_EVICTIONS_AT_ONCE):
            quietest = next(iter(self._moments), None)
            if quietest is None:
                return
            if self._moments[quietest][-1] > ended and len(self._moments) < self._most_keys:
                return
            del self._moments[quietest]


STRATEGIES: dict[str, Callable[[Rate], Window]] = {"fixed_window": FixedWindow, "moving_window": MovingWindow}
