"""The ``[cache]`` table, as a ``Cache``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arlen_mvc import Application, ApplicationError, SessionStore
from arlen_mvc.metrics.snapshot import Snapshot
from arlen_services import ArlenServicesError, Cache, CacheSettings, StoreCache, open_cache

from .cache_metrics import snapshot
from .session_store import CacheSessionStore

TABLE = "cache"


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
    try:
        cache = open_cache(claim(app))
    except ArlenServicesError as error:
        raise ApplicationError(
            f"[{TABLE}] url: {error}", code="invalid_cache", details={"reason": error.code}
        ) from error
    try:
        yield cache
    finally:
        await cache.close()
