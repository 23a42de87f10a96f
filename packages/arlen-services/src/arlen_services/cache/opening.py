"""From an address to a cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from arlen_services.errors import CacheError
from arlen_services.settings import CacheSettings

from .memory import MemoryCache
from .store_cache import StoreCache

Opener: TypeAlias = Callable[[CacheSettings], StoreCache]


def open_cache(settings: CacheSettings) -> StoreCache:
    """The cache that ``settings.url`` names; it connects with its first call, or with ``open``.

    Raises:
        CacheError: ``unknown_scheme`` or ``invalid_url``; the message names the setting and has no password in it.
        MissingDependencyError: the library of the scheme is not installed.
    """
    scheme = urlsplit(settings.url).scheme
    opener = OPENERS.get(scheme)
    if opener is None:
        raise CacheError(
            f'cache.url has the scheme "{scheme}"; use one of {", ".join(f"{known}:" for known in OPENERS)}',
            code="unknown_scheme",
            details={"scheme": scheme},
            permanent=True,
        )
    return opener(settings)


def _memory(settings: CacheSettings) -> StoreCache:
    return MemoryCache(max_entries=settings.max_entries, default_ttl=settings.default_ttl)


def _redis(settings: CacheSettings) -> StoreCache:
    from .redis import RedisCache

    return RedisCache(
        settings.url,
        namespace=settings.namespace,
        default_ttl=settings.default_ttl,
        timeout=settings.timeout,
        on_failure=settings.on_failure,
        near_ttl=settings.near_ttl,
    )


def _postgres(settings: CacheSettings) -> StoreCache:
    from .postgres import PostgresCache

    return PostgresCache(
        settings.url,
        namespace=settings.namespace,
        default_ttl=settings.default_ttl,
        timeout=settings.timeout,
        on_failure=settings.on_failure,
    )


OPENERS: Mapping[str, Opener] = {
    "memory": _memory,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
    "postgresql": _postgres,
    "postgres": _postgres,
}
