"""Application services behind small protocols: cache, jobs, mail, attachments and localization.

Importing this package imports none of its extras; what needs one is imported when its name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import ArlenServicesError, AttachmentError, CacheError, MissingDependencyError
from .settings import AttachmentSettings, CacheSettings

if TYPE_CHECKING:
    from .attachments.store import AttachmentStore
    from .cache.cached import CachedFunction, cached
    from .cache.encoding import Encoding, JsonEncoding, SignedPickle
    from .cache.lock import Lock
    from .cache.memory import MemoryCache
    from .cache.opening import open_cache
    from .cache.postgres import PostgresCache
    from .cache.protocol import Cache
    from .cache.redis import RedisCache
    from .cache.statistics import CacheStatistics
    from .cache.store import CacheStore
    from .cache.store_cache import StoreCache
    from .container import ServiceHealth, Services
    from .resilience.circuit_breaker import CircuitBreaker

__version__ = "0.1.0"

__all__ = [
    "ArlenServicesError",
    "AttachmentError",
    "AttachmentSettings",
    "AttachmentStore",
    "Cache",
    "CacheError",
    "CacheSettings",
    "CacheStatistics",
    "CacheStore",
    "CachedFunction",
    "CircuitBreaker",
    "Encoding",
    "JsonEncoding",
    "Lock",
    "MemoryCache",
    "MissingDependencyError",
    "PostgresCache",
    "RedisCache",
    "ServiceHealth",
    "Services",
    "SignedPickle",
    "StoreCache",
    "cached",
    "open_cache",
]

_HOMES = {
    "attachments.store": ("AttachmentStore",),
    "cache.cached": ("CachedFunction", "cached"),
    "cache.encoding": ("Encoding", "JsonEncoding", "SignedPickle"),
    "cache.lock": ("Lock",),
    "cache.memory": ("MemoryCache",),
    "cache.opening": ("open_cache",),
    "cache.postgres": ("PostgresCache",),
    "cache.protocol": ("Cache",),
    "cache.redis": ("RedisCache",),
    "cache.statistics": ("CacheStatistics",),
    "cache.store": ("CacheStore",),
    "cache.store_cache": ("StoreCache",),
    "container": ("ServiceHealth", "Services"),
    "resilience.circuit_breaker": ("CircuitBreaker",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a module with __getattr__ would hide misspelt names from type checkers

    def __getattr__(name: str) -> object:
        home = _HOME_OF.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f".{home}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
