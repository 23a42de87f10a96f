"""Job queues: Arlen beside the libraries of its kind, on the same server, with jobs that do nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

from arlen_testkit.errors import ProcessError, ServiceUnavailable
from arlen_testkit.servers.postgres import postgres_server
from arlen_testkit.servers.redis import redis_server

from ci.bench.catalogue import Role
from ci.bench.cpu import pinned
from ci.bench.figures import Measured
from ci.bench.goals import AtLeast, AtMost, Goal
from ci.bench.jobs.subjects import SUBJECTS, Store, Subject, growth_command
from ci.bench.measurements import Options, Say, Section
from ci.bench.plot import Bar, Panel
from ci.bench.report import table
from ci.bench.root import ROOT

from .suite import Suite

OWN = "arlen"
IDLE = 5.0
"""Seconds for which a worker with nothing to do is watched."""
LONGEST = 300.0
FEW, MANY = 1_000, 1_000_000
AS_IN_PRODUCTION = ("fsync", "synchronous_commit", "full_page_writes")

Run = tuple[str, Store]
Found = Mapping[Run, Sequence[Mapping[str, float]]]


class ProgramFailed(Exception):
    """A program that measured nothing; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """``key`` is Arlen's ``figure`` over that of the library ``against``, on the same store."""

    key: str
    figure: str
    store: Store
    against: str
    goal: Goal

    def measured(self, found: Found) -> Measured | None:
        own, other = found.get((OWN, self.store)), found.get((self.against, self.store))
        if not own or not other:
            return None
        single = [mine[self.figure] / theirs[self.figure] for mine, theirs in zip(own, other, strict=False)]
        ratio = middle(own, self.figure) / middle(other, self.figure)
        return Measured(self.key, ratio, self.goal, lowest=min(single), highest=max(single))


def middle(rounds: Sequence[Mapping[str, float]], figure: str) -> float:
    return median(each[figure] for each in rounds)


RATE, CPU, ENQUEUE, IDLE_CPU = "jobs_per_second", "cpu_us", "enqueue_us", "idle_cpu_percent"
on_redis, on_postgres = partial(Ratio, store=Store.REDIS), partial(Ratio, store=Store.POSTGRES)
RATIOS = (
    on_redis("jobs.redis_vs_taskiq", RATE, against="taskiq", goal=AtLeast(3)),
    on_redis("jobs.redis_vs_arq", RATE, against="arq", goal=AtLeast(6)),
    on_redis("jobs.redis_vs_celery", RATE, against="celery", goal=AtLeast(8)),
    on_redis("jobs.redis_cpu_vs_dramatiq", CPU, against="dramatiq", goal=AtMost(0.5)),
    on_postgres("jobs.pg_vs_procrastinate", RATE, against="procrastinate", goal=AtLeast(15)),
    on_postgres("jobs.pg_vs_pgqueuer", RATE, against="pgqueuer", goal=AtLeast(3)),
    *(
        on_redis(f"jobs.enqueue_vs_{peer}", ENQUEUE, against=peer, goal=AtMost(1.1))
        for peer in ("taskiq", "arq", "celery", "dramatiq")
    ),
    *(
        on_postgres(f"jobs.enqueue_vs_{peer}", ENQUEUE, against=peer, goal=AtMost(1.1))
        for peer in ("procrastinate", "pgqueuer")
    ),
)
ABSOLUTE = (
    ("jobs.redis_cpu_us", Store.REDIS, CPU, AtMost(70)),
    ("jobs.pg_cpu_us", Store.POSTGRES, CPU, AtMost(90)),
    ("jobs.redis_idle_cpu_percent", Store.REDIS, IDLE_CPU, AtMost(0.5)),
    ("jobs.pg_idle_cpu_percent", Store.POSTGRES, IDLE_CPU, AtMost(0.5)),
)


@contextmanager
def empty_redis() -> Iterator[str]:
    with redis_server() as server, server.space() as space:
        yield space.url


@contextmanager
def empty_postgres() -> Iterator[str]:
    """A database on a server that writes as one in production does."""
    with postgres_server() as server, server.database() as database:
        for setting in AS_IN_PRODUCTION:
            server.execute(f"ALTER SYSTEM SET {setting} = on")
        server.execute("SELECT pg_reload_conf()")
        yield database.dsn


PLACES = {Store.REDIS: empty_redis, Store.POSTGRES: empty_postgres}


