"""Whether throughput stays the same from one connection to a thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from ci.bench.catalogue import Subject
from ci.bench.figures import Cell, Measured, Metric, cells, rate, rate_per_cpu
from ci.bench.goals import Goal
from ci.bench.memory import allow_open_files
from ci.bench.plot import Bar, Panel
from ci.bench.report import table
from ci.bench.rounds import Bench, Sample, in_rounds
from ci.bench.scenarios import Scenario, verify, warm_up
from ci.bench.server import SubjectUnavailable, running

from .measurement import Options, Say, Section, names
from .requests import HEAD, row

# A server that was idle for more than a tenth of a run has waited for the generator.
BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Flatness:
    """The worst throughput of ``of`` over its best, at several numbers of connections; ``peers`` are shown beside it.

    With one connection there is one request under way, and server and generator take turns: where the server waited,
    that run says nothing about it and does not count.
    """

    name: str
    key: str
    of: Subject
    peers: Sequence[Subject]
    scenario: Scenario
    levels: Sequence[int]
    goal: Goal

    @property
    def subjects(self) -> Sequence[str]:
        return names([self.of, *self.peers])

    def run(self, options: Options, say: Say) -> Section:
        allow_open_files(2 * max(self.levels))
        chosen = options.chosen([self.of, *self.peers])
        samples: list[Sample] = []

        def once(subject: Subject, round: int) -> None:
            samples.extend(self.climb(subject, round, options))

        missing = in_rounds(options.effort.rounds, chosen, once, say)
        found = {subject: self.by_level(subject, samples) for subject in chosen}
        return Section(
            figures=self.figures(samples),
            tables=[self.table(subject, by_level) for subject, by_level in found.items() if by_level],
            missing=missing,
            panels=[
                Panel(
                    f"{self.name}: {subject.title}",
                    f"requests per second (GET {self.scenario.path}) by connections",
                    [Bar(f"{level:,}", cell.rate, subject.role) for level, cell in by_level.items()],
                )
                for subject, by_level in found.items()
            ],
            details={"rounds": [asdict(sample) for sample in samples]},
        )

    def climb(self, subject: Subject, round: int, options: Options) -> Iterator[Sample]:
        """One round: every level on the same server."""
        with running(subject, options.cores.server) as server:
            if faults := verify(server.port, (self.scenario,)):
                raise SubjectUnavailable("; ".join(faults))
            warm_up(server.port, self.scenario.question(server.port))
            for level in self.levels:
                bench = Bench(options.cores, options.generator, replace(options.effort, connections=level))
                yield bench.least_disturbed(subject, self.at(level), server, round)

    def at(self, level: int) -> Scenario:
        return replace(self.scenario, name=f"{self.scenario.name}@{level}")

    def by_level(self, subject: Subject, samples: Sequence[Sample]) -> dict[int, Cell]:
        found = cells(samples)
        places = {level: found.get((subject.name, self.at(level).name)) for level in self.levels}
        return {level: cell for level, cell in places.items() if cell is not None}

    def figures(self, samples: Sequence[Sample]) -> list[Measured]:
        by_level = self.by_level(self.of, samples)
        value = flatness(by_level)
        if value is None:
            return []
        rounds = sorted({sample.round for sample in samples})
        single = [
            flatness(self.by_level(self.of, [each for each in samples if each.round == round])) for round in rounds
        ]
        seen = [ratio for ratio in single if ratio is not None]
        disturbed = any(cell.disturbed for cell in by_level.values())
        per_cpu = flatness(by_level, rate_per_cpu)
        return [Measured(self.key, value, self.goal, per_cpu, min(seen), max(seen), disturbed)]

    def table(self, subject: Subject, by_level: Mapping[int, Cell]) -> str:
        rows = [[*row(f"{level:,}", cell), f"{server_share(cell):.0%}"] for level, cell in by_level.items()]
        return table((f"{self.name}: {subject.title}, connections", *HEAD, "server CPU"), rows)


def server_share(cell: Cell) -> float:
    """The part of the time in which the server worked."""
    return (cell.user_us + cell.kernel_us) * cell.rate / 1e6


def flatness(by_level: Mapping[int, Cell], metric: Metric = rate) -> float | None:
    """The least by this metric over the greatest; None when fewer than two levels count."""
    values = [metric(cell) for level, cell in by_level.items() if level > 1 or server_share(cell) >= BUSY]
    return min(values) / max(values) if len(values) > 1 else None
