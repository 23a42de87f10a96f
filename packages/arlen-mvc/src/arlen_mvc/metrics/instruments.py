"""What an application counts with: counters, gauges, histograms and timings. Safe to use from any thread."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import perf_counter
from typing import TypeVar

from .errors import MetricsError
from .labelled import Labelled
from .snapshot import Aggregate, Kind, MetricSnapshot, SeriesSnapshot

S = TypeVar("S")

DEFAULT_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of buckets, in seconds: from what a small answer takes to what nobody waits for."""


class Number:
    """The one number of a counter's or gauge's series."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0


class Buckets:
    """How many readings fell into each bucket of a histogram's series, and their sum."""

    __slots__ = ("counts", "sum")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.sum = 0.0


class Extent:
    """Count, sum, least and greatest of a timing's series."""

    __slots__ = ("count", "greatest", "least", "sum")

    def __init__(self) -> None:
        self.count = 0
        self.sum = self.least = self.greatest = 0.0


class Counter:
    """A number that only grows: ``orders.increment(kind="book")``."""

    __slots__ = ("_lock", "_series", "help")

    def __init__(self, name: str, help: str, labels: tuple[str, ...], most: int) -> None:
        self._lock = Lock()
        self._series = Labelled(name, labels, most, Number, self._lock)
        self.help = help

    def increment(self, by: float = 1.0, /, **labels: object) -> None:
        """Add to the series of these labels.

        Raises:
            MetricsError: ``counter_decreased`` or ``invalid_labels``.
        """
        if by < 0:
            name = self._series.name
            raise MetricsError(
                f"the counter {name} cannot go down (by {by}); use a gauge",
                code="counter_decreased",
                details={"name": name},
            )
        with self._lock:
            self._series.named(labels).value += by

    def snapshot(self) -> MetricSnapshot:
        """Its readings now."""
        with self._lock:
            series = _numbers(self._series)
        return _metric(self._series, "counter", self.help, series)


class Gauge:
    """A number that goes up and down: ``queue.set(7)``, ``open_files.add(-1)``."""

    __slots__ = ("_aggregate", "_lock", "_read", "_series", "help")

    def __init__(self, name: str, help: str, labels: tuple[str, ...], most: int, aggregate: Aggregate) -> None:
        self._lock = Lock()
        self._series = Labelled(name, labels, most, Number, self._lock)
        self._aggregate: Aggregate = aggregate
        self._read: Callable[[], float] | None = None
        self.help = help

    def set(self, value: float, /, **labels: object) -> None:
        """Raises MetricsError: ``invalid_labels``."""
        with self._lock:
            self._series.named(labels).value = value

    def add(self, delta: float, /, **labels: object) -> None:
        """Raises MetricsError: ``invalid_labels``."""
        with self._lock:
            self._series.named(labels).value += delta

    def follow(self, read: Callable[[], float]) -> None:
        """Ask this function for the value whenever somebody wants to know; for a gauge without labels.

        Raises:
            MetricsError: ``invalid_labels``; the gauge has labels.
        """
        self.set(0.0)
        self._read = read

    def snapshot(self) -> MetricSnapshot:
        """Its readings now."""
        if self._read is not None:
            self.set(float(self._read()))
        with self._lock:
            series = _numbers(self._series)
        return {**_metric(self._series, "gauge", self.help, series), "aggregate": self._aggregate}


class Histogram:
    """How readings are spread: ``sizes.observe(1200)``, ``with duration.time(): ...``."""

    __slots__ = ("_lock", "_series", "bounds", "help")

    def __init__(self, name: str, help: str, labels: tuple[str, ...], most: int, bounds: tuple[float, ...]) -> None:
        if not bounds or list(bounds) != sorted(set(bounds)):
            raise MetricsError(f"the bounds of {name} have to ascend: {bounds}", details={"name": name})
        self._lock = Lock()
        self._series = Labelled(name, labels, most, lambda: Buckets(len(bounds) + 1), self._lock)
        self.bounds = bounds
        self.help = help

    def observe(self, value: float, /, **labels: object) -> None:
        """Count a reading.

        Raises:
            MetricsError: ``invalid_labels``.
        """
        with self._lock:
            series = self._series.named(labels)
            series.counts[bisect_left(self.bounds, value)] += 1
            series.sum += value

    @contextmanager
    def time(self, **labels: object) -> Iterator[None]:
        """Count the seconds that the ``with`` block takes, also when it fails."""
        started = perf_counter()
        try:
            yield
        finally:
            self.observe(perf_counter() - started, **labels)

    def buckets(self, *values: str) -> Buckets:
        """The series of these label values, for a caller that counts by itself, on one thread."""
        return self._series.of(values)

    def snapshot(self) -> MetricSnapshot:
        """Its readings now."""
        with self._lock:
            series = [_series(values, [*each.counts, each.sum]) for values, each in self._series.series.items()]
        return {**_metric(self._series, "histogram", self.help, series), "bounds": [*self.bounds]}


class Timing:
    """Count, sum, least and greatest of durations in milliseconds."""

    __slots__ = ("_lock", "_series", "help")

    def __init__(self, name: str, help: str, labels: tuple[str, ...], most: int) -> None:
        self._lock = Lock()
        self._series = Labelled(name, labels, most, Extent, self._lock)
        self.help = help

    def observe(self, milliseconds: float, /, **labels: object) -> None:
        """Count a duration; a negative one counts as nothing.

        Raises:
            MetricsError: ``invalid_labels``.
        """
        spent = max(milliseconds, 0.0)
        with self._lock:
            extent = self._series.named(labels)
            extent.least = min(extent.least, spent) if extent.count else spent
            extent.greatest = max(extent.greatest, spent)
            extent.count += 1
            extent.sum += spent

    def snapshot(self) -> MetricSnapshot:
        """Its readings now."""
        with self._lock:
            read = [(values, each) for values, each in self._series.series.items() if each.count]
            series = [_series(values, [each.count, each.sum, each.least, each.greatest]) for values, each in read]
        return _metric(self._series, "timing", self.help, series)


Instrument = Counter | Gauge | Histogram | Timing


def _numbers(labelled: Labelled[Number]) -> list[SeriesSnapshot]:
    return [_series(values, [each.value]) for values, each in labelled.series.items()]


def _series(labels: tuple[str, ...], values: list[float]) -> SeriesSnapshot:
    return {"labels": [*labels], "values": values}


def _metric(labelled: Labelled[S], kind: Kind, help: str, series: list[SeriesSnapshot]) -> MetricSnapshot:
    return {
        "name": labelled.name,
        "kind": kind,
        "help": help,
        "labels": [*labelled.labels],
        "bounds": [],
        "aggregate": "sum",
        "prefixed": True,
        "series": series,
    }
