"""What a cache is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

T = TypeVar("T")


@runtime_checkable
class Cache(Protocol):
    """Values that may be forgotten at any time, by key.

    Keys are text, trimmed; a blank one is a ``CacheError`` with code ``blank_key``. Values are detached: what happens
    to an object after it was stored, or after it was read, happens to nobody else. ``None`` is no value: to store it
    is to delete, and to read it is a miss.

    A ``ttl`` is in seconds, fractions allowed. ``None`` means the default of the cache; 0 or less means for good.
    """

    async def get(self, key: str) -> Any:
        """The value, or None when there is none or its time is up."""

    async def set(self, key: str, value: object, *, ttl: float | None = None) -> None:
        """Store ``value``; an earlier value and its expiry are forgotten together."""

    async def delete(self, key: str) -> bool:
        """Forget the key; whether there was a value."""

    async def increment(self, key: str, by: int = 1, *, ttl: float | None = None) -> int:
        """Add to a counter in one step, from 0 when there is none, and return it.

        ``ttl`` counts from the step that creates the counter; later steps keep its expiry.

        Raises:
            CacheError: code ``not_an_integer`` when the key holds something else.
        """

    async def get_or_set(self, key: str, factory: Callable[[], Awaitable[T]], *, ttl: float | None = None) -> T:
        """The value, or what ``factory`` makes, which is stored.

        However many callers miss at once, the factory runs once and all get its result. When it fails, all of them get
        its exception and nothing is stored. A result that was overtaken by ``set`` or ``delete`` is not stored.
        """

    async def clear(self) -> None:
        """Forget everything in this namespace, and nothing in another."""

    def namespace(self, name: str) -> Self:
        """The same store seen through keys of its own; namespaces nest.

        Raises:
            CacheError: code ``blank_namespace``.
        """
