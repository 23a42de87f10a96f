"""All metrics of one application."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from threading import Lock
from typing import TypeVar, cast

from .errors import MetricsError
from .instruments import DEFAULT_BOUNDS, Counter, Gauge, Histogram, Instrument, Timing
from .snapshot import Aggregate, Snapshot, merge

_logger = logging.getLogger("arlen")

M = TypeVar("M", Counter, Gauge, Histogram, Timing)

MOST_SERIES = 1000
"""Combinations of label values that a metric keeps apart, unless it is declared with another number."""

Collector = Callable[[], Snapshot]
Gather = Callable[[], Awaitable[Iterable[Snapshot]]]


class MetricsRegistry:
    """Counters, gauges, histograms and timings by name; ``app.metrics`` is one. Safe to use from any thread.

    Attributes:
        gather: gives the snapshots of the other processes that serve the same application, where there are some;
            ``/metrics`` then tells what all of them counted together.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._instruments: dict[str, tuple[object, Instrument]] = {}
        self._collectors: list[Collector] = []
        self.gather: Gather | None = None

    def counter(self, name: str, help: str = "", labels: Sequence[str] = (), max_series: int = MOST_SERIES) -> Counter:
        """The counter of this name, made when it is first asked for. By custom the name ends in ``_total``.

        Raises:
            MetricsError: ``invalid_metric``, or ``metric_conflict`` when the name means something else already.
        """
        wanted = tuple(labels)
        return self._declare(name, (Counter, wanted), lambda: Counter(name, help, wanted, max_series))

    def gauge(
        self,
        name: str,
        help: str = "",
        labels: Sequence[str] = (),
        max_series: int = MOST_SERIES,
        aggregate: Aggregate = "sum",
    ) -> Gauge:
        """The gauge of this name. ``aggregate`` says what the gauges of several processes make together.

        Raises:
            MetricsError: as :meth:`counter`.
        """
        wanted = tuple(labels)
        return self._declare(name, (Gauge, wanted, aggregate), lambda: Gauge(name, help, wanted, max_series, aggregate))

    def histogram(
        self,
        name: str,
        help: str = "",
        labels: Sequence[str] = (),
        max_series: int = MOST_SERIES,
        bounds: Sequence[float] = DEFAULT_BOUNDS,
    ) -> Histogram:
        """The histogram of this name; ``bounds`` are the upper bounds of its buckets, by default made for seconds.

        Raises:
            MetricsError: as :meth:`counter`.
        """
        wanted, upper = tuple(labels), tuple(map(float, bounds))
        return self._declare(name, (Histogram, wanted, upper), lambda: Histogram(name, help, wanted, max_series, upper))

    def collect(self, collector: Collector) -> None:
        """Ask this function for further readings whenever somebody wants to know; one that fails is logged."""
        self._collectors.append(collector)

    # By name alone, for what is counted in passing; an empty name counts nothing

    def increment(self, name: str, by: float = 1.0) -> None:
        """Add to the counter of this name."""
        if name:
            self.counter(name).increment(by)

    def set_gauge(self, name: str, value: float) -> None:
        """Set the gauge of this name."""
        if name:
            self.gauge(name).set(value)

    def add_gauge(self, name: str, delta: float) -> None:
        """Add to the gauge of this name."""
        if name:
            self.gauge(name).add(delta)

    def timing(self, name: str, milliseconds: float) -> None:
        """Count a duration under this name; negative ones count as 0."""
        if name:
            self._declare(name, (Timing, ()), lambda: Timing(name, "", (), 1)).observe(milliseconds)

    # Reading

    def snapshot(self) -> Snapshot:
        """What this process has counted, by name, as plain data."""
        with self._lock:
            instruments = [instrument for _, instrument in self._instruments.values()]
        readers: list[Collector] = [*self._collectors, *(partial(_one, instrument) for instrument in instruments)]
        told = {metric["name"]: metric for read in readers for metric in _collected(read)}
        return [told[name] for name in sorted(told) if told[name]["series"]]

    async def gathered(self) -> Snapshot:
        """What all processes have counted together; alone where :attr:`gather` is not set, or fails."""
        own = self.snapshot()
        if self.gather is None:
            return own
        try:
            return merge([own, *await self.gather()])
        except Exception:
            _logger.exception("metrics of the other processes are missing")
            return own

    def _declare(self, name: str, shape: object, make: Callable[[], M]) -> M:
        known = self._instruments.get(name)
        if known is None:
            with self._lock:
                known = self._instruments.get(name)
                if known is None:
                    if not name:
                        raise MetricsError("a metric needs a name")
                    known = self._instruments[name] = (shape, make())
        if known[0] != shape:
            raise MetricsError(
                f"the metric {name} is declared already, as another kind or with other labels or bounds; "
                "use another name",
                code="metric_conflict",
                details={"name": name},
            )
        return cast(M, known[1])


def _one(instrument: Instrument) -> Snapshot:
    return [instrument.snapshot()]


def _collected(collector: Collector) -> Snapshot:
    try:
        return collector()
    except Exception:
        _logger.exception("a metric cannot be read")
        return []
