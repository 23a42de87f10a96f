"""A suite: measurements that are run one after the other and reported together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ci.bench.measurements import Measurement, Options, Say, Section
from ci.bench.plot import Chart
from ci.bench.report import Report


@dataclass(frozen=True, slots=True)
class Suite:
    """``rounds`` is how often everything is measured unless the command line says otherwise."""

    name: str
    title: str
    measurements: Sequence[Measurement]
    rounds: int = 3

    @property
    def subjects(self) -> list[str]:
        return list(dict.fromkeys(name for measurement in self.measurements for name in measurement.subjects))

    @property
    def parts(self) -> list[str]:
        return [measurement.name for measurement in self.measurements]

    def only(self, names: Sequence[str]) -> Suite:
        """A suite of its own name that has the measurements of these names only."""
        chosen = [each for each in self.measurements if each.name in names]
        return replace(self, name="-".join([self.name, *names]), measurements=chosen)

    def run(self, options: Options, say: Say) -> Report:
        sections: dict[str, Section] = {}
        for measurement in self.measurements:
            say(f"{self.name}: {measurement.name}")
            sections[measurement.name] = measurement.run(options, say)
        found = sections.values()
        return Report(
            suite=self.name,
            figures=[figure for section in found for figure in section.figures],
            tables=[table for section in found for table in section.tables],
            missing={
                f"{name}: {subject}": reason
                for name, section in sections.items()
                for subject, reason in section.missing.items()
            },
            chart=Chart(
                title=f"{self.name}: {self.title}",
                note=f"one worker on one core, the load on another, medians of {options.effort.rounds} rounds",
                panels=[panel for section in found for panel in section.panels],
            ),
            details={"measurements": {name: section.details for name, section in sections.items()}},
        )