def figures_of(command: Sequence[str], core: int) -> dict[str, float]:
    """The JSON object with which a program ends. Raises ProgramFailed."""
    environment = os.environ | {"PYTHONWARNINGS": "ignore", "UV_PYTHON": sys.executable}
    try:
        with pinned(core):
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, env=environment, check=False
            )
    except FileNotFoundError:
        raise ProgramFailed("uv is not installed; it makes the environment of each library") from None
    except subprocess.TimeoutExpired:
        raise ProgramFailed(f"not done after {LONGEST:.0f} seconds") from None
    printed = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not printed:
        raise ProgramFailed(done.stderr.strip().rpartition("\n")[2] or f"ended with {done.returncode}")
    figures: dict[str, float] = json.loads(printed[-1])
    return figures


@dataclass(frozen=True, slots=True)
class Throughput:
    """Every library enqueues, and runs, as many jobs as show its pace."""

    name: str = "throughput"

    @property
    def subjects(self) -> Sequence[str]:
        return list(dict.fromkeys(subject.name for subject in SUBJECTS))

    def run(self, options: Options, say: Say) -> Section:
        found: dict[Run, list[dict[str, float]]] = {}
        missing: dict[str, str] = {}
        chosen = [subject for subject in SUBJECTS if not options.subjects or subject.name in options.subjects]
        for round in range(1, options.effort.rounds + 1):
            for subject in chosen:
                run = (subject.name, subject.store)
                label = " on ".join(run)
                if label in missing:
                    continue
                say(f"round {round}/{options.effort.rounds}  {label}")
                try:
                    found.setdefault(run, []).append(self.once(subject, options))
                except (ProgramFailed, ServiceUnavailable, ProcessError) as error:
                    missing[label] = str(error)
                    say(f"  left out: {error}")
        known = {run: rounds for run, rounds in found.items() if rounds}
        return Section(
            figures=[*(figure for ratio in RATIOS if (figure := ratio.measured(known))), *absolute(known)],
            tables=[rates_table(known)] if known else [],
            missing=missing,
            panels=panels(known),
            details={"rounds": {" on ".join(run): rounds for run, rounds in known.items()}},
        )

    def once(self, subject: Subject, options: Options) -> dict[str, float]:
        with pinned(options.cores.load), PLACES[subject.store]() as address:
            return figures_of(subject.command(address, subject.jobs, IDLE), options.cores.server)


@dataclass(frozen=True, slots=True)
class ClaimGrowth:
    """How much longer a claim takes when a million jobs wait instead of a thousand."""

    name: str = "growth"

    @property
    def subjects(self) -> Sequence[str]:
        return [OWN]

    def run(self, options: Options, say: Say) -> Section:
        if options.subjects and OWN not in options.subjects:
            return Section()
        figures, missing = [], {}
        for store in Store:
            say(f"{MANY:,} jobs on {store}")
            try:
                with pinned(options.cores.load), PLACES[store]() as address:
                    found = figures_of(growth_command(store, address, FEW, MANY), options.cores.server)
            except (ProgramFailed, ServiceUnavailable, ProcessError) as error:
                missing[store.value] = str(error)
                continue
            growth = found["many_us"] / found["few_us"]
            figures.append(Measured(f"jobs.{store}_claim_growth", growth, AtMost(2)))
        return Section(figures=figures, missing=missing)


def absolute(found: Found) -> Iterator[Measured]:
    for key, store, figure, goal in ABSOLUTE:
        if rounds := found.get((OWN, store)):
            yield Measured.median(key, [each[figure] for each in rounds], goal)


def rates_table(found: Found) -> str:
    head = ("store", "library", "jobs/s", "CPU us per job", "enqueue us", "idle CPU %")
    rows = [
        [
            store,
            library,
            f"{middle(rounds, RATE):,.0f}",
            f"{middle(rounds, CPU):,.0f}",
            f"{middle(rounds, ENQUEUE):,.0f}",
            f"{middle(rounds, IDLE_CPU):.2f}",
        ]
        for (library, store), rounds in found.items()
    ]
    return table(head, rows)


def panels(found: Found) -> list[Panel]:
    return [
        Panel(
            f"jobs on {store}",
            "jobs per second",
            [
                Bar(library, middle(rounds, RATE), Role.HOUSE if library == OWN else Role.PEER)
                for (library, of), rounds in found.items()
                if of == store
            ],
        )
        for store in dict.fromkeys(store for _, store in found)
    ]


JOBS = Suite("jobs", "jobs enqueued, claimed and done", (Throughput(), ClaimGrowth()))
