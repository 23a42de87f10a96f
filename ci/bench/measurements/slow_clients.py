"""What a normal client notices of many that send their requests a byte at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from statistics import median

from ci.bench.catalogue import Subject
from ci.bench.companions import beside, outcome
from ci.bench.cpu import busy_seconds
from ci.bench.figures import Measured
from ci.bench.goals import Goal
from ci.bench.load import Load, parse
from ci.bench.memory import allow_open_files
from ci.bench.report import table
from ci.bench.rounds import CLEAN_SERVER, in_rounds
from ci.bench.scenarios import Scenario, verify, warm_up
from ci.bench.server import Server, SubjectUnavailable, running

from .measurement import Options, Say, Section

# A request head is given ten seconds by default: a run this much longer than the others sees the slow ones refused.
LONGER = 6
METRICS = (attrgetter("rate"), attrgetter("p50_ms"), attrgetter("p99_ms"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One round of a normal client, alone and beside the slow ones.

    ``foreign`` is the share of the server's processor that others took, in the worse of the two runs.
    """

    quiet: Load
    beside: Load
    foreign: float

    @property
    def ratio(self) -> float:
        """How many times longer the slowest hundredth takes beside the slow clients."""
        return self.beside.p99_ms / self.quiet.p99_ms

    @property
    def clean(self) -> bool:
        """Fit for a median."""
        return self.foreign <= CLEAN_SERVER


@dataclass(frozen=True, slots=True)
class SlowClients:
    """``rate`` requests per second at fixed instants, alone and beside ``clients`` that send a byte a second."""

    name: str
    key: str
    subject: Subject
    scenario: Scenario
    goal: Goal
    rate: int = 500
    clients: int = 500

    @property
    def subjects(self) -> Sequence[str]:
        return [self.subject.name]

    def run(self, options: Options, say: Say) -> Section:
        allow_open_files(2 * self.clients)
        seen: list[Comparison] = []

        def once(subject: Subject, round: int) -> None:
            with running(subject, options.cores.server) as server:
                seen.append(self.compare(server, options))

        missing = in_rounds(options.effort.rounds, options.chosen([self.subject]), once, say)
        return Section(
            figures=[judged(self.key, seen, self.goal)] if seen else [],
            tables=[self.table(seen)] if seen else [],
            missing=missing,
            details={"rounds": [asdict(comparison) for comparison in seen]},
        )

    def compare(self, server: Server, options: Options) -> Comparison:
        """One round. Raises LoadError and SubjectUnavailable."""
        if faults := verify(server.port, (self.scenario,)):
            raise SubjectUnavailable("; ".join(faults))
        warm_up(server.port, self.scenario.question(server.port))
        quiet, foreign = self.paced(server, options)
        with beside(options.cores.load, "drip", port=server.port, clients=self.clients):
            if not server.keeps(self.clients):
                raise SubjectUnavailable(f"it does not keep {self.clients} slow clients")
            slow, foreign_beside = self.paced(server, options)
        return Comparison(quiet, slow, max(foreign, foreign_beside))

    def paced(self, server: Server, options: Options) -> tuple[Load, float]:
        """What the normal client has seen, and the foreign share of the server's processor meanwhile."""
        seconds = LONGER * options.effort.seconds
        busy, used = busy_seconds(options.cores.server), server.cpu_time().total
        printed = outcome(
            options.cores.load, "paced", port=server.port, path=self.scenario.path, rate=self.rate, seconds=seconds
        )
        busy, used = busy_seconds(options.cores.server) - busy, server.cpu_time().total - used
        return parse(printed), max(0.0, busy - used) / seconds

    def table(self, seen: Sequence[Comparison]) -> str:
        runs = {
            "alone": [comparison.quiet for comparison in seen],
            f"beside {self.clients} slow clients": [comparison.beside for comparison in seen],
        }
        rows = [
            [label, *(f"{median(metric(load) for load in loads):.2f}" for metric in METRICS)]
            for label, loads in runs.items()
        ]
        return table((f"{self.name}: {self.rate} requests/s at fixed instants", "req/s", "p50 ms", "p99 ms"), rows)


def judged(key: str, seen: Sequence[Comparison], goal: Goal) -> Measured:
    """The median of the clean rounds; of all, and marked as disturbed, when none was clean."""
    clean = [comparison for comparison in seen if comparison.clean]
    ratios = [comparison.ratio for comparison in clean or seen]
    return replace(Measured.median(key, ratios, goal), disturbed=not clean)
