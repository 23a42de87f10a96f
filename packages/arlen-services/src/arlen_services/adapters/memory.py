"""Services that keep what they keep in this process."""

from __future__ import annotations

import copy
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar, cast

from arlen_services.errors import CacheError

from .entries import Entries, Key
from .flights import Flights

T = TypeVar("T")


class MemoryCache:
    """A ``Cache`` in this process, for the tasks of one event loop.

    It takes every value that ``copy.deepcopy`` copies. When it holds ``max_entries``, the one that was not used for
    the longest time makes room. Expired entries leave without being read. ``default_ttl`` (seconds; 0: for good) is
    the time to live where a call names none; ``clock`` answers seconds that never go back.

    Raises:
        CacheError: code ``invalid_limit`` when ``max_entries`` is less than 1.
    """

    __slots__ = ("_default_ttl", "_entries", "_flights", "_namespace")

    def __init__(
        self,
        *,
        max_entries: int = 10_000,
        default_ttl: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if max_entries < 1:
            raise CacheError(
                f"max_entries is {max_entries}; a cache needs room for at least 1",
                code="invalid_limit",
                details={"max_entries": max_entries},
            )
        self._entries = Entries(max_entries, clock)
        self._flights = Flights()
        self._namespace = ""
        self._default_ttl = default_ttl

    async def get(self, key: str) -> Any:
        return copy.deepcopy(self._entries.get(self._key(key)))

    async def set(self, key: str, value: object, *, ttl: float | None = None) -> None:
        self._store(self._key(key), value, ttl)

    async def delete(self, key: str) -> bool:
        return self._forget(self._key(key))

    async def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        place = self._key(key)
        value = self._entries.get(place)
        if value is None:
            self._store(place, by, ttl)
            return by
        if type(value) is not int:
            raise CacheError(
                f'"{place[1]}" holds a {type(value).__name__}; only an integer can be incremented',
                code="not_an_integer",
                details={"key": place[1]},
            )
        self._entries.replace(place, value + by)
        return value + by

    async def get_or_set(self, key: str, factory: Callable[[], Awaitable[T]], *, ttl: float | None = None) -> T:
        place = self._key(key)
        value = self._entries.get(place)
        if value is None:
            value = await self._flights.join(place, factory, lambda made: self._store(place, made, ttl))
        return cast(T, copy.deepcopy(value))

    async def clear(self) -> None:
        for place in self._entries.of(self._namespace):
            self._entries.remove(place)
        self._flights.divert_all(self._namespace)

    def namespace(self, name: str) -> Self:
        name = name.strip()
        if not name:
            raise CacheError("the namespace of a cache is blank; give it a name", code="blank_namespace")
        inner = copy.copy(self)
        inner._namespace = f"{self._namespace}:{name}" if self._namespace else name
        return inner

    def _key(self, key: str) -> Key:
        key = key.strip()
        if not key:
            raise CacheError("the key of a cache entry is blank; give it a name", code="blank_key")
        return self._namespace, key

    def _store(self, place: Key, value: object, ttl: float | None) -> None:
        if value is None:
            self._forget(place)
            return
        self._flights.divert(place)
        self._entries.put(place, copy.deepcopy(value), self._default_ttl if ttl is None else ttl)

    def _forget(self, place: Key) -> bool:
        self._flights.divert(place)
        return self._entries.remove(place)
