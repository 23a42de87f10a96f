"""The figures of a cache, as the application's registry of metrics wants them."""

from __future__ import annotations

from collections.abc import Mapping

from arlen_mvc.metrics.snapshot import MetricSnapshot, SeriesSnapshot, Snapshot
from arlen_services import CacheStatistics

OUTCOMES = ("hits", "misses", "stale", "made", "overtaken")


def snapshot(statistics: Mapping[str, CacheStatistics]) -> Snapshot:
    """What was counted, by namespace."""
    outcomes: list[SeriesSnapshot] = [
        {"labels": [namespace, outcome], "values": [float(getattr(counts, outcome))]}
        for namespace, counts in statistics.items()
        for outcome in OUTCOMES
    ]
    waits: list[SeriesSnapshot] = [
        {"labels": [namespace], "values": [counts.lock_seconds]} for namespace, counts in statistics.items()
    ]
    return [
        _counter("cache_outcomes_total", "What became of reads and of runs of factories", ["outcome"], outcomes),
        _counter("cache_lock_wait_seconds_total", "Time spent waiting for locks", [], waits),
    ]


def _counter(name: str, help: str, labels: list[str], series: list[SeriesSnapshot]) -> MetricSnapshot:
    return {
        "name": name,
        "kind": "counter",
        "help": help,
        "labels": ["namespace", *labels],
        "bounds": [],
        "aggregate": "sum",
        "prefixed": True,
        "series": series,
    }
