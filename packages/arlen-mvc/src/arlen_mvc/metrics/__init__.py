"""Metrics of an application: counted in the process, told to whoever scrapes ``/metrics``."""

from .errors import MetricsError
from .instruments import Counter, Gauge, Histogram, Timing
from .registry import MetricsRegistry
from .snapshot import MetricSnapshot, SeriesSnapshot, Snapshot, merge

__all__ = [
    "Counter",
    "Gauge",
    "Histogram",
    "MetricSnapshot",
    "MetricsError",
    "MetricsRegistry",
    "SeriesSnapshot",
    "Snapshot",
    "Timing",
    "merge",
]
