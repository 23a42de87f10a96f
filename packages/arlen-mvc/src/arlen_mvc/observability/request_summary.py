"""One request in a few fields, for logs and traces; query strings, bodies and credentials are never part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arlen_http import Request, RequestRefused, Response

if TYPE_CHECKING:
    from arlen_mvc.context import Context


def summary(ctx: Context, response: Response, event: str) -> dict[str, Any]:
    """What it was, how it ended, and its place in a trace."""
    identity = ctx.identity
    fields: dict[str, Any] = {
        "event": event,
        "method": ctx.request.method,
        "path": ctx.request.root_path + readable_path(ctx.request),
        "status": response.status,
        "request_id": identity.request_id,
        "correlation_id": identity.request_id,
    }
    if ctx.trace is not None:
        fields |= {"trace_id": identity.trace_id, "span_id": identity.span_id, "traceparent": identity.traceparent}
        if identity.parent_span_id:
            fields["parent_span_id"] = identity.parent_span_id
    return fields


def readable_path(request: Request) -> str:
    """The decoded path, or the raw one where it cannot be decoded."""
    try:
        return request.path
    except RequestRefused:
        return request.raw_path
