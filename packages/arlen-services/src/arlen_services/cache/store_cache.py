"""A cache over any store: what all of them have in common."""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Self, TypeVar, cast

from .failure import FailurePolicy, ForgivingStore
from .flights import Flights
from .lock import Lock
from .names import checked_key, checked_tags, nested
from .recipe import Recipe
from .statistics import CacheStatistics
from .store import CacheStore, Item

T = TypeVar("T")

COUNTED_NAMESPACES = 100

_logger = logging.getLogger("arlen_services.cache")


class StoreCache:
    """The ``Cache`` of a ``CacheStore``: names, times, tags, single flight and stale values.

    ``namespace`` is the outermost one; ``default_ttl`` (seconds; 0: for good) counts where a call names none;
    ``clock`` answers seconds, and the same ones in all processes that share the store; ``on_failure`` says whether an
    outage of the store raises or is a miss.

    ``async with`` opens and closes it; a cache that nobody opened opens with its first call.
    """

    __slots__ = ("_clock", "_counts", "_default_ttl", "_flights", "_namespace", "_namespaces", "_refreshes", "_store")

    def __init__(
        self,
        store: CacheStore,
        *,
        namespace: str = "",
        default_ttl: float = 0.0,
        clock: Callable[[], float] = time.time,
        on_failure: FailurePolicy = "raise",
    ) -> None:
        self._store: CacheStore = ForgivingStore(store) if on_failure == "miss" else store
        self._namespace = nested("", namespace) if namespace else ""
        self._default_ttl = default_ttl
        self._clock = clock
        self._flights = Flights()
        self._refreshes: set[asyncio.Task[None]] = set()
        self._counts = CacheStatistics()
        self._namespaces: dict[str, CacheStatistics] = {self._namespace: self._counts}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._store.name} {self._namespace!r}>"

    @property
    def name(self) -> str:
        """What the store is called in metrics; never a password."""
        return self._store.name

    @property
    def store(self) -> CacheStore:
        return self._store

    def statistics(self) -> Mapping[str, CacheStatistics]:
        """What was counted, by namespace; from the hundredth on, with the namespace around it."""
        return dict(self._namespaces)

    async def open(self) -> None:
        await self._store.open()

    async def close(self) -> None:
        """Stop what refreshes in the background and let go of connections; the entries stay."""
        for task in tuple(self._refreshes):
            task.cancel()
        if self._refreshes:
            await asyncio.wait(tuple(self._refreshes))
        await self._store.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def get(self, key: str) -> Any:
        item = await self._store.get(self._namespace, checked_key(key))
        if item is None or (item.tags and not await self._tags_hold(item)) or not self._fresh(item):
            self._counts.misses += 1
            return None
        self._counts.hits += 1
        return item.value

    async def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        names = list(dict.fromkeys(checked_key(key) for key in keys))
        items = await self._store.get_many(self._namespace, names) if names else []
        tags = list({tag for item in items if item is not None for tag in item.tags})
        versions = await self._store.present_tag_versions(tags) if tags else {}
        found = {
            name: item.value
            for name, item in zip(names, items, strict=True)
            if item is not None and self._fresh(item) and item.tags.items() <= versions.items()
        }
        self._counts.hits += len(found)
        self._counts.misses += len(names) - len(found)
        return found

    async def set(self, key: str, value: object, *, ttl: float | None = None, tags: Iterable[str] = ()) -> None:
        await self.set_many({key: value}, ttl=ttl, tags=tags)

    async def set_many(
        self, values: Mapping[str, object], *, ttl: float | None = None, tags: Iterable[str] = ()
    ) -> None:
        named = {checked_key(key): value for key, value in values.items()}
        seconds = self._seconds(ttl)
        names = checked_tags(tags)
        self._divert(named)
        versions = await self._store.tag_versions(names, seconds) if names else {}
        items = {key: Item(value, versions) for key, value in named.items() if value is not None}
        if items:
            await self._store.set_many(self._namespace, items, seconds)
        if absent := [key for key in named if key not in items]:
            await self._store.delete_many(self._namespace, absent)

    async def add(self, key: str, value: object, *, ttl: float | None = None) -> bool:
        key = checked_key(key)
        if value is None or not await self._store.add(self._namespace, key, Item(value), self._seconds(ttl)):
            return False
        self._divert((key,))
        return True

    async def compare_and_set(self, key: str, expected: object, value: object, *, ttl: float | None = None) -> bool:
        if expected is None:
            return await self.add(key, value, ttl=ttl)
        key = checked_key(key)
        item = Item(value)
        if not await self._store.replace(self._namespace, key, expected, item, self._seconds(ttl)):
            return False
        self._divert((key,))
        return True

    async def delete(self, key: str) -> bool:
        return await self.delete_many((key,)) == 1

    async def delete_many(self, keys: Iterable[str]) -> int:
        names = list(dict.fromkeys(checked_key(key) for key in keys))
        self._divert(names)
        return await self._store.delete_many(self._namespace, names) if names else 0

    async def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        key = checked_key(key)
        total = await self._store.increment(self._namespace, key, by, self._seconds(ttl))
        self._divert((key,))
        return total

    async def touch(self, key: str, *, ttl: float | None = None) -> bool:
        return await self._store.touch(self._namespace, checked_key(key), self._seconds(ttl))

    async def ttl(self, key: str) -> float | None:
        return await self._store.ttl(self._namespace, checked_key(key))

    async def get_or_set(
        self,
        key: str,
        factory: Callable[[], Awaitable[T]],
        *,
        ttl: float | None = None,
        tags: Iterable[str] = (),
        stale_ttl: float = 0.0,
        stale_if_error: float = 0.0,
    ) -> T:
        key = checked_key(key)
        item = await self._store.get(self._namespace, key)
        if item is not None and item.tags and not await self._tags_hold(item):
            item = None
        if item is not None and self._fresh(item):
            self._counts.hits += 1
            return cast(T, item.value)
        recipe = self._recipe(key, factory, self._seconds(ttl), checked_tags(tags), stale_ttl, stale_if_error)
        place = (self._namespace, key)
        if item is not None and self._clock() < cast(float, item.fresh_until) + stale_ttl:
            self._counts.stale += 1
            if place not in self._flights:
                self._refresh(place, recipe)
            return cast(T, item.value)
        self._counts.misses += 1
        try:
            value = await self._flights.join(place, recipe.served)
        except Exception:
            if item is None or self._clock() >= cast(float, item.fresh_until) + stale_if_error:
                raise
            self._counts.stale += 1
            _logger.warning("the old value of %s is served, since its factory failed", place, exc_info=True)
            return cast(T, item.value)
        return cast(T, copy.deepcopy(value))

    async def invalidate_tags(self, *tags: str) -> None:
        self._flights.clear()
        if names := checked_tags(tags):
            await self._store.drop_tags(names)

    def lock(self, name: str, *, ttl: float = 30.0, wait: float | None = None) -> Lock:
        place = f"{self._namespace}#lock|{checked_key(name)}"
        return Lock(self._store, place, ttl=ttl, wait=wait, waited=self._counts.waited_for_lock)

    async def clear(self) -> None:
        self._flights.divert_all(self._namespace)
        await self._store.clear(self._namespace)

    def namespace(self, name: str) -> Self:
        inner = copy.copy(self)
        inner._namespace = nested(self._namespace, name)
        if inner._namespace in self._namespaces or len(self._namespaces) < COUNTED_NAMESPACES:
            inner._counts = self._namespaces.setdefault(inner._namespace, CacheStatistics())
        return inner

    def _seconds(self, ttl: float | None) -> float:
        return max(0.0, self._default_ttl if ttl is None else ttl)

    def _divert(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._flights.divert((self._namespace, key))

    def _fresh(self, item: Item) -> bool:
        return item.fresh_until is None or self._clock() < item.fresh_until

    async def _tags_hold(self, item: Item) -> bool:
        return item.tags == await self._store.present_tag_versions(list(item.tags))

    async def _usable(self, item: Item) -> bool:
        return self._fresh(item) and (not item.tags or await self._tags_hold(item))

    def _recipe(
        self,
        key: str,
        factory: Callable[[], Awaitable[Any]],
        ttl: float,
        tags: tuple[str, ...],
        stale_ttl: float,
        stale_if_error: float,
    ) -> Recipe:
        longer = max(stale_ttl, stale_if_error, 0.0) if ttl else 0.0
        return Recipe(
            store=self._store,
            namespace=self._namespace,
            key=key,
            factory=factory,
            usable=self._usable,
            clock=self._clock,
            counts=self._counts,
            keep=ttl + longer,
            fresh_for=ttl if longer else None,
            tags=tags,
        )

    def _refresh(self, place: tuple[str, str], recipe: Recipe) -> None:
        task = asyncio.create_task(self._refreshed(place, recipe))
        self._refreshes.add(task)
        task.add_done_callback(self._refreshes.discard)

    async def _refreshed(self, place: tuple[str, str], recipe: Recipe) -> None:
        try:
            await self._flights.join(place, recipe.served)
        except Exception:
            _logger.warning("%s could not be refreshed; its old value is served meanwhile", place, exc_info=True)
