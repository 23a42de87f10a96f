"""prometheus_client, which only this module imports: its metrics among those of Arlen, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

from arlen_mvc.errors import MissingDependencyError

from .exposition import metric_name
from .registry import Collector, MetricsRegistry
from .snapshot import Kind, MetricSnapshot, Snapshot

try:
    from prometheus_client import REGISTRY
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
        SummaryMetricFamily,
    )
    from prometheus_client.registry import Collector as PrometheusSource
    from prometheus_client.registry import CollectorRegistry
    from prometheus_client.samples import Sample
except ImportError as error:
    raise MissingDependencyError(
        f"this needs prometheus_client, which cannot be imported ({error})", extra="metrics"
    ) from error

__all__ = ["ArlenCollector", "prometheus_metrics"]


class ArlenCollector(PrometheusSource):
    """An application's metrics in a registry of prometheus_client: ``REGISTRY.register(ArlenCollector(app.metrics))``.

    ``prefix`` comes before every name.
    """

    def __init__(self, metrics: MetricsRegistry, prefix: str = "arlen_") -> None:
        self._metrics = metrics
        self._prefix = prefix

    def collect(self) -> Iterator[Metric]:
        """The readings now."""
        for metric in self._metrics.snapshot():
            yield _family(metric, metric_name(self._prefix + metric["name"]))

    def describe(self) -> Iterator[Metric]:
        """Nothing: what there is changes with what is counted."""
        return iter(())


def prometheus_metrics(registry: CollectorRegistry = REGISTRY) -> Collector:
    """The metrics of a registry of prometheus_client, for ``app.metrics.collect(prometheus_metrics())``: ``/metrics``
    then tells them too, under their own names."""

    def collector() -> Snapshot:
        return [metric for family in registry.collect() for metric in _snapshots(family)]

    return collector


def _family(metric: MetricSnapshot, name: str) -> Metric:
    labels, help = metric["labels"], metric["help"]
    match metric["kind"]:
        case "counter":
            counter = CounterMetricFamily(name, help, labels=labels)
            for series in metric["series"]:
                counter.add_metric(series["labels"], series["values"][0])
            return counter
        case "gauge":
            gauge = GaugeMetricFamily(name, help, labels=labels)
            for series in metric["series"]:
                gauge.add_metric(series["labels"], series["values"][0])
            return gauge
        case "timing":
            summary = SummaryMetricFamily(name, help, labels=labels)
            for series in metric["series"]:
                summary.add_metric(series["labels"], int(series["values"][0]), series["values"][1])
            return summary
        case "histogram":
            histogram = HistogramMetricFamily(name, help, labels=labels)
            bounds = [*map(repr, metric["bounds"]), "+Inf"]
            for series in metric["series"]:
                *counts, total = series["values"]
                histogram.add_metric(series["labels"], list(zip(bounds, accumulate(counts), strict=True)), total)
            return histogram


def _snapshots(family: Metric) -> Iterator[MetricSnapshot]:
    told = [sample for sample in family.samples if not sample.name.endswith("_created")]
    if family.type == "histogram":
        yield _histogram(family, told)
        return
    kind: Kind = "counter" if family.type == "counter" else "gauge"
    for name in dict.fromkeys(sample.name for sample in told):
        samples = [sample for sample in told if sample.name == name]
        labels = _label_names(samples)
        metric = _foreign(name, kind, family.documentation, labels, [])
        metric["series"] += [{"labels": _values(sample, labels), "values": [sample.value]} for sample in samples]
        yield metric


def _histogram(family: Metric, samples: list[Sample]) -> MetricSnapshot:
    labels = [label for label in _label_names(samples) if label != "le"]
    bounds = sorted({float(sample.labels["le"]) for sample in samples if "le" in sample.labels})
    below: dict[tuple[str, ...], dict[float, float]] = {}
    sums: dict[tuple[str, ...], float] = {}
    for sample in samples:
        key = tuple(_values(sample, labels))
        if "le" in sample.labels:
            below.setdefault(key, {})[float(sample.labels["le"])] = sample.value
        elif sample.name.endswith("_sum"):
            sums[key] = sample.value
    metric = _foreign(family.name, "histogram", family.documentation, labels, bounds[:-1])
    for key, cumulative in below.items():
        counts = [after - before for before, after in pairwise([0.0, *(cumulative[bound] for bound in bounds)])]
        metric["series"].append({"labels": [*key], "values": [*counts, sums.get(key, 0.0)]})
    return metric


def _foreign(name: str, kind: Kind, help: str, labels: list[str], bounds: list[float]) -> MetricSnapshot:
    return {
        "name": name,
        "kind": kind,
        "help": help,
        "labels": labels,
        "bounds": bounds,
        "aggregate": "sum",
        "prefixed": False,
        "series": [],
    }


def _label_names(samples: Iterable[Sample]) -> list[str]:
    return list(dict.fromkeys(label for sample in samples for label in sample.labels))


def _values(sample: Sample, labels: list[str]) -> list[str]:
    return [sample.labels.get(label, "") for label in labels]
