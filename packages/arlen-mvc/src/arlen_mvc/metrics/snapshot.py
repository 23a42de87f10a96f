"""Readings of metrics as plain data: what one process counted, and what several counted together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal, TypedDict

from .errors import MetricsError

Kind = Literal["counter", "gauge", "histogram", "timing"]
Aggregate = Literal["sum", "max", "min"]
Fold = Callable[[float, float], float]


class SeriesSnapshot(TypedDict):
    """One combination of label values, and its numbers.

    ``values`` is one number for a counter or a gauge; for a histogram how many readings fell into each bucket (the last
    one is without bound), then their sum; for a timing count, sum, least and greatest.
    """

    labels: list[str]
    values: list[float]


class MetricSnapshot(TypedDict):
    """All readings of one metric; lists, numbers and text only, so that JSON carries it.

    ``bounds`` are the upper bounds of a histogram's buckets. ``aggregate`` says what several processes' gauges make
    together. ``prefixed`` tells whether the name gets the application's prefix where it is told.
    """

    name: str
    kind: Kind
    help: str
    labels: list[str]
    bounds: list[float]
    aggregate: Aggregate
    prefixed: bool
    series: list[SeriesSnapshot]


Snapshot = list[MetricSnapshot]


def _add(ours: float, theirs: float) -> float:
    return ours + theirs


_FOLDS: Mapping[str, Fold] = MappingProxyType({"sum": _add, "max": max, "min": min})
_TIMING_FOLDS: tuple[Fold, ...] = (_add, _add, min, max)


def merge(snapshots: Iterable[Snapshot]) -> Snapshot:
    """What several processes counted together.

    Counters, histograms and timings are added up; gauges are added too, unless their ``aggregate`` says otherwise.

    Raises:
        MetricsError: ``unlike_snapshots``; two processes count something different under one name.
    """
    merged: dict[str, MetricSnapshot] = {}
    for snapshot in snapshots:
        for metric in snapshot:
            known = merged.get(metric["name"])
            if known is None:
                merged[metric["name"]] = _copy(metric)
            else:
                _add_to(known, metric)
    return list(merged.values())


def _copy(metric: MetricSnapshot) -> MetricSnapshot:
    series: list[SeriesSnapshot] = [
        {"labels": each["labels"], "values": [*each["values"]]} for each in metric["series"]
    ]
    return {**metric, "series": series}


def _add_to(known: MetricSnapshot, metric: MetricSnapshot) -> None:
    shapes = [(each["kind"], each["labels"], each["bounds"]) for each in (known, metric)]
    if shapes[0] != shapes[1]:
        raise MetricsError(
            f"the metric {metric['name']} cannot be added up: one process counts {shapes[0]}, another {shapes[1]}; "
            "let all of them run the same program",
            code="unlike_snapshots",
            details={"name": metric["name"]},
        )
    folds = _folds(metric)
    ours = {tuple(each["labels"]): each for each in known["series"]}
    for series in metric["series"]:
        same = ours.get(tuple(series["labels"]))
        if same is None:
            known["series"].append({"labels": series["labels"], "values": [*series["values"]]})
        else:
            pairs = zip(folds, same["values"], series["values"], strict=False)
            same["values"] = [fold(mine, other) for fold, mine, other in pairs]


def _folds(metric: MetricSnapshot) -> tuple[Fold, ...]:
    if metric["kind"] == "timing":
        return _TIMING_FOLDS
    if metric["kind"] == "gauge":
        return (_FOLDS[metric["aggregate"]],)
    return (_add,) * (len(metric["bounds"]) + 2)
