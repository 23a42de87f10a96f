"""Which request a log line belongs to: for Arlen's own lines, for any ``logging`` handler, and for structlog."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

from arlen_mvc.current import current_context


def request_fields() -> dict[str, str]:
    """``request_id``, and ``trace_id`` in a trace, of the request that is being served here; empty outside of one."""
    ctx = current_context()
    if ctx is None:
        return {}
    if ctx.trace is None:
        return {"request_id": ctx.request_id}
    return {"request_id": ctx.request_id, "trace_id": ctx.trace.trace_id}


class RequestFields(logging.Filter):
    """Gives every record ``request_id`` and ``trace_id``, for the formats of other programs' handlers:
    ``handler.addFilter(RequestFields())``. Both are ``"-"`` outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        fields = request_fields()
        record.request_id = fields.get("request_id", "-")
        record.trace_id = fields.get("trace_id", "-")
        return True


def add_request_fields(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor for structlog: ``structlog.configure(processors=[add_request_fields, ...])``. What the event says
    itself wins."""
    for name, value in request_fields().items():
        event.setdefault(name, value)
    return event
