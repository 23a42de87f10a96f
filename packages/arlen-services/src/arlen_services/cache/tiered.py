"""Two levels: copies in this process, before a store that is elsewhere."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from arlen_services.errors import CacheError

from .memory import MemoryStore
from .store import CacheStore, Claim, Item


class Notices(Protocol):
    """How processes tell each other what changed."""

    async def tell(self, notice: bytes) -> None: ...

    async def listen(self, heard: Callable[[bytes], None], gap: Callable[[], None]) -> None:
        """Call ``heard`` for every notice until cancelled, and ``gap`` where some may have been missed."""


class TieredStore:
    """The ``far`` store, and copies of what was read from it, for at most ``near_ttl`` seconds.

    A change in another process ends a copy as soon as its notice arrives; when notices are lost, ``near_ttl`` is the
    longest time for which an old value can be read. Entries with tags have no copies, since only the far store knows
    whether their tags still count.
    """

    __slots__ = ("_changes", "_clock", "_far", "_limit", "_listener", "_near", "_near_ttl", "_notices", "_origin")

    def __init__(
        self,
        far: CacheStore,
        *,
        near_ttl: float = 5.0,
        near_entries: int = 10_000,
        notices: Notices | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._far = far
        self._near_ttl = near_ttl
        self._limit = near_entries
        self._clock = clock
        self._near = MemoryStore(near_entries, clock)
        self._notices = notices
        self._listener: asyncio.Task[None] | None = None
        self._origin = secrets.token_hex(8)
        self._changes = 0

    @property
    def name(self) -> str:
        return self._far.name

    async def get(self, namespace: str, key: str) -> Item | None:
        found = await self._near.get(namespace, key)
        if found is not None:
            return found
        return (await self._fetched(namespace, (key,)))[0]

    async def get_many(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        near = dict(zip(keys, await self._near.get_many(namespace, keys), strict=True))
        missing = [key for key, item in near.items() if item is None]
        if missing:
            near.update(zip(missing, await self._fetched(namespace, missing), strict=True))
        return [near[key] for key in keys]

    async def set_many(self, namespace: str, items: Mapping[str, Item], ttl: float) -> None:
        await self._far.set_many(namespace, items, ttl)
        await self._changed(namespace, list(items))

    async def add(self, namespace: str, key: str, item: Item, ttl: float) -> bool:
        added = await self._far.add(namespace, key, item, ttl)
        if added:
            await self._changed(namespace, (key,))
        return added

    async def replace(self, namespace: str, key: str, expected: object, item: Item, ttl: float) -> bool:
        replaced = await self._far.replace(namespace, key, expected, item, ttl)
        await self._changed(namespace, (key,))
        return replaced

    async def delete_many(self, namespace: str, keys: Sequence[str]) -> int:
        deleted = await self._far.delete_many(namespace, keys)
        await self._changed(namespace, keys)
        return deleted

    async def increment(self, namespace: str, key: str, by: int, ttl: float) -> int:
        total = await self._far.increment(namespace, key, by, ttl)
        await self._changed(namespace, (key,))
        return total

    async def touch(self, namespace: str, key: str, ttl: float) -> bool:
        touched = await self._far.touch(namespace, key, ttl)
        await self._changed(namespace, (key,))
        return touched

    async def ttl(self, namespace: str, key: str) -> float | None:
        return await self._far.ttl(namespace, key)

    async def clear(self, namespace: str) -> None:
        await self._far.clear(namespace)
        await self._near.clear(namespace)
        await self._changed(namespace, ())

    async def claim(self, namespace: str, key: str, token: str, ttl: float) -> Claim:
        return await self._far.claim(namespace, key, token, ttl)

    async def settle(self, namespace: str, key: str, token: str, item: Item, ttl: float) -> bool:
        settled = await self._far.settle(namespace, key, token, item, ttl)
        if settled:
            await self._changed(namespace, (key,))
        return settled

    async def renew_claim(self, namespace: str, key: str, token: str, ttl: float) -> bool:
        return await self._far.renew_claim(namespace, key, token, ttl)

    async def abandon(self, namespace: str, key: str, token: str) -> None:
        await self._far.abandon(namespace, key, token)

    async def tag_versions(self, tags: Sequence[str], ttl: float) -> dict[str, str]:
        return await self._far.tag_versions(tags, ttl)

    async def present_tag_versions(self, tags: Sequence[str]) -> dict[str, str]:
        return await self._far.present_tag_versions(tags)

    async def drop_tags(self, tags: Sequence[str]) -> None:
        await self._far.drop_tags(tags)

    async def lock(self, name: str, token: str, ttl: float) -> int | None:
        return await self._far.lock(name, token, ttl)

    async def extend_lock(self, name: str, token: str, ttl: float) -> bool:
        return await self._far.extend_lock(name, token, ttl)

    async def unlock(self, name: str, token: str) -> bool:
        return await self._far.unlock(name, token)

    async def open(self) -> None:
        await self._far.open()

    async def close(self) -> None:
        listener, self._listener = self._listener, None
        while listener is not None and not listener.done():
            listener.cancel()  # again and again: a client that is connecting may swallow it
            await asyncio.wait((listener,), timeout=0.05)
        await self._far.close()

    async def _fetched(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        """What the far store has; copied, unless something changed while it was asked."""
        self._listen()
        before = self._changes
        items = await self._far.get_many(namespace, keys)
        if before == self._changes:
            copies = {key: item for key, item in zip(keys, items, strict=True) if item is not None and not item.tags}
            await self._near.set_many(namespace, copies, self._near_ttl)
        return items

    async def _changed(self, namespace: str, keys: Sequence[str]) -> None:
        """End the copies of these keys, here and elsewhere; of all in the namespace where none is named."""
        self._changes += 1
        await self._near.delete_many(namespace, keys)
        if self._notices is not None:
            notice = json.dumps([self._origin, namespace, list(keys)]).encode()
            with suppress(CacheError):
                await self._notices.tell(notice)

    def _listen(self) -> None:
        if self._notices is not None and (self._listener is None or self._listener.done()):
            self._listener = asyncio.create_task(self._notices.listen(self._heard, self._forget))

    def _heard(self, notice: bytes) -> None:
        origin, namespace, keys = json.loads(notice)
        if origin == self._origin:
            return
        self._changes += 1
        if keys:
            self._near.forget(namespace, keys)
        else:
            self._forget()

    def _forget(self) -> None:
        self._changes += 1
        self._near = MemoryStore(self._limit, self._clock)
