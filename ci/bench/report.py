"""What a suite hands back: figures for machines, a table and a chart for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import page
from .figures import Measured
from .plot import Chart
from .root import ROOT

BUILD = ROOT / "build" / "bench"
HEAD = ("figure", "value", "per CPU-s", "single rounds", "goal")


@dataclass(frozen=True, slots=True)
class Report:
    """``details`` holds the raw rounds and whatever else the suite knows; it is written, not printed."""

    suite: str
    figures: Sequence[Measured]
    tables: Sequence[str]
    missing: Mapping[str, str]
    chart: Chart
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, float]:
        """Every figure's value, flat, for whoever compares them with a threshold."""
        return {figure.key: figure.value for figure in self.figures}

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        for shown in self.tables:
            yield shown
            yield ""
        yield table(HEAD, [row(figure) for figure in self.figures])
        for name, reason in self.missing.items():
            yield f"\nnot measured: {name}: {reason}"

    def write(self, surroundings: Mapping[str, object], directory: Path = BUILD) -> list[Path]:
        """Write ``<suite>.json`` and ``<suite>.svg``; the paths written."""
        directory.mkdir(parents=True, exist_ok=True)
        document = {
            "suite": self.suite,
            "ratios": self.ratios,
            "figures": [asdict(figure) for figure in self.figures],
            "missing": self.missing,
            **surroundings,
            **self.details,
        }
        result, picture = directory / f"{self.suite}.json", directory / f"{self.suite}.svg"
        result.write_text(json.dumps(document, indent=2) + "\n")
        picture.write_text(self.chart.svg())
        return [result, picture]

    def publish(self, caption: str) -> None:
        """Put figures and chart into the guides."""
        figures = page.markdown(HEAD, [row(figure) for figure in self.figures])
        chart = page.Picture(f"bench-{self.suite}.svg", self.chart.title, self.chart.svg())
        page.put(self.suite, figures, caption, chart)


def row(figure: Measured) -> list[str]:
    single = "" if figure.lowest is None else f"{number(figure.lowest)} - {number(figure.highest)}"
    value = number(figure.value) + "!" * figure.disturbed
    return [figure.key, value, number(figure.per_cpu), single, verdict(figure)]


def number(value: float | None) -> str:
    """Three significant digits, or all before the point; nothing for None."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def verdict(figure: Measured) -> str:
    """The goal and whether it was met; on a disturbed machine that cannot be said."""
    if figure.goal is None:
        return ""
    if figure.disturbed:
        return f"{figure.goal}  disturbed"
    return f"{figure.goal}  {'met' if figure.goal.met_by(figure.value) else 'MISSED'}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def aligned(line: Sequence[str]) -> str:
        first = line[0].ljust(widths[0])
        others = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        return "  ".join([first, *others]).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([aligned(head), rule, *map(aligned, rows)])
