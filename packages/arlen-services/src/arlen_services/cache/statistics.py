"""What a cache has counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class CacheStatistics:
    """The figures of one namespace since its process started; plain numbers, for any metrics library.

    Attributes:
        hits: reads that found a value.
        misses: reads that found none.
        stale: old values that were served, while a refresh ran or because one failed.
        made: runs of factories whose result was stored.
        overtaken: runs of factories whose result was not stored, because something newer had been.
        lock_waits: how often a lock was asked for.
        lock_seconds: how long that took in all.
    """

    hits: int = 0
    misses: int = 0
    stale: int = 0
    made: int = 0
    overtaken: int = 0
    lock_waits: int = 0
    lock_seconds: float = 0.0

    def waited_for_lock(self, seconds: float) -> None:
        self.lock_waits += 1
        self.lock_seconds += seconds
