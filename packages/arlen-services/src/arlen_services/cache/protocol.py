"""What a cache is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

from .lock import Lock

T = TypeVar("T")


@runtime_checkable
class Cache(Protocol):
    """Values that may be forgotten at any time, by key.

    Keys are text, trimmed; a blank one is a ``CacheError`` with code ``blank_key``. Values are detached: what happens
    to an object after it was stored, or after it was read, happens to nobody else. ``None`` is no value: to store it
    is to delete, and to read it is a miss.

    A ``ttl`` is in seconds, fractions allowed. ``None`` means the default of the cache; 0 or less means for good.

    ``tags`` are names under which entries are forgotten together; all namespaces of a cache share them.
    """

    async def get(self, key: str) -> Any:
        """The value, or None when there is none or its time is up."""

    async def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        """The values that are there, by trimmed key, in one round trip."""

    async def set(self, key: str, value: object, *, ttl: float | None = None, tags: Iterable[str] = ()) -> None:
        """Store ``value``; an earlier value, its expiry and its tags are forgotten together."""

    async def set_many(
        self, values: Mapping[str, object], *, ttl: float | None = None, tags: Iterable[str] = ()
    ) -> None:
        """Store all of them in one round trip; those that are None are deleted."""

    async def add(self, key: str, value: object, *, ttl: float | None = None) -> bool:
        """Store ``value`` unless there is one; whether it was stored."""

    async def compare_and_set(self, key: str, expected: object, value: object, *, ttl: float | None = None) -> bool:
        """Store ``value`` (None: delete) if the present one equals ``expected`` (None: no value); whether it did."""

    async def delete(self, key: str) -> bool:
        """Forget the key; whether there was a value."""

    async def delete_many(self, keys: Iterable[str]) -> int:
        """Forget the keys in one round trip; how many had a value."""

    async def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Add to a counter in one step, from 0 when there is none, and return it.

        ``ttl`` counts from the step that creates the counter; later steps keep its expiry.

        Raises:
            CacheError: code ``not_an_integer`` when the key holds something else.
        """

    async def touch(self, key: str, *, ttl: float | None = None) -> bool:
        """Let the entry live for ``ttl`` from now; whether there is one."""

    async def ttl(self, key: str) -> float | None:
        """Seconds until the entry expires; ``math.inf``: it does not; None: there is none."""

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
        """The value, or what ``factory`` makes, which is stored.

        However many callers miss at once, in however many processes that share the cache, the factory runs once and
        all get its result. When it fails, those who wait in this process get its exception, nothing is stored and the
        next caller tries again. A result that was overtaken by ``set``, ``delete``, ``clear`` or ``invalidate_tags``
        is not stored.

        For ``stale_ttl`` seconds after its time the old value is served at once while one background run refreshes
        it. For ``stale_if_error`` seconds after its time the old value takes the place of the exception of a failing
        factory.
        """

    async def invalidate_tags(self, *tags: str) -> None:
        """Forget every entry with one of these tags, in a time that does not depend on how many there are."""

    def lock(self, name: str, *, ttl: float = 30.0, wait: float | None = None) -> Lock:
        """Mutual exclusion by name: ``async with cache.lock("import") as lock``; see ``Lock``."""

    async def clear(self) -> None:
        """Forget everything in this namespace, and nothing in another."""

    def namespace(self, name: str) -> Self:
        """The same store seen through keys of its own; namespaces nest.

        Raises:
            CacheError: code ``blank_namespace``.
        """
