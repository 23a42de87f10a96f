"""Bounded entries that expire: the least recently used makes room, and the expired leave without being read."""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, str]
"""Namespace and key."""


@dataclass(slots=True)
class Entry:
    value: Any
    expires: float


class Entries:
    """A mapping from key to value with a time to live (seconds; 0 or less: for good).

    Attributes:
        evicted: how many living entries had to make room.
    """

    __slots__ = ("_clock", "_due", "_entries", "_limit", "evicted")

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._due: list[tuple[float, Key]] = []
        self.evicted = 0

    def get(self, key: Key) -> Any:
        entry = self._living(key)
        return None if entry is None else entry.value

    def put(self, key: Key, value: object, ttl: float) -> None:
        expires = self._clock() + ttl if ttl > 0 else math.inf
        self._entries[key] = Entry(value, expires)
        self._entries.move_to_end(key)
        if ttl > 0:
            heapq.heappush(self._due, (expires, key))
        self._make_room()

    def replace(self, key: Key, value: object) -> None:
        """Change the value of a present key and keep its expiry."""
        self._entries[key].value = value

    def touch(self, key: Key, ttl: float) -> bool:
        """Change the expiry of a key and keep its value; whether it is there."""
        entry = self._living(key)
        if entry is not None:
            self.put(key, entry.value, ttl)
        return entry is not None

    def ttl(self, key: Key) -> float | None:
        """Seconds left, ``math.inf`` for good, None when it is not there."""
        entry = self._living(key)
        return None if entry is None else entry.expires - self._clock()

    def remove(self, key: Key) -> bool:
        living = self._living(key) is not None
        self._entries.pop(key, None)
        return living

    def of(self, namespace: str) -> list[Key]:
        return [key for key in self._entries if key[0] == namespace]

    def __len__(self) -> int:
        return len(self._entries)

    def _living(self, key: Key) -> Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires <= self._clock():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry

    def _make_room(self) -> None:
        self._sweep()
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)
            self.evicted += 1
        if len(self._due) > 2 * len(self._entries) + 8:
            self._due = [(entry.expires, key) for key, entry in self._entries.items() if entry.expires < math.inf]
            heapq.heapify(self._due)

    def _sweep(self) -> None:
        now = self._clock()
        while self._due and self._due[0][0] <= now:
            expires, key = heapq.heappop(self._due)
            entry = self._entries.get(key)
            if entry is not None and entry.expires == expires:
                del self._entries[key]
