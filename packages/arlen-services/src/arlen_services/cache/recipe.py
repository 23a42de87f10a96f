"""How an entry is made by one caller for all who want it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .renewal import Renewal
from .statistics import CacheStatistics
from .store import CacheStore, Item

CLAIM_SECONDS = 10.0
FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Recipe:
    """What ``get_or_set`` was asked for.

    Attributes:
        usable: whether what the store has can be served; then nothing is made.
        keep: how long the store keeps it: its time to live and that of its stale value.
        fresh_for: seconds until it is stale; None: it goes before.
    """

    store: CacheStore
    namespace: str
    key: str
    factory: Callable[[], Awaitable[Any]]
    usable: Callable[[Item], Awaitable[bool]]
    clock: Callable[[], float]
    counts: CacheStatistics
    keep: float
    fresh_for: float | None
    tags: tuple[str, ...]

    async def served(self) -> Any:
        """The value of the entry, made here or by whoever holds the claim, in this process or another."""
        token = secrets.token_hex(8)
        pause = FIRST_PAUSE
        while True:
            claim = await self.store.claim(self.namespace, self.key, token, CLAIM_SECONDS)
            if claim.item is not None and await self.usable(claim.item):
                if claim.granted:
                    await self.store.abandon(self.namespace, self.key, token)
                return claim.item.value
            if claim.granted:
                return await self._made(token)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _made(self, token: str) -> Any:
        renewal = Renewal(lambda: self._renew(token), CLAIM_SECONDS, lost=_nothing)
        settled = False
        try:
            versions = await self.store.tag_versions(self.tags, self.keep) if self.tags else {}
            value = await self.factory()
            if value is not None:
                settled = await self._settle(token, value, versions)
            return value
        finally:
            await renewal.stop()
            if not settled:
                await self.store.abandon(self.namespace, self.key, token)

    async def _settle(self, token: str, value: Any, versions: dict[str, str]) -> bool:
        fresh_until = None if self.fresh_for is None else self.clock() + self.fresh_for
        item = Item(value, versions, fresh_until)
        settled = await self.store.settle(self.namespace, self.key, token, item, self.keep)
        if settled:
            self.counts.made += 1
        else:
            self.counts.overtaken += 1
        return settled

    async def _renew(self, token: str) -> bool:
        return await self.store.renew_claim(self.namespace, self.key, token, CLAIM_SECONDS)


def _nothing() -> None:
    """A claim that was lost is noticed when its result is settled."""
