"""Sessions in the cache of the application."""

from __future__ import annotations

from typing import cast

from arlen_mvc import Application
from arlen_services import Cache

NAMESPACE = "arlen.sessions"


class CacheSessionStore:
    """The ``SessionStore`` of ``session.store = "cache"``: a namespace of whatever cache the application has.

    A cache forgets what it has no room for; a session that was forgotten is over.
    """

    __slots__ = ("_app",)

    def __init__(self, app: Application) -> None:
        self._app = app

    async def get(self, key: str) -> str | None:
        return cast("str | None", await self._cache.get(key))

    async def set(self, key: str, value: str, ttl: float) -> None:
        await self._cache.set(key, value, ttl=ttl)

    async def delete(self, key: str) -> None:
        await self._cache.delete(key)

    @property
    def _cache(self) -> Cache:
        return self._app.resource(Cache).namespace(NAMESPACE)  # type: ignore[type-abstract]
