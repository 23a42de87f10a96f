"""A cache in this process."""

from __future__ import annotations

import copy
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from arlen_services.errors import CacheError

from .entries import Entries, Key
from .faults import not_an_integer
from .store import Claim, Item
from .store_cache import StoreCache

UNCHANGEABLE = frozenset({str, int, float, bool, bytes, type(None)})
TAGS = "tags"


class MemoryStore:
    """The ``CacheStore`` of one process, for the tasks of one event loop."""

    __slots__ = ("_claims", "_entries", "_fences", "_locks", "_tags")

    name = "memory"

    def __init__(self, max_entries: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        if max_entries < 1:
            raise CacheError(
                f"max_entries is {max_entries}; a cache needs room for at least 1",
                code="invalid_limit",
                details={"max_entries": max_entries},
            )
        self._entries = Entries(max_entries, clock)
        self._tags = Entries(max_entries, clock)
        self._claims: dict[Key, str] = {}
        self._locks = Entries(sys.maxsize, clock)
        self._fences = 0

    @property
    def evicted(self) -> int:
        """Living entries that had to make room."""
        return self._entries.evicted

    async def get(self, namespace: str, key: str) -> Item | None:
        item: Item | None = self._entries.get((namespace, key))
        return item if item is None or type(item.value) in UNCHANGEABLE else detached(item)

    async def get_many(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        return [await self.get(namespace, key) for key in keys]

    async def set_many(self, namespace: str, items: Mapping[str, Item], ttl: float) -> None:
        for key, item in items.items():
            self._put((namespace, key), item, ttl)

    async def add(self, namespace: str, key: str, item: Item, ttl: float) -> bool:
        place = (namespace, key)
        if self._entries.get(place) is not None:
            return False
        self._put(place, item, ttl)
        return True

    async def replace(self, namespace: str, key: str, expected: object, item: Item, ttl: float) -> bool:
        place = (namespace, key)
        present: Item | None = self._entries.get(place)
        if present is None or present.value != expected:
            return False
        if item.value is None:
            return self._remove(place)
        self._put(place, item, ttl)
        return True

    async def delete_many(self, namespace: str, keys: Sequence[str]) -> int:
        return self.forget(namespace, keys)

    def forget(self, namespace: str, keys: Sequence[str]) -> int:
        """``delete_many`` for callers that cannot wait."""
        return sum(self._remove((namespace, key)) for key in keys)

    async def increment(self, namespace: str, key: str, by: int, ttl: float) -> int:
        place = (namespace, key)
        item: Item | None = self._entries.get(place)
        if item is None:
            self._put(place, Item(by), ttl)
            return by
        if type(item.value) is not int:
            raise not_an_integer(key)
        self._claims.pop(place, None)
        self._entries.replace(place, replace(item, value=item.value + by))
        return item.value + by

    async def touch(self, namespace: str, key: str, ttl: float) -> bool:
        return self._entries.touch((namespace, key), ttl)

    async def ttl(self, namespace: str, key: str) -> float | None:
        return self._entries.ttl((namespace, key))

    async def clear(self, namespace: str) -> None:
        for place in self._entries.of(namespace):
            self._entries.remove(place)
        for place in [place for place in self._claims if place[0] == namespace]:
            del self._claims[place]

    async def claim(self, namespace: str, key: str, token: str, ttl: float) -> Claim:
        self._claims[namespace, key] = token
        return Claim(True, await self.get(namespace, key))

    async def settle(self, namespace: str, key: str, token: str, item: Item, ttl: float) -> bool:
        place = (namespace, key)
        if self._claims.get(place) != token:
            return False
        self._put(place, item, ttl)
        return True

    async def renew_claim(self, namespace: str, key: str, token: str, ttl: float) -> bool:
        return self._claims.get((namespace, key)) == token

    async def abandon(self, namespace: str, key: str, token: str) -> None:
        if self._claims.get((namespace, key)) == token:
            del self._claims[namespace, key]

    async def tag_versions(self, tags: Sequence[str], ttl: float) -> dict[str, str]:
        for tag in tags:
            if self._tags.get((TAGS, tag)) is None:
                self._tags.put((TAGS, tag), secrets.token_hex(8), 0)
        return await self.present_tag_versions(tags)

    async def present_tag_versions(self, tags: Sequence[str]) -> dict[str, str]:
        return {tag: version for tag in tags if (version := self._tags.get((TAGS, tag))) is not None}

    async def drop_tags(self, tags: Sequence[str]) -> None:
        for tag in tags:
            self._tags.remove((TAGS, tag))

    async def lock(self, name: str, token: str, ttl: float) -> int | None:
        if self._locks.get(("", name)) is not None:
            return None
        self._locks.put(("", name), token, ttl)
        self._fences += 1
        return self._fences

    async def extend_lock(self, name: str, token: str, ttl: float) -> bool:
        return self._locks.get(("", name)) == token and self._locks.touch(("", name), ttl)

    async def unlock(self, name: str, token: str) -> bool:
        return self._locks.get(("", name)) == token and self._locks.remove(("", name))

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close; the entries stay."""

    def _put(self, place: Key, item: Item, ttl: float) -> None:
        self._claims.pop(place, None)
        self._entries.put(place, detached(item), ttl)

    def _remove(self, place: Key) -> bool:
        self._claims.pop(place, None)
        return self._entries.remove(place)


def detached(item: Item) -> Item:
    return replace(item, value=copy.deepcopy(item.value))


class MemoryCache(StoreCache):
    """A ``Cache`` in this process, for the tasks of one event loop.

    It takes every value that ``copy.deepcopy`` copies. When it holds ``max_entries``, the one that was not used for
    the longest time makes room. Expired entries leave without being read. ``default_ttl`` (seconds; 0: for good) is
    the time to live where a call names none; ``clock`` answers seconds that never go back.

    Raises:
        CacheError: code ``invalid_limit`` when ``max_entries`` is less than 1.
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        max_entries: int = 10_000,
        default_ttl: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(MemoryStore(max_entries, clock), default_ttl=default_ttl, clock=clock)
