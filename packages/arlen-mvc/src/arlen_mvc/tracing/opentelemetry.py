"""OpenTelemetry, which only this module imports: a server span for every request, by its semantic conventions."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from arlen_http import Response

from arlen_mvc.errors import MissingDependencyError
from arlen_mvc.metrics.requests import METHODS
from arlen_mvc.observability.correlation import Identity
from arlen_mvc.observability.request_summary import readable_path

try:
    from opentelemetry import context, propagate
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        SpanKind,
        Status,
        StatusCode,
        TraceFlags,
        TracerProvider,
        TraceState,
        get_current_span,
        get_tracer,
        set_span_in_context,
    )
    from opentelemetry.trace import Span as OpenTelemetrySpan
    from opentelemetry.trace import Tracer as OpenTelemetryMaker
except ImportError as error:
    raise MissingDependencyError(
        f"spans need OpenTelemetry, which cannot be imported ({error})", extra="otel"
    ) from error

if TYPE_CHECKING:
    from contextvars import Token

    from arlen_mvc.context import Context

__all__ = ["OpenTelemetryTracer"]

Attributes = dict[str, str | int]

_HOST = re.compile(r"(?P<name>.*?)(?::(?P<port>[0-9]{1,5}))?")


class OpenTelemetryTracer:
    """Makes a server span of every request, below that of the caller, and lets it be current meanwhile: what database
    and client libraries observe is nested in it.

    Spans have ``http.request.method``, ``http.route``, ``url.path``, ``url.scheme``, ``http.response.status_code``,
    ``server.address``, ``server.port``, ``client.address``, ``user_agent.original``, ``network.protocol.version``; of
    failures ``error.type`` and the exception. The query string is not told. Sampling is the provider's; by default a
    caller's sampled flag counts. Without ``tracer_provider`` that of the process is used.
    """

    __slots__ = ("_tracer",)

    def __init__(self, tracer_provider: TracerProvider | None = None) -> None:
        self._tracer = get_tracer("arlen_mvc", tracer_provider=tracer_provider)

    def begin(self, ctx: Context) -> RequestSpan:
        joins = ctx.runtime.settings.observability.trace_propagation_enabled
        parent = propagate.extract(dict(ctx.request.headers), context.Context()) if joins else context.Context()
        span = self._tracer.start_span(_name(ctx), parent, SpanKind.SERVER, _attributes(ctx))
        caller, drawn = get_current_span(parent).get_span_context(), ctx.runtime.identify(ctx.request)
        if _is_new(span.get_span_context(), caller):
            identity = _identity(drawn, span.get_span_context(), caller)
        else:
            identity, span = drawn, NonRecordingSpan(_span_context(drawn))
        return RequestSpan(span, context.attach(set_span_in_context(span, parent)), identity, self._tracer)


class RequestSpan:
    """The span of one request."""

    __slots__ = ("_span", "_token", "_tracer", "identity")

    def __init__(
        self, span: OpenTelemetrySpan, token: Token[context.Context], identity: Identity, tracer: OpenTelemetryMaker
    ) -> None:
        self._span = span
        self._token = token
        self._tracer = tracer
        self.identity = identity

    def stage(self, name: str) -> AbstractContextManager[object]:
        return self._tracer.start_as_current_span(name)

    def outgoing_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        propagate.inject(headers)
        return headers

    def end(self, ctx: Context, response: Response) -> None:
        self._span.set_attribute("http.response.status_code", response.status)
        if response.status >= 500:
            self._fail(ctx.error, str(response.status))
        self._close()

    def abandon(self, ctx: Context, error: BaseException) -> None:
        self._fail(error, type(error).__qualname__)
        self._close()

    def _fail(self, error: BaseException | None, kind: str) -> None:
        self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attribute("error.type", kind if error is None else type(error).__qualname__)
        if error is not None:
            self._span.record_exception(error)

    def _close(self) -> None:
        context.detach(self._token)
        self._span.end()


def _name(ctx: Context) -> str:
    method = ctx.request.method if ctx.request.method in METHODS else "HTTP"
    return f"{method} {ctx.route.path}" if ctx.route.path else method


def _attributes(ctx: Context) -> Attributes:
    request = ctx.request
    known = request.method in METHODS
    host = _HOST.fullmatch(request.host)
    attributes: Attributes = {
        "http.request.method": request.method if known else "_OTHER",
        "url.path": request.root_path + readable_path(request),
        "url.scheme": request.scheme,
        "network.protocol.version": request.http_version,
    }
    optional: Attributes = {
        "http.request.method_original": "" if known else request.method,
        "http.route": ctx.route.path,
        "client.address": request.effective_remote_address,
        "user_agent.original": request.headers.get("user-agent", ""),
        "server.address": host["name"] if host else "",
        "server.port": int(host["port"] or 0) if host else 0,
    }
    return attributes | {name: value for name, value in optional.items() if value}


def _is_new(span: SpanContext, caller: SpanContext) -> bool:
    """Whether a span was begun; without an SDK there is none, or that of the caller."""
    return span.is_valid and span.span_id != caller.span_id


def _identity(drawn: Identity, span: SpanContext, caller: SpanContext) -> Identity:
    return drawn._replace(
        trace_id=f"{span.trace_id:032x}",
        span_id=f"{span.span_id:016x}",
        parent_span_id=f"{caller.span_id:016x}" if caller.is_valid else None,
        flags=f"{span.trace_flags:02x}",
        state=span.trace_state.to_header() or None,
    )


def _span_context(identity: Identity) -> SpanContext:
    flags, state = TraceFlags(int(identity.flags, 16)), TraceState.from_header([identity.state or ""])
    return SpanContext(int(identity.trace_id, 16), int(identity.span_id, 16), False, flags, state)
