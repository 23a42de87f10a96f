"""A circuit breaker: who is known not to answer is not asked by everybody."""

from __future__ import annotations

import time
from collections.abc import Callable


class CircuitBreaker:
    """After ``failures`` failures in a row nobody is let through for ``window`` seconds, then one caller at a time.

    >>> breaker = CircuitBreaker()
    >>> breaker.admits()
    True
    >>> breaker.failed()
    >>> breaker.admits()
    False
    """

    __slots__ = ("_clock", "_failures", "_in_a_row", "_open_until", "_window", "refused")

    def __init__(self, *, failures: int = 1, window: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures = failures
        self._window = window
        self._clock = clock
        self._in_a_row = 0
        self._open_until = 0.0
        self.refused = 0

    @property
    def is_open(self) -> bool:
        return self._in_a_row >= self._failures

    def admits(self) -> bool:
        """Whether to try. When the window is over, the first who asks tries for all; the others wait for a window."""
        if self._in_a_row < self._failures:
            return True
        now = self._clock()
        if now < self._open_until:
            self.refused += 1
            return False
        self._open_until = now + self._window
        return True

    def succeeded(self) -> None:
        self._in_a_row = 0

    def failed(self) -> None:
        self._in_a_row += 1
        if self._in_a_row >= self._failures:
            self._open_until = self._clock() + self._window
