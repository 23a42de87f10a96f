"""The ``[cache]`` table, as a ``Cache``."""

from __future__ import annotations

from arlen_mvc import Application, SessionStore
from arlen_services import Cache, CacheSettings, MemoryCache

from .session_store import CacheSessionStore

TABLE = "cache"


def claim(app: Application) -> CacheSettings:
    return app.section(TABLE, CacheSettings)


def wire(app: Application) -> None:
    """Provide the cache, in which sessions may live too.

    An application without its cache is slower, not broken, so the check is not critical.
    """
    app.provide(Cache, _made)
    app.provide(SessionStore, CacheSessionStore(app))

    @app.health_check("cache", critical=False)
    async def answers() -> None:
        await app.resource(Cache).get("arlen.health")  # type: ignore[type-abstract]


def _made(app: Application) -> MemoryCache:
    settings = claim(app)
    return MemoryCache(max_entries=settings.max_entries, default_ttl=settings.default_ttl)
