"""Readings as text for whoever scrapes them: Prometheus text format 0.0.4, OpenMetrics 1.0, and JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from .snapshot import MetricSnapshot, SeriesSnapshot, Snapshot

TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

_OUTSIDE = re.compile(r"[^A-Za-z0-9_:]", re.ASCII)
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})
_HELP_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n"})


def as_text(snapshot: Snapshot, prefix: str) -> bytes:
    """Prometheus text format 0.0.4. Names get the prefix; what a name cannot hold becomes ``_``."""
    lines = [line for metric in snapshot for line in _text_lines(metric, _told_name(metric, prefix))]
    return "".join(f"{line}\n" for line in lines).encode()


def as_openmetrics(snapshot: Snapshot, prefix: str) -> bytes:
    """OpenMetrics 1.0 text."""
    lines = [line for metric in snapshot for line in _open_lines(metric, _told_name(metric, prefix))]
    return "".join(f"{line}\n" for line in (*lines, "# EOF")).encode()


def as_json(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """``counters``, ``gauges``, ``timings`` and ``histograms`` by name and labels, without a prefix."""
    payload: dict[str, dict[str, Any]] = {"counters": {}, "gauges": {}, "timings": {}, "histograms": {}}
    for metric in snapshot:
        shelf = payload[f"{metric['kind']}s"]
        for series in metric["series"]:
            shelf[metric["name"] + _labels(metric, series)] = _json_value(metric, series["values"])
    return payload


def _told_name(metric: MetricSnapshot, prefix: str) -> str:
    return metric_name(prefix + metric["name"] if metric["prefixed"] else metric["name"])


def metric_name(name: str) -> str:
    """The name as the text formats can carry it."""
    legal = _OUTSIDE.sub("_", name)
    return f"_{legal}" if legal[:1].isdigit() else legal


def _json_value(metric: MetricSnapshot, values: list[float]) -> object:
    match metric["kind"]:
        case "timing":
            count, total, least, greatest = values
            return {"count": count, "sum": total, "min": least, "max": greatest, "avg": total / count}
        case "histogram":
            *counts, total = values
            below = dict(zip((*map(_number, metric["bounds"]), "+Inf"), accumulate(counts), strict=True))
            return {"count": sum(counts), "sum": total, "buckets": below}
        case _:
            return values[0]


def _text_lines(metric: MetricSnapshot, name: str) -> Iterator[str]:
    if metric["kind"] == "timing":
        yield from _timing_lines(metric, name)
        return
    yield from _head(name, metric["kind"], metric["help"].translate(_HELP_ESCAPES))
    yield from _sample_lines(metric, name, name)


def _open_lines(metric: MetricSnapshot, name: str) -> Iterator[str]:
    if metric["kind"] == "timing":
        yield from _timing_lines(metric, name)
        return
    family = name.removesuffix("_total") if metric["kind"] == "counter" else name
    yield from _head(family, metric["kind"], metric["help"].translate(_ESCAPES))
    yield from _sample_lines(metric, family, f"{family}_total" if metric["kind"] == "counter" else name)


def _head(name: str, kind: str, help: str) -> Iterator[str]:
    if help:
        yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {kind}"


def _sample_lines(metric: MetricSnapshot, family: str, sample: str) -> Iterator[str]:
    for series in sorted(metric["series"], key=lambda each: each["labels"]):
        if metric["kind"] != "histogram":
            yield f"{sample}{_labels(metric, series)} {_number(series['values'][0])}"
            continue
        *counts, total = series["values"]
        for bound, count in zip((*map(repr, metric["bounds"]), "+Inf"), accumulate(counts), strict=True):
            yield f"{family}_bucket{_labels(metric, series, ('le', bound))} {_number(count)}"
        yield f"{family}_count{_labels(metric, series)} {_number(sum(counts))}"
        yield f"{family}_sum{_labels(metric, series)} {_number(total)}"


def _timing_lines(metric: MetricSnapshot, name: str) -> Iterator[str]:
    read = sorted(metric["series"], key=lambda each: each["labels"])
    yield from _head(name, "summary", "")
    for series in read:
        labels = _labels(metric, series)
        yield f"{name}_count{labels} {_number(series['values'][0])}"
        yield f"{name}_sum{labels} {_number(series['values'][1])}"
    for suffix in ("avg", "max", "min"):
        yield from _head(f"{name}_{suffix}", "gauge", "")
        for series in read:
            count, total, least, greatest = series["values"]
            value = {"avg": total / count, "max": greatest, "min": least}[suffix]
            yield f"{name}_{suffix}{_labels(metric, series)} {_number(value)}"


def _labels(metric: MetricSnapshot, series: SeriesSnapshot, *more: tuple[str, str]) -> str:
    pairs = [*zip(metric["labels"], series["labels"], strict=True), *more]
    inner = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in pairs)
    return f"{{{inner}}}" if inner else ""


def _number(value: float) -> str:
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(text := repr(number), text)
