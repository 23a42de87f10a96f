"""The observing part of the context."""

from __future__ import annotations

from arlen_mvc.context.answers import Answers
from arlen_mvc.metrics.registry import MetricsRegistry
from arlen_mvc.tracing.tracer import SpanTimings


class ObservationShortcuts(Answers):
    """What an action tells about itself to those who watch."""

    __slots__ = ()

    @property
    def metrics(self) -> MetricsRegistry:
        """What the application counts."""
        return self.runtime.metrics

    def outgoing_headers(self) -> dict[str, str]:
        """Headers for a request to another service, so that it belongs to the same trace (W3C Trace Context) and its
        log lines have the same request id."""
        headers = {"x-request-id": self.request_id}
        trace = self.trace
        if trace is None:
            return headers
        timings = self.kept(SpanTimings)
        if timings is not None and (carried := timings.span.outgoing_headers()):
            return headers | carried
        headers["traceparent"] = trace.traceparent
        if trace.state:
            headers["tracestate"] = trace.state
        return headers
