"""What is counted of every request: how many, how long, how it ended; by method, route and class of status."""

from __future__ import annotations

from bisect import bisect_left
from time import perf_counter
from typing import TYPE_CHECKING

from arlen_http import Response

from arlen_mvc.boundary import Boundary

from .instruments import DEFAULT_BOUNDS, Buckets, Histogram
from .labelled import OTHER
from .process import process_metrics
from .registry import MetricsRegistry
from .snapshot import MetricSnapshot, Snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping
    from typing import Any

    from arlen_http import Request

    from arlen_mvc.context import Context
    from arlen_mvc.dispatch import Dispatch

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"})
"""Those that are told apart; a client may invent others."""

ABANDONED = "abandoned"
"""In place of a status, for requests that the application did not answer."""

UNMATCHED = "unmatched"
"""In place of a route, for requests that no route takes."""

DURATION = "http_request_duration_seconds"


class _ByStatus(dict[int | str, Buckets]):
    """The series of one method and route; statuses of one class share theirs."""

    __slots__ = ("_histogram", "_labels")

    def __init__(self, histogram: Histogram, method: str, route: str) -> None:
        super().__init__()
        self._histogram = histogram
        self._labels = (method, route)

    def __missing__(self, status: int | str) -> Buckets:
        name = status if isinstance(status, str) else f"{status // 100}xx"
        buckets = self[status] = self._histogram.buckets(*self._labels, name)
        return buckets


class _ByMethod(dict[str, _ByStatus]):
    """The series of one route."""

    __slots__ = ("_histogram", "_route")

    def __init__(self, histogram: Histogram, route: str) -> None:
        super().__init__()
        self._histogram = histogram
        self._route = route

    def __missing__(self, method: str) -> _ByStatus:
        if method not in METHODS:
            return self[OTHER] if method != OTHER else self.setdefault(OTHER, self._of(OTHER))
        return self.setdefault(method, self._of(method))

    def _of(self, method: str) -> _ByStatus:
        return _ByStatus(self._histogram, method, self._route)


class RequestMetrics:
    """Counts the requests of one application. An answer costs one look-up and two additions, without a lock: requests
    begin and end on the event loop's thread."""

    __slots__ = ("_durations", "active")

    def __init__(self, metrics: MetricsRegistry) -> None:
        self._durations = metrics.histogram(
            DURATION,
            "Seconds from the request's arrival in the application to its answer.",
            ("method", "route", "status"),
            max_series=100_000,
        )
        self.active = 0
        metrics.gauge("http_requests_active", "Requests being served.").follow(lambda: self.active)
        metrics.collect(self._totals)
        metrics.collect(process_metrics)

    def counting(self, boundary: Boundary, route: str, awaits: bool) -> Boundary:
        """Also count the requests of this route. ``awaits``: whether others may be served meanwhile."""
        series, finish, abandon = _ByMethod(self._durations, route), boundary.finish, boundary.abandon

        def finish_counted(ctx: Context, response: Response) -> Response:
            response = finish(ctx, response)
            buckets = series[ctx.request.method][response.status]
            spent = perf_counter() - ctx.started
            buckets.counts[bisect_left(DEFAULT_BOUNDS, spent)] += 1
            buckets.sum += spent
            return response

        def abandon_counted(ctx: Context, error: BaseException) -> None:
            buckets = series[ctx.request.method][ABANDONED]
            spent = perf_counter() - ctx.started
            buckets.counts[bisect_left(DEFAULT_BOUNDS, spent)] += 1
            buckets.sum += spent
            abandon(ctx, error)

        counted = Boundary(boundary.open, finish_counted, abandon_counted)
        return self._active(counted) if awaits else counted

    def counting_mount(self, dispatch: Dispatch, prefix: str) -> Dispatch:
        """Also count the requests that a mount answers, under ``<prefix>/*``."""
        series = _ByMethod(self._durations, f"{prefix}/*")

        def note(request: Request, status: int | str, began: float) -> None:
            buckets = series[request.method][status]
            spent = perf_counter() - began
            buckets.counts[bisect_left(DEFAULT_BOUNDS, spent)] += 1
            buckets.sum += spent

        async def answered(request: Request, pending: Awaitable[Response], began: float) -> Response:
            status: int | str = ABANDONED
            self.active += 1
            try:
                response = await pending
                status = response.status
            finally:
                self.active -= 1
                note(request, status, began)
            return response

        def dispatch_counted(request: Request) -> Response | Awaitable[Response]:
            began = perf_counter()
            result = dispatch(request)
            if not isinstance(result, Response):
                return answered(request, result, began)
            note(request, result.status, began)
            return result

        return dispatch_counted

    def _active(self, boundary: Boundary) -> Boundary:
        open_context, finish, abandon = boundary.open, boundary.finish, boundary.abandon

        def open_active(request: Request, params: Mapping[str, Any], format: str | None) -> Context:
            ctx = open_context(request, params, format)
            self.active += 1
            return ctx

        def finish_active(ctx: Context, response: Response) -> Response:
            response = finish(ctx, response)
            self.active -= 1
            return response

        def abandon_active(ctx: Context, error: BaseException) -> None:
            self.active -= 1
            abandon(ctx, error)

        return Boundary(open_active, finish_active, abandon_active)

    def _totals(self) -> Snapshot:
        """``http_requests_total``, which the durations already know."""
        durations = self._durations.snapshot()
        total: MetricSnapshot = {
            **durations,
            "name": "http_requests_total",
            "kind": "counter",
            "help": "Requests answered or abandoned.",
            "bounds": [],
            "series": [
                {"labels": series["labels"], "values": [sum(series["values"][:-1])]} for series in durations["series"]
            ],
        }
        return [total]
