"""Spans around every request, made by a tracing library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from arlen_http import Request, Response

from arlen_mvc.boundary import Boundary
from arlen_mvc.observability.timings import Timings

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.observability.correlation import Identity


class Span(Protocol):
    """The span of one request; it is current while the request is served."""

    identity: Identity
    """The ids that the application tells about itself, in answers and logs."""

    def stage(self, name: str, /) -> AbstractContextManager[object]:
        """A span below it, for a part of the request."""

    def outgoing_headers(self) -> dict[str, str]:
        """Headers that take the trace, as it is here and now, to another service."""

    def end(self, ctx: Context, response: Response, /) -> None:
        """The request was answered."""

    def abandon(self, ctx: Context, error: BaseException, /) -> None:
        """The request was not answered, because of this."""


class Tracer(Protocol):
    """Assigned to ``app.tracer`` before the start."""

    def begin(self, ctx: Context, /) -> Span:
        """Begin the span of a request and make it the current one."""


class SpanTimings(Timings):
    """Timings whose stages are spans too."""

    __slots__ = ("span",)

    def __init__(self, started: float, span: Span) -> None:
        super().__init__(started)
        self.span = span

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        with self.span.stage(name), super().stage(name):
            yield


def traced(boundary: Boundary, tracer: Tracer) -> Boundary:
    """Also make a span of every request."""
    open_context, finish, abandon = boundary.open, boundary.finish, boundary.abandon

    def open_traced(request: Request, params: Mapping[str, Any], format: str | None) -> Context:
        ctx = open_context(request, params, format)
        timings = SpanTimings(ctx.started, tracer.begin(ctx))
        if ctx.timings is not None:
            timings.stages = ctx.timings.stages
        ctx.timings = ctx.keep(SpanTimings, timings)
        ctx.identify_as(timings.span.identity)
        return ctx

    def finish_traced(ctx: Context, response: Response) -> Response:
        response = finish(ctx, response)
        ctx.get(SpanTimings).span.end(ctx, response)
        return response

    def abandon_traced(ctx: Context, error: BaseException) -> None:
        ctx.get(SpanTimings).span.abandon(ctx, error)
        abandon(ctx, error)

    return Boundary(open_traced, finish_traced, abandon_traced)
