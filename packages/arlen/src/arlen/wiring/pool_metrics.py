"""The figures of database pools, as the application's registry of metrics wants them."""

from __future__ import annotations

from collections.abc import Iterable

from arlen_data.telemetry import Measurement
from arlen_mvc.metrics.snapshot import MetricSnapshot, Snapshot


def snapshot(measurements: Iterable[Measurement]) -> Snapshot:
    """Measurements of one name as one metric. Their names have the house's prefix already."""
    metrics: dict[tuple[str, tuple[str, ...]], MetricSnapshot] = {}
    for measurement in measurements:
        labels = tuple(measurement.labels)
        metric = metrics.setdefault((measurement.name, labels), _empty(measurement, labels))
        metric["series"].append({"labels": list(measurement.labels.values()), "values": [measurement.value]})
    return list(metrics.values())


def _empty(measurement: Measurement, labels: tuple[str, ...]) -> MetricSnapshot:
    return {
        "name": measurement.name,
        "kind": measurement.kind,
        "help": measurement.help,
        "labels": list(labels),
        "bounds": [],
        "aggregate": "sum",
        "prefixed": False,
        "series": [],
    }
