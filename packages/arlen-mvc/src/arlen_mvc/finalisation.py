"""The last step of every request: correlation, trace and security headers; timing and the request log when wanted."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING

from arlen_http import Response

from .observability.correlation import REQUEST_ID, Stamp
from .observability.request_summary import summary

if TYPE_CHECKING:
    from .boundary import Finish
    from .browser.security_headers import SecurityHeaders
    from .context import Context


def sealing(security: SecurityHeaders, stamp: Stamp) -> Finish:
    """Add the encoded header lines that every response carries; what the response says itself is left alone."""
    block_for = security.block_for

    def seal(ctx: Context, response: Response) -> Response:
        lines = block_for(ctx, response)
        response.constant_headers = ctx.header_lines + lines + stamp(ctx.known_identity, ctx.request.head.last)
        return response

    return seal


def with_lines(finish: Finish, lines: bytes) -> Finish:
    """Also these encoded header lines."""

    def finish_with_lines(ctx: Context, response: Response) -> Response:
        ctx.header_lines += lines
        return finish(ctx, response)

    return finish_with_lines if lines else finish


def keeping_request_ids(finish: Finish) -> Finish:
    """Also settle the identity of requests that came with an id, which might be kept."""

    def finish_identified(ctx: Context, response: Response) -> Response:
        if REQUEST_ID in ctx.request.head.last:
            ctx.identify_as(ctx.identity)
        return finish(ctx, response)

    return finish_identified


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
    """Also one INFO line for each request."""

    def finish_logged(ctx: Context, response: Response) -> Response:
        fields, route = summary(ctx, response, "http.request.completed"), ctx.route
        fields["duration_ms"] = round((perf_counter() - ctx.started) * 1000, 3)
        if route.path:
            fields |= {"route": route.name or route.path, "controller": route.controller, "action": route.action}
        if ctx.timings is not None:
            spent = {**ctx.timings.stages, "total": ctx.timings.total}
            fields["timings"] = {stage: round(milliseconds, 3) for stage, milliseconds in spent.items()}
        record = logging.LogRecord(logger.name, logging.INFO, "", 0, "request", None, None)
        record.fields = fields
        logger.handle(record)  # without the search for the calling line, which is always this one
        return finish(ctx, response)

    return finish_logged


def sampled(observed: Finish, finish: Finish, share: float) -> Finish:
    """Finish this share of the requests by ``observed``, and all that were refused or failed; the others by
    ``finish``."""
    if share >= 1:
        return observed
    from random import random

    def finish_sampled(ctx: Context, response: Response) -> Response:
        return (observed if response.status >= 400 or random() < share else finish)(ctx, response)

    return finish_sampled
