"""Being told of every request when it is over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from arlen_http import Request, Response

from arlen_mvc.observability.request_summary import summary

if TYPE_CHECKING:
    from arlen_mvc.boundary import Finish
    from arlen_mvc.context import Context

_logger = logging.getLogger("arlen")


class TraceExporter(Protocol):
    """Assigned to ``app.trace_exporter`` before the start."""

    def export(
        self,
        trace: Mapping[str, Any],
        request: Request,
        response: Response,
        route_name: str,
        controller_name: str,
        action_name: str,
        /,
    ) -> None:
        """Called after every request, those without a route among them (their names are empty).

        ``trace`` has ``event`` (``http.request.trace``), ``method``, ``path``, ``status``, ``request_id``,
        ``correlation_id``, ``route``, ``controller``, ``action``, ``timings`` (milliseconds by stage), and in a trace
        ``trace_id``, ``span_id``, ``traceparent`` and perhaps ``parent_span_id``. It must not block; what it raises is
        logged.
        """


def exporting(finish: Finish, exporter: TraceExporter) -> Finish:
    """Also tell the exporter."""

    def finish_exported(ctx: Context, response: Response) -> Response:
        told = summary(ctx, response, "http.request.trace")
        response = finish(ctx, response)
        route = ctx.route
        told |= {"route": route.name or route.path, "controller": route.controller, "action": route.action}
        told["timings"] = {} if ctx.timings is None else {**ctx.timings.stages, "total": ctx.timings.total}
        try:
            exporter.export(told, ctx.request, response, route.name, route.controller, route.action)
        except Exception:
            _logger.warning("trace exporter failed", exc_info=True)
        return response

    return finish_exported
