"""The context's part in traces, timings and logs."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from arlen_mvc.context.answers import Answers
from arlen_mvc.logs.logger import Logger
from arlen_mvc.observability.timings import Timings


class NoTimings:
    """Stands where nobody wants to know how long stages take."""

    __slots__ = ()

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Does nothing around the ``with`` block."""
        return nullcontext()


_LOGGER = Logger()
_NO_TIMINGS = NoTimings()


class TraceShortcuts(Answers):
    """Ids of the trace that the request belongs to; ``None`` where propagation is off."""

    __slots__ = ()

    @property
    def logger(self) -> Logger:
        """Lines with fields, which bear the request's id."""
        return _LOGGER

    @property
    def perf(self) -> Timings | NoTimings:
        """``with ctx.perf.stage("search"): ...`` adds a stage to the timings, where there are."""
        return self.timings or _NO_TIMINGS

    @property
    def trace_id(self) -> str | None:
        """32 hexadecimal digits (W3C Trace Context)."""
        return None if self.trace is None else self.trace.trace_id

    @property
    def span_id(self) -> str | None:
        """16 hexadecimal digits: this request in its trace."""
        return None if self.trace is None else self.trace.span_id

    @property
    def parent_span_id(self) -> str | None:
        """The span that has caused this request; ``None`` when this one begins the trace."""
        return None if self.trace is None else self.trace.parent_span_id

    @property
    def traceparent(self) -> str | None:
        """The header that takes the trace to other services."""
        return None if self.trace is None else self.trace.traceparent
