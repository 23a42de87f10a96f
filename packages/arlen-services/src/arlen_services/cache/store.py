"""Where a cache keeps its entries: the part that differs between memory, Redis and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

NO_TAGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Item:
    """A value as it is stored.

    Attributes:
        tags: the version that each of its tags had; the entry counts as long as none of them changed.
        fresh_until: the moment (seconds, by the clock of the cache) from which the value is stale; None: when it is
            gone it is gone.
    """

    value: Any
    tags: Mapping[str, str] = field(default_factory=lambda: NO_TAGS)
    fresh_until: float | None = None


class Claim(NamedTuple):
    """The answer to somebody who wants to make an entry: is it theirs to make, and what is there meanwhile."""

    granted: bool
    item: Item | None


class CacheStore(Protocol):
    """Entries by namespace and key; every method is one atomic step, and one round trip where there is a network.

    Namespaces and keys are checked by the caller. A ``ttl`` of 0 or less means for good. Items are detached. Whatever
    writes or removes an entry also ends the claim on it.

    Attributes:
        name: what the store is called in metrics and messages; never a password.
    """

    @property
    def name(self) -> str: ...

    async def get(self, namespace: str, key: str) -> Item | None: ...

    async def get_many(self, namespace: str, keys: Sequence[str]) -> list[Item | None]:
        """One answer for each key, in their order."""

    async def set_many(self, namespace: str, items: Mapping[str, Item], ttl: float) -> None: ...

    async def add(self, namespace: str, key: str, item: Item, ttl: float) -> bool: ...

    async def replace(self, namespace: str, key: str, expected: object, item: Item, ttl: float) -> bool:
        """Store the item, or delete where it has no value, if the present value, with any tags, is ``expected``."""

    async def delete_many(self, namespace: str, keys: Sequence[str]) -> int: ...

    async def increment(self, namespace: str, key: str, by: int, ttl: float) -> int:
        """Raises CacheError ``not_an_integer``."""

    async def touch(self, namespace: str, key: str, ttl: float) -> bool: ...

    async def ttl(self, namespace: str, key: str) -> float | None: ...

    async def clear(self, namespace: str) -> None:
        """Forget the entries of exactly this namespace, and refuse what is under way to it."""

    async def claim(self, namespace: str, key: str, token: str, ttl: float) -> Claim:
        """Ask to make the entry; granted to one token at a time, for ``ttl`` seconds, and with what is there now."""

    async def settle(self, namespace: str, key: str, token: str, item: Item, ttl: float) -> bool:
        """Store the item and end the claim, if ``token`` still holds it."""

    async def renew_claim(self, namespace: str, key: str, token: str, ttl: float) -> bool: ...

    async def abandon(self, namespace: str, key: str, token: str) -> None:
        """End the claim, if ``token`` still holds it, and store nothing."""

    async def tag_versions(self, tags: Sequence[str], ttl: float) -> dict[str, str]:
        """The version of each tag; one that has none gets one, which is kept for at least ``ttl`` seconds."""

    async def present_tag_versions(self, tags: Sequence[str]) -> dict[str, str]:
        """The versions of the tags that have one."""

    async def drop_tags(self, tags: Sequence[str]) -> None:
        """Forget their versions; no version ever comes back."""

    async def lock(self, name: str, token: str, ttl: float) -> int | None:
        """Take the lock for ``ttl`` seconds: a number greater than all before it, or None when another has it."""

    async def extend_lock(self, name: str, token: str, ttl: float) -> bool: ...

    async def unlock(self, name: str, token: str) -> bool: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...
