"""The ``[cache]`` table, as a ``Cache``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arlen_mvc import Application, SessionStore
from arlen_mvc.metrics.snapshot import Snapshot
from arlen_services import Cache, CacheSettings, StoreCache, open_cache

from .cache_metrics import snapshot
from .opening import address_of, scheme_of, warn_of_memory
from .session_store import CacheSessionStore

TABLE = "cache"
SHARED = "cross_node_cache_coherence"


def claim(app: Application) -> CacheSettings:
    return app.section(TABLE, CacheSettings)


def wire(app: Application) -> None:
    """Provide the cache, in which sessions may live too.

    An application without its cache is slower, not broken, so the check is not critical.
    """
    app.provide(Cache, _open)
    app.provide(SessionStore, CacheSessionStore(app))

    @app.health_check("cache", critical=False)
    async def answers() -> None:
        await app.resource(Cache).delete("arlen.health")  # type: ignore[type-abstract]

    app.metrics.collect(lambda: _figures(app))


def _figures(app: Application) -> Snapshot:
    """Those of the cache that was made here; one that the application provides itself tells its own."""
    cache = app.resource(Cache) if app.started else None  # type: ignore[type-abstract]
    return snapshot(cache.statistics()) if isinstance(cache, StoreCache) else []


async def _open(app: Application) -> AsyncIterator[StoreCache]:
    """The cache at its address; its connections are made by the first calls, and closed when the application stops."""
    settings = claim(app)
    with address_of(app, TABLE):
        cache = open_cache(settings)
    warn_of_memory(app, TABLE, settings.url, "redis: or postgresql:")
    if scheme_of(settings.url) != "memory":
        app.capabilities.share(SHARED)
    try:
        yield cache
    finally:
        await cache.close()
