"""A counter that every open window follows."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arlen import Context, Controller, Hub, Response, get, post

from tech_demo.counter import Counter

CHANNEL = "counter"


class Live(Controller):
    prefix = "/tech-demo/live"
    name = "live"

    @get("/", name="index")
    async def index(self, ctx: Context, counter: Counter) -> Response:
        return ctx.render("live", {"count": counter.count})

    @post("/", name="increment")
    async def increment(self, ctx: Context, counter: Counter, hub: Hub) -> Response | dict[str, int]:
        counter.count += 1
        await hub.publish(CHANNEL, counter.snapshot())
        return counter.snapshot() if ctx.wants_json else ctx.redirect(ctx.url_for("live.index"), 303)

    @get("/events", name="events")
    async def events(self, ctx: Context, counter: Counter, hub: Hub) -> Response:
        return ctx.sse(self._counts(counter, hub))

    async def _counts(self, counter: Counter, hub: Hub) -> AsyncIterator[dict[str, object]]:
        async with hub.subscribe(CHANNEL) as messages:
            counter.watchers += 1
            try:
                await hub.publish(CHANNEL, counter.snapshot())
                async for message in messages:
                    yield {"event": "count", "data": message.data}
            finally:
                counter.watchers -= 1
                if not hub.closed:
                    await hub.publish(CHANNEL, counter.snapshot())
