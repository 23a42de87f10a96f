"""Counting what limits count: jobs that run, and starts in a window of time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from .limit import Limit


class Bounds:
    """How near each key is to its `Limit`."""

    __slots__ = ("_running", "_windows")

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._windows: dict[str, tuple[datetime, int]] = {}

    def admits(self, limit: Limit | None, now: datetime) -> bool:
        """Whether one more such job may start."""
        if limit is None:
            return True
        if limit.running and self._running[limit.key] >= limit.running:
            return False
        return not limit.starts or self._starts(limit, now) < limit.starts

    def started(self, limit: Limit | None, now: datetime) -> None:
        if limit is None:
            return
        self._running[limit.key] += 1
        if limit.starts:
            count = self._starts(limit, now)
            ends = self._windows[limit.key][0] if count else now + timedelta(seconds=limit.per)
            self._windows[limit.key] = (ends, count + 1)

    def ended(self, limit: Limit | None) -> None:
        if limit is None:
            return
        self._running[limit.key] -= 1
        if self._running[limit.key] <= 0:
            del self._running[limit.key]

    def opens_at(self, limit: Limit, now: datetime) -> datetime | None:
        """When a key that admits nothing may admit again; None: when one of its jobs ends."""
        full = limit.starts and self._starts(limit, now) >= limit.starts
        return self._windows[limit.key][0] if full else None

    def windows(self) -> dict[str, tuple[datetime, int]]:
        return dict(self._windows)

    def restore(self, key: str, ends: datetime, count: int) -> None:
        self._windows[key] = (ends, count)

    def sweep(self, now: datetime) -> None:
        """Forget windows that are over."""
        self._windows = {key: window for key, window in self._windows.items() if window[0] > now}

    def _starts(self, limit: Limit, now: datetime) -> int:
        ends, count = self._windows.get(limit.key, (now, 0))
        return count if ends > now else 0
