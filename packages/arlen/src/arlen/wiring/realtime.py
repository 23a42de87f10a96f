"""The ``[realtime]`` table, as a ``Hub``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arlen_mvc import Application
from arlen_realtime import Hub, RealtimeSettings

TABLE = "realtime"


def claim(app: Application) -> RealtimeSettings:
    return app.section(TABLE, RealtimeSettings)


def wire(app: Application) -> None:
    """Provide the hub. Its subscriptions end when the application begins to stop, so that no stream delays the end."""
    app.provide(Hub, _opened)
    app.register_lifecycle_hook(_Ending())

    @app.health_check("realtime", critical=False)
    async def counts() -> dict[str, int]:
        metrics = app.resource(Hub).metrics()
        return {"subscribers": metrics.active_subscribers, "channels": metrics.active_channels}


class _Ending:
    async def will_stop(self, app: Application) -> None:
        await app.resource(Hub).close()


async def _opened(app: Application) -> AsyncIterator[Hub]:
    settings = claim(app)
    hub = Hub(
        queue_size=settings.queue_size,
        overflow=settings.overflow,
        max_total_subscribers=settings.max_total_subscribers,
        max_subscribers_per_channel=settings.max_subscribers_per_channel,
    )
    yield hub
    await hub.close()
