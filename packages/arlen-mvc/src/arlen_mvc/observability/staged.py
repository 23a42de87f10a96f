"""Steps whose time is taken, for the timings of a request."""

from __future__ import annotations

from collections.abc import Awaitable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from arlen_http import Request, Response

from arlen_mvc.composition import Step

from .timings import Timings

if TYPE_CHECKING:
    from arlen_mvc.boundary import Open
    from arlen_mvc.context import Context
    from arlen_mvc.dispatch import Dispatch

_ARRIVED = "arlen.arrived"


def staged(step: Step, name: str, without: str = "") -> Step:
    """The same step as a stage of this name, without the time of the stage ``without`` that lies inside."""
    call = step.call

    def note(ctx: Context, began: float) -> None:
        if ctx.timings is not None:
            stages = ctx.timings.stages
            stages[name] = (perf_counter() - began) * 1000 - stages.get(without, 0.0)

    if not step.awaits:

        def direct(ctx: Context) -> Any:
            began = perf_counter()
            try:
                return call(ctx)
            finally:
                note(ctx, began)

        return Step(direct, False)

    async def coroutine(ctx: Context) -> Any:
        began = perf_counter()
        try:
            return await call(ctx)
        finally:
            note(ctx, began)

    return Step(coroutine, True)


def noting_arrival(dispatch: Dispatch) -> Dispatch:
    """Keep the moment in which a request arrives, before its route is looked up."""

    def dispatch_noted(request: Request) -> Response | Awaitable[Response]:
        request.state.setdefault(_ARRIVED, perf_counter())
        return dispatch(request)

    return dispatch_noted


def timed(open_context: Open) -> Open:
    """Open contexts with timings that count from the arrival; the first stage is ``route``."""

    def open_timed(request: Request, params: Any, format: str | None) -> Context:
        ctx = open_context(request, params, format)
        arrived = request.state.get(_ARRIVED, ctx.started)
        ctx.timings = Timings(arrived)
        ctx.timings.stages["route"] = (ctx.started - arrived) * 1000
        return ctx

    return open_timed
