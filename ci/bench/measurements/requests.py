"""Servers under full load: as many requests as they answer, over a fixed number of connections."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from ci.bench.catalogue import Subject
from ci.bench.figures import Cell, Cells, Figure, Measured, cells, evaluate
from ci.bench.machine import installed
from ci.bench.plot import Bar, Panel
from ci.bench.report import table
from ci.bench.rounds import Bench, Findings, measure
from ci.bench.scenarios import Scenario
from ci.bench.startup import over_bare_ms

from .measurement import Options, Say, Section, names

HEAD = ("req/s", "slowest-fastest", "p50 ms", "p99 ms", "req/CPU-s", "user us", "kernel us", "load CPU", "rounds")


@dataclass(frozen=True, slots=True)
class Requests:
    """Servers, what is asked of them, and what is claimed.

    ``idle`` names a figure per subject for its memory before any load; ``startup`` a figure per interpreter command
    for the time that it takes over the bare interpreter.
    """

    name: str
    catalogue: Sequence[Subject]
    scenarios: tuple[Scenario, ...]
    figures: Sequence[Figure]
    idle: Mapping[str, Subject] = field(default_factory=dict)
    startup: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def subjects(self) -> Sequence[str]:
        return names(self.catalogue)

    def run(self, options: Options, say: Say) -> Section:
        chosen = options.chosen(self.catalogue)
        bench = Bench(options.cores, options.generator, options.effort)
        found = measure(bench, chosen, self.scenarios, say)
        started, failed = self.startup_ms(options.cores.server)
        by_place = cells(found.samples)
        idle = {name: median(values) for name, values in found.idle_mb.items()}
        return Section(
            figures=[
                *evaluate(self.figures, found.samples),
                *(Measured(key, idle[subject.name]) for key, subject in self.idle.items() if subject.name in idle),
                *(Measured(key, taken) for key, taken in started.items()),
            ],
            tables=[*self.tables(by_place), *self.memory_table(chosen, idle)],
            missing={**found.missing, **failed},
            panels=self.panels(by_place, options),
            details=self.details(found, by_place, chosen),
        )

    def startup_ms(self, core: int) -> tuple[dict[str, float], dict[str, str]]:
        """Milliseconds by figure, and the reason for each that could not be had."""
        taken, failed = {}, {}
        for key, arguments in self.startup.items():
            try:
                taken[key] = over_bare_ms(arguments, core)
            except subprocess.CalledProcessError as error:
                failed[key] = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return taken, failed

    def tables(self, found: Cells) -> Iterator[str]:
        for scenario in self.scenarios:
            ranked = self.ranked(scenario, found)
            if ranked:
                head = (f"{self.name}: {scenario.method} {scenario.path}", *HEAD)
                yield table(head, [row(subject.title, cell) for subject, cell in ranked])

    def memory_table(self, chosen: Sequence[Subject], idle: Mapping[str, float]) -> Iterator[str]:
        if self.idle:
            rows = [[subject.title, f"{idle[subject.name]:.0f}"] for subject in chosen if subject.name in idle]
            yield table(("worker, idle", "MB"), rows)

    def ranked(self, scenario: Scenario, found: Cells) -> list[tuple[Subject, Cell]]:
        places = ((subject, found.get((subject.name, scenario.name))) for subject in self.catalogue)
        present = [(subject, cell) for subject, cell in places if cell is not None]
        return sorted(present, key=lambda pair: -pair[1].rate)

    def panels(self, found: Cells, options: Options) -> list[Panel]:
        return [
            Panel(
                f"{self.name}: {scenario.method} {scenario.path}",
                f"requests per second over {options.effort.connections} connections",
                [Bar(subject.title, cell.rate, subject.role) for subject, cell in self.ranked(scenario, found)],
            )
            for scenario in self.scenarios
        ]

    def details(self, found: Findings, by_place: Cells, chosen: Sequence[Subject]) -> dict[str, object]:
        return {
            "medians": [asdict(cell) for cell in by_place.values()],
            "idle_mb": found.idle_mb,
            "rounds": [asdict(sample) for sample in found.samples],
            "versions": installed(name for subject in chosen for name in subject.distributions),
        }


def row(label: str, cell: Cell) -> list[str]:
    return [
        label,
        f"{cell.rate:,.0f}" + "!" * cell.disturbed,
        f"{cell.slowest:,.0f}-{cell.fastest:,.0f}",
        f"{cell.p50_ms:.2f}",
        f"{cell.p99_ms:.2f}",
        f"{cell.rate_per_cpu:,.0f}",
        f"{cell.user_us:.1f}",
        f"{cell.kernel_us:.1f}",
        f"{cell.generator_share:.0%}" + "!" * cell.generator_bound,
        str(cell.rounds),
    ]
