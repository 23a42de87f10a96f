"""The last step of every request: correlation, trace and security headers; timing and the request log when wanted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from arlen_http import Response

from .correlation import Stamp

if TYPE_CHECKING:
    from .composition import Finish
    from .context import Context
    from .security_headers import SecurityHeaders


def sealing(security: SecurityHeaders, stamp: Stamp) -> Finish:
    """Add the encoded header lines that every response carries; what the response says itself is left alone."""
    block, block_without = security.block, security.block_without

    def seal(ctx: Context, response: Response) -> Response:
        suppressed = ctx.suppressed_headers
        if suppressed is None and response.own_headers is None:
            lines = block
        else:
            lines = block_without({name for name, _ in response.headers}.union(suppressed or ()))
        response.constant_headers = lines + stamp(ctx.known_identity, ctx.request.head.last)
        return response

    return seal


def timing(finish: Finish) -> Finish:
    """Also ``X-Arlen-Total-Ms`` and ``Server-Timing`` (W3C Server Timing)."""

    def finish_timed(ctx: Context, response: Response) -> Response:
        timings = ctx.timings
        if timings is not None:
            total = timings.total
            stages = [*timings.stages.items(), ("total", total)]
            response.headers["x-arlen-total-ms"] = f"{total:.3f}"
            response.headers["server-timing"] = ", ".join(f"{name};dur={spent:.3f}" for name, spent in stages)
        return finish(ctx, response)

    return finish_timed


def logging_requests(finish: Finish, logger: logging.Logger) -> Finish:
    """Also one INFO line for each request; query strings, bodies and credentials are never part of it."""

    def finish_logged(ctx: Context, response: Response) -> Response:
        identity, route = ctx.identity, ctx.route
        fields: dict[str, Any] = {
            "event": "http.request.completed",
            "method": ctx.request.method,
            "path": ctx.request.root_path + ctx.request.path,
            "status": response.status,
            "request_id": identity.request_id,
            "correlation_id": identity.request_id,
        }
        if route.path:
            fields |= {"route": route.name or route.path, "controller": route.controller, "action": route.action}
        if ctx.trace is not None:
            fields |= {"trace_id": identity.trace_id, "span_id": identity.span_id, "traceparent": identity.traceparent}
            if identity.parent_span_id:
                fields["parent_span_id"] = identity.parent_span_id
        if ctx.timings is not None:
            spent = {**ctx.timings.stages, "total": ctx.timings.total}
            fields["timings"] = {stage: round(milliseconds, 3) for stage, milliseconds in spent.items()}
        record = logging.LogRecord(logger.name, logging.INFO, "", 0, "request", None, None)
        record.fields = fields
        logger.handle(record)  # without the search for the calling line, which is always this one
        return finish(ctx, response)

    return finish_logged
