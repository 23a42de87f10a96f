"""What a connection costs that has asked once and stays."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ci.bench.catalogue import Subject
from ci.bench.companions import beside
from ci.bench.cpu import Cores
from ci.bench.figures import Measured
from ci.bench.goals import Goal
from ci.bench.memory import allow_open_files, proportional_bytes
from ci.bench.report import table
from ci.bench.rounds import in_rounds
from ci.bench.scenarios import Scenario, verify, warm_up
from ci.bench.server import SubjectUnavailable, running

from .measurement import Options, Say, Section, names

# Files that a process needs beside its connections.
SPARE_FILES = 200
SETTLING_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class IdleConnections:
    """Bytes that a server's resident memory grows by for each of ``count`` connections that it has answered once.

    ``servers`` names the figure of each.
    """

    name: str
    servers: Mapping[str, Subject]
    scenario: Scenario
    goal: Goal
    count: int = 10_000

    @property
    def subjects(self) -> Sequence[str]:
        return names(list(self.servers.values()))

    def run(self, options: Options, say: Say) -> Section:
        growths: dict[str, list[float]] = {}

        def once(subject: Subject, round: int) -> None:
            growth = self.growth(subject, options.cores) / self.count
            growths.setdefault(subject.name, []).append(growth)

        missing = in_rounds(options.effort.rounds, options.chosen(list(self.servers.values())), once, say)
        measured = {key: growths[subject.name] for key, subject in self.servers.items() if subject.name in growths}
        return Section(
            figures=[Measured.median(key, values, self.goal) for key, values in measured.items()],
            tables=[self.table(measured)],
            missing=missing,
            details={"bytes": growths},
        )

    def growth(self, subject: Subject, cores: Cores) -> int:
        """One round, in bytes. Raises LoadError, SubjectUnavailable and TooFewFiles."""
        allow_open_files(self.count + SPARE_FILES)
        with running(subject, cores.server) as server:
            if faults := verify(server.port, (self.scenario,)):
                raise SubjectUnavailable("; ".join(faults))
            warm_up(server.port, self.scenario.question(server.port))
            before = proportional_bytes(server.pids)
            with beside(cores.load, "crowd", port=server.port, path=self.scenario.path, clients=self.count):
                time.sleep(SETTLING_SECONDS)
                if not server.keeps(self.count):
                    raise SubjectUnavailable(f"it does not keep {self.count} connections")
                return proportional_bytes(server.pids) - before

    def table(self, measured: Mapping[str, Sequence[float]]) -> str:
        head = (f"{self.name}: {self.count:,} of them", "bytes each", "single rounds")
        rows = [
            [self.servers[key].title, f"{median(values):,.0f}", f"{min(values):,.0f}-{max(values):,.0f}"]
            for key, values in measured.items()
        ]
        return table(head, rows)
