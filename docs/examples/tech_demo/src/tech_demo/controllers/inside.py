"""What goes on inside: timings, the route table, an error."""

from __future__ import annotations

from arlen import Application, Context, Controller, Response, get

from tech_demo.timings import Timings


class Inside(Controller):
    prefix = "/tech-demo/inside"
    name = "inside"

    @get("/", name="index")
    async def index(self, ctx: Context, app: Application, timings: Timings) -> Response:
        recent = list(timings.recent)
        slowest = max((timing.milliseconds for timing in recent), default=1.0)
        return ctx.render("inside", {"timings": recent, "slowest": slowest, "routes": app.routes})

    @get("/fail", name="fail")
    async def fail(self, ctx: Context) -> Response:
        cart = {"items": 3, "total": 0}
        average = cart["items"] / cart["total"]
        return ctx.render_text(f"never reached: {average}")
