"""A store whose outages are misses."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from arlen_services.errors import CacheError

from .faults import OUTAGES
from .store import CacheStore, Claim, Item

FailurePolicy: TypeAlias = Literal["raise", "miss"]
"""What an outage of the store is to those who read and store values."""

_logger = logging.getLogger("arlen_services.cache")


class ForgivingStore:
    """A ``CacheStore`` that finds nothing and keeps nothing while the one behind it is away.

    What callers rely on having happened raises nevertheless: to delete, to clear, to invalidate, to count, to add, to
    compare and to lock.
    """

    __slots__ = ("_store", "outages")

    def __init__(self, store: CacheStore) -> None:
        self._store = store
        self.outages = 0

    @property
    def name(self) -> str:
        return self._store.name

    async def get(self, namespace: str, key: str) -> Item | None:
        try:
            return await self._store.get(namespace, key)
        except CacheError as error:
            self._forgive(error)
            return None

    async def get_many(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        try:
            return await self._store.get_many(namespace, keys)
        except CacheError as error:
            self._forgive(error)
            return [None] * len(keys)

    async def set_many(self, namespace: str, items: Mapping[str, Item], ttl: float) -> None:
        try:
            await self._store.set_many(namespace, items, ttl)
        except CacheError as error:
            self._forgive(error)

    async def touch(self, namespace: str, key: str, ttl: float) -> bool:
        try:
            return await self._store.touch(namespace, key, ttl)
        except CacheError as error:
            self._forgive(error)
            return False

    async def ttl(self, namespace: str, key: str) -> float | None:
        try:
            return await self._store.ttl(namespace, key)
        except CacheError as error:
            self._forgive(error)
            return None

    async def claim(self, namespace: str, key: str, token: str, ttl: float) -> Claim:
        try:
            return await self._store.claim(namespace, key, token, ttl)
        except CacheError as error:
            self._forgive(error)
            return Claim(True, None)

    async def settle(self, namespace: str, key: str, token: str, item: Item, ttl: float) -> bool:
        try:
            return await self._store.settle(namespace, key, token, item, ttl)
        except CacheError as error:
            self._forgive(error)
            return False

    async def renew_claim(self, namespace: str, key: str, token: str, ttl: float) -> bool:
        try:
            return await self._store.renew_claim(namespace, key, token, ttl)
        except CacheError as error:
            self._forgive(error)
            return False

    async def abandon(self, namespace: str, key: str, token: str) -> None:
        try:
            await self._store.abandon(namespace, key, token)
        except CacheError as error:
            self._forgive(error)

    async def tag_versions(self, tags: Sequence[str], ttl: float) -> dict[str, str]:
        try:
            return await self._store.tag_versions(tags, ttl)
        except CacheError as error:
            self._forgive(error)
            return dict.fromkeys(tags, "")

    async def present_tag_versions(self, tags: Sequence[str]) -> dict[str, str]:
        try:
            return await self._store.present_tag_versions(tags)
        except CacheError as error:
            self._forgive(error)
            return {}

    async def open(self) -> None:
        try:
            await self._store.open()
        except CacheError as error:
            self._forgive(error)

    async def add(self, namespace: str, key: str, item: Item, ttl: float) -> bool:
        return await self._store.add(namespace, key, item, ttl)

    async def replace(self, namespace: str, key: str, expected: object, item: Item, ttl: float) -> bool:
        return await self._store.replace(namespace, key, expected, item, ttl)

    async def delete_many(self, namespace: str, keys: Sequence[str]) -> int:
        return await self._store.delete_many(namespace, keys)

    async def increment(self, namespace: str, key: str, by: int, ttl: float) -> int:
        return await self._store.increment(namespace, key, by, ttl)

    async def clear(self, namespace: str) -> None:
        await self._store.clear(namespace)

    async def drop_tags(self, tags: Sequence[str]) -> None:
        await self._store.drop_tags(tags)

    async def lock(self, name: str, token: str, ttl: float) -> int | None:
        return await self._store.lock(name, token, ttl)

    async def extend_lock(self, name: str, token: str, ttl: float) -> bool:
        return await self._store.extend_lock(name, token, ttl)

    async def unlock(self, name: str, token: str) -> bool:
        return await self._store.unlock(name, token)

    async def close(self) -> None:
        await self._store.close()

    def _forgive(self, error: CacheError) -> None:
        if error.code not in OUTAGES:
            raise error
        self.outages += 1
        if error.code != "circuit_open":
            _logger.warning("the cache does without its store: %s", error)
