"""Rounds: every subject once per round, A B C ... A B C ..., each started fresh; a disturbed run is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException

from .catalogue import Subject
from .cpu import Cores, CPUTime, busy_seconds
from .load import Generator, Load, LoadError
from .scenarios import Scenario, verify, warm_up
from .server import Server, SubjectUnavailable, running

TRIES = 3
QUIET_SERVER = 0.03
QUIET_LOAD = 0.05
CLEAN_SERVER = 0.05
CLEAN_LOAD = 0.12


@dataclass(frozen=True, slots=True)
class Sample:
    """One kept run. ``foreign_*`` is the share of a processor that neither server nor generator used."""

    round: int
    subject: str
    scenario: str
    tries: int
    load: Load
    server: CPUTime
    foreign_server: float
    foreign_load: float

    @property
    def quiet(self) -> bool:
        """Not worth repeating."""
        return self.foreign_server <= QUIET_SERVER and self.foreign_load <= QUIET_LOAD

    @property
    def clean(self) -> bool:
        """Fit for a median."""
        return self.foreign_server <= CLEAN_SERVER and self.foreign_load <= CLEAN_LOAD

    @property
    def disturbance(self) -> float:
        return max(self.foreign_server, self.foreign_load)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a suite measures; ``seconds`` is the length of one run."""

    rounds: int
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Bench:
    """The machine's two processors, a generator and the effort: all that a run needs beside its subject."""

    cores: Cores
    generator: Generator
    effort: Effort

    def sample(self, subject: Subject, scenario: Scenario, server: Server, round: int, tries: int) -> Sample:
        """Measure once. Raises LoadError."""
        question = scenario.question(server.port)
        server_before, busy_before = server.cpu_time(), self.busy()
        load = self.generator.run(
            server.port,
            question,
            core=self.cores.load,
            connections=self.effort.connections,
            seconds=self.effort.seconds,
        )
        used = server.cpu_time() - server_before
        on_server, on_load = (after - before for after, before in zip(self.busy(), busy_before, strict=True))
        return Sample(
            round=round,
            subject=subject.name,
            scenario=scenario.name,
            tries=tries,
            load=load,
            server=used,
            foreign_server=max(0.0, on_server - used.total) / load.seconds,
            foreign_load=max(0.0, on_load - load.cpu.total) / load.seconds,
        )

    def busy(self) -> tuple[float, float]:
        return busy_seconds(self.cores.server), busy_seconds(self.cores.load)

    def least_disturbed(self, subject: Subject, scenario: Scenario, server: Server, round: int) -> Sample:
        """Measure until a run is quiet, at most three times. Raises LoadError."""
        return quietest(self.sample(subject, scenario, server, round, tries) for tries in range(1, TRIES + 1))


def quietest(attempts: Iterable[Sample]) -> Sample:
    """The first quiet attempt, else the least disturbed of all, whatever its result; takes no more than it needs."""
    seen = []
    for attempt in attempts:
        if attempt.quiet:
            return attempt
        seen.append(attempt)
    return min(seen, key=lambda attempt: attempt.disturbance)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was seen: kept runs, idle memory of each start in MB, and why a subject is missing."""

    samples: list[Sample]
    idle_mb: dict[str, list[float]]
    missing: dict[str, str]


def measure(
    bench: Bench, subjects: Sequence[Subject], scenarios: tuple[Scenario, ...], say: Callable[[str], None]
) -> Findings:
    """All rounds of all scenarios."""
    findings = Findings([], {}, {})

    def once(subject: Subject, round: int) -> None:
        findings.samples.extend(visit(bench, subject, scenarios, round, findings.idle_mb))

    findings.missing.update(in_rounds(bench.effort.rounds, subjects, once, say))
    return findings


def in_rounds(
    rounds: int, subjects: Sequence[Subject], visit: Callable[[Subject, int], None], say: Callable[[str], None]
) -> dict[str, str]:
    """Visit every subject once in each round; the reasons, by name, of those that could not be measured.

    A subject that fails once is left out from then on.
    """
    missing: dict[str, str] = {}
    for round in range(1, rounds + 1):
        for subject in subjects:
            if subject.name in missing:
                continue
            say(f"round {round}/{rounds}  {subject.title}")
            try:
                visit(subject, round)
            except (SubjectUnavailable, LoadError, OSError, HTTPException) as error:
                missing[subject.name] = str(error)
                say(f"  left out: {error}")
    return missing


def visit(
    bench: Bench, subject: Subject, scenarios: tuple[Scenario, ...], round: int, idle_mb: dict[str, list[float]]
) -> Iterator[Sample]:
    """One round of one subject: start, compare its answers, warm up, measure each scenario, end."""
    with running(subject, bench.cores.server) as server:
        if faults := verify(server.port, scenarios):
            raise SubjectUnavailable("; ".join(faults))
        idle_mb.setdefault(subject.name, []).append(server.resident_mb())
        for scenario in scenarios:
            warm_up(server.port, scenario.question(server.port))
            yield bench.least_disturbed(subject, scenario, server, round)
