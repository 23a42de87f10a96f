"""Functions whose results are kept in a cache."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, ParamSpec, TypeVar, cast

from arlen_services.errors import CacheError

from .encoding import JsonEncoding
from .protocol import Cache

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_READABLE = 120

_json = JsonEncoding()


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """What ``cached`` was told; see there."""

    ttl: float | None
    none_ttl: float
    tags: Collection[str]
    ignore: Collection[str]
    stale_ttl: float
    stale_if_error: float


class CachedFunction(Generic[P, T]):
    """A coroutine function that answers from a cache; calls that miss at once compute once.

    Attributes:
        __wrapped__: the function without the cache.
    """

    __wrapped__: Callable[P, Any]

    def __init__(self, function: Callable[P, Any], cache: Callable[[], Cache], policy: CachePolicy) -> None:
        functools.update_wrapper(self, function)
        self._compute = _awaitable(function)
        self._cache = cache
        self._policy = policy
        self._signature = inspect.signature(function)
        self._prefix = f"{function.__module__}.{function.__qualname__}"

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        key, policy = self.key(*args, **kwargs), self._policy
        cache = self._cache()
        if policy.none_ttl:
            found = await cache.get_many((key, _none(key)))
            if key in found:
                return cast(T, found[key])
            if found:
                return cast(T, None)

        async def make() -> T:
            value = await self._compute(*args, **kwargs)
            if value is None and policy.none_ttl:
                await cache.set(_none(key), True, ttl=policy.none_ttl)
            return cast(T, value)

        return await cache.get_or_set(
            key,
            make,
            ttl=policy.ttl,
            tags=policy.tags,
            stale_ttl=policy.stale_ttl,
            stale_if_error=policy.stale_if_error,
        )

    async def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Forget the result for these arguments; whether there was one."""
        key = self.key(*args, **kwargs)
        return await self._cache().delete_many((key, _none(key))) > 0

    def key(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """The key of the result for these arguments: the same in every process, however they are passed.

        Raises:
            CacheError: ``unkeyable_argument``, when one is not of the types that JSON encoding takes.
            TypeError: the function does not take these arguments.
        """
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        named = {name: value for name, value in bound.arguments.items() if name not in self._policy.ignore}
        try:
            text = _json.encode(_ordered(named)).decode()
        except CacheError as error:
            raise CacheError(
                f"an argument of {self._prefix} cannot be part of a key: {error}; name it in ignore=",
                code="unkeyable_argument",
                details={"function": self._prefix},
                permanent=True,
            ) from error
        if len(text) > LONGEST_READABLE:
            text = blake2b(text.encode(), digest_size=16).hexdigest()
        return f"{self._prefix}:{text}"

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """A method: bound to its object, which is part of the key unless ``ignore`` names it."""
        return self if instance is None else _BoundCachedFunction(self, instance)


class _BoundCachedFunction:
    __slots__ = ("_call", "invalidate", "key")

    def __init__(self, function: CachedFunction[Any, Any], instance: object) -> None:
        self._call = functools.partial(function, instance)
        self.key = functools.partial(function.key, instance)
        self.invalidate = functools.partial(function.invalidate, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        return self._call(*args, **kwargs)


def cached(
    cache: Cache | Callable[[], Cache],
    *,
    ttl: float | None = None,
    none_ttl: float = 0.0,
    tags: Collection[str] = (),
    ignore: Collection[str] = (),
    stale_ttl: float = 0.0,
    stale_if_error: float = 0.0,
) -> Callable[[Callable[P, Any]], CachedFunction[P, Any]]:
    """Keep the results of a function, by its arguments.

    Args:
        cache: the cache, or what gives it when the function is called.
        ttl: seconds; None: the default of the cache.
        none_ttl: seconds for which a result of None counts; 0: it is computed anew each time.
        tags: for ``cache.invalidate_tags``.
        ignore: names of arguments that are not part of the key, such as a database or ``self``.
        stale_ttl: see ``Cache.get_or_set``.
        stale_if_error: see ``Cache.get_or_set``.

    A plain function runs in a thread, and is awaited like a coroutine function. ``f.invalidate(...)`` forgets the
    result for some arguments.
    """
    policy = CachePolicy(ttl, none_ttl, tuple(tags), frozenset(ignore), stale_ttl, stale_if_error)
    source = (lambda: cache) if isinstance(cache, Cache) else cache
    return lambda function: CachedFunction(function, source, policy)


def _none(key: str) -> str:
    return f"{key}:none"


def _ordered(value: Any) -> Any:
    """The value with the keys of dictionaries sorted, sets as sorted lists, and tuples as lists."""
    match value:
        case Mapping():
            return {name: _ordered(value[name]) for name in sorted(value)}
        case list() | tuple():
            return [_ordered(each) for each in value]
        case set() | frozenset():
            return sorted(map(_ordered, value))
    return value


def _awaitable(function: Callable[P, Any]) -> Callable[P, Awaitable[Any]]:
    if inspect.iscoroutinefunction(function):
        return function
    return lambda *args, **kwargs: asyncio.to_thread(function, *args, **kwargs)
