"""What an application configures about its services."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """The ``[cache]`` table of an application's configuration."""

    max_entries: int = field(
        default=10_000,
        metadata={
            "env": "ARLEN_CACHE_MAX_ENTRIES",
            "minimum": 1,
            "doc": "entries that the cache of a process holds; the least recently used makes room",
        },
    )
    default_ttl: float = field(
        default=0.0,
        metadata={
            "env": "ARLEN_CACHE_DEFAULT_TTL",
            "minimum": 0,
            "doc": "seconds until an entry expires where a call names no time; 0: never",
        },
    )
