"""Where a request enters the application and where its answer leaves it, with what is observed on both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from arlen_http import Request, Response

if TYPE_CHECKING:
    from .context import Context
    from .runtime import RouteInfo, Runtime

Open = Callable[[Request, Mapping[str, Any], "str | None"], "Context"]
Finish = Callable[["Context", Response], Response]
Abandon = Callable[["Context", BaseException], None]


def _nothing(ctx: Context, error: BaseException) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Boundary:
    """What happens at the edges of the requests of one route; made at start.

    Attributes:
        open: makes the context of a request.
        finish: gives the answer its last headers, and tells whoever watches.
        abandon: called instead of ``finish`` when nobody will be answered by the application: the client has gone, the
            task was cancelled, the server is too busy.
    """

    open: Open
    finish: Finish
    abandon: Abandon = _nothing


def opening(runtime: Runtime, info: RouteInfo, context_class: type[Context]) -> Open:
    """The usual way to open a context."""

    def open_context(request: Request, params: Mapping[str, Any], format: str | None) -> Context:
        ctx = context_class(runtime, request, info, params, format)
        ctx.started = perf_counter()
        return ctx

    return open_context
