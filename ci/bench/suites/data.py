"""Databases: Arlen beside the drivers it stands on, beside SQLAlchemy Core, and beside PyPika."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from arlen_testkit.errors import ProcessError, ServiceUnavailable
from arlen_testkit.servers.postgres import postgres_server

from ci.bench.catalogue import Role
from ci.bench.cpu import Cores, pinned
from ci.bench.data.work import SCHEMA, Places, fill
from ci.bench.figures import Measured
from ci.bench.goals import AtLeast, AtMost, Goal
from ci.bench.machine import installed
from ci.bench.measurements import Options, Say, Section
from ci.bench.plot import Bar, Panel
from ci.bench.report import table
from ci.bench.root import ROOT
from ci.bench.startup import over_bare_ms

from .suite import Suite

OWN = "arlen"
DISTRIBUTIONS = {
    OWN: "arlen-data",
    "psycopg": "psycopg",
    "sqlalchemy": "sqlalchemy",
    "pypika": "pypika",
    "stdlib": "",
}

Times = Mapping[str, float]
"""``seconds`` and ``cpu`` seconds of one operation."""
Found = Mapping[tuple[str, str], Sequence[Times]]
"""The times of every round by task and library."""
Over = Callable[[float, float], float]


class TaskFailed(Exception):
    """A library that cannot do a task; the message is the reason."""


def time_over(own: float, other: float) -> float:
    return own / other


def rate_over(own: float, other: float) -> float:
    return other / own


@dataclass(frozen=True, slots=True)
class Ratio:
    """``key`` is Arlen's time, or rate, in ``task`` over that of the library ``against``."""

    key: str
    task: str
    against: str
    over: Over
    goal: Goal | None = None

    def measured(self, found: Found) -> Measured | None:
        """The ratio of the medians, or None when one side was not measured."""
        own, other = found.get((self.task, OWN)), found.get((self.task, self.against))
        if not own or not other:
            return None
        single = [self.over(mine["seconds"], theirs["seconds"]) for mine, theirs in zip(own, other, strict=False)]
        return Measured(
            self.key,
            self.over(middle(own, "seconds"), middle(other, "seconds")),
            self.goal,
            per_cpu=self.over(middle(own, "cpu"), middle(other, "cpu")),
            lowest=min(single),
            highest=max(single),
        )


def middle(rounds: Sequence[Times], of: str) -> float:
    return median(each[of] for each in rounds)


RATIOS = (
    Ratio("data.compile_cold_vs_sqlalchemy", "compile", "sqlalchemy", time_over, AtMost(0.25)),
    Ratio("data.compile_vs_pypika", "compile", "pypika", time_over, AtMost(0.2)),
    Ratio("data.compile_hit_vs_sqlalchemy", "compile_hit", "sqlalchemy", time_over, AtMost(0.2)),
    Ratio("data.fetch10k_vs_psycopg", "fetch10k", "psycopg", time_over, AtMost(1.1)),
    Ratio("data.lookup_vs_psycopg", "lookup", "psycopg", rate_over, AtLeast(0.85)),
    Ratio("data.lookup_8_vs_psycopg", "lookup_8", "psycopg", rate_over, AtLeast(0.85)),
    Ratio("data.lookup_direct_vs_psycopg", "lookup_direct", "psycopg", rate_over),
    Ratio("data.lookup_async_vs_psycopg", "lookup_async", "psycopg", rate_over, AtLeast(0.85)),
    Ratio("data.lookup_async_8_vs_psycopg", "lookup_async_8", "psycopg", rate_over, AtLeast(0.85)),
    Ratio("data.lookup_vs_sqlalchemy", "lookup_built", "sqlalchemy", rate_over, AtLeast(2)),
    Ratio("data.lookup_8_vs_sqlalchemy", "lookup_built_8", "sqlalchemy", rate_over, AtLeast(2)),
    Ratio("data.copy_vs_psycopg", "copy", "psycopg", time_over, AtMost(1.15)),
    Ratio("data.sqlite_lookup_vs_stdlib", "sqlite_lookup", "stdlib", rate_over, AtLeast(0.6)),
)
RUNS = tuple(dict.fromkeys((ratio.task, library) for ratio in RATIOS for library in (OWN, ratio.against)))
"""Each task by each library that does it; those of one task stand side by side."""


@contextmanager
def places(cores: Cores) -> Iterator[Places]:
    """PostgreSQL on the processor of the load, with the tables, and a SQLite file."""
    with tempfile.TemporaryDirectory(prefix="arlen-bench-") as folder, pinned(cores.load), postgres_server() as server:
        file = Path(folder) / "people.sqlite3"
        fill(file)
        with server.database() as database:
            server.execute(SCHEMA, dsn=database.dsn)
            yield Places(database.dsn, str(file))


def output(core: int, *arguments: str) -> str:
    """What ``python -m <arguments>`` prints in a fresh process. Raises TaskFailed."""
    with pinned(core):
        command = (sys.executable, "-m", *arguments)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise TaskFailed(done.stderr.strip().rpartition("\n")[2])
    return done.stdout


@dataclass(frozen=True, slots=True)
class Tasks:
    name: str = "tasks"

    @property
    def subjects(self) -> Sequence[str]:
        return list(DISTRIBUTIONS)

    def run(self, options: Options, say: Say) -> Section:
        try:
            with places(options.cores) as where:
                found, missing = self.rounds(where, options, say)
        except (ServiceUnavailable, ProcessError) as error:
            return Section(missing={"all": str(error)})
        measured = [figure for ratio in RATIOS if (figure := ratio.measured(found))]
        import_ms = over_bare_ms(("-c", "import arlen_data"), options.cores.server)
        return Section(
            figures=[*measured, Measured("data.import_ms", import_ms, AtMost(40))],
            tables=[times_table(found)],
            missing=missing,
            panels=panels(found),
            details={
                "times": {" ".join(run): rounds for run, rounds in found.items()},
                "versions": installed(filter(None, DISTRIBUTIONS.values())),
            },
        )

    def rounds(
        self, where: Places, options: Options, say: Say
    ) -> tuple[dict[tuple[str, str], list[Times]], dict[str, str]]:
        """Every run's times, and the reason for each that failed; one that failed is left out from then on."""
        found: dict[tuple[str, str], list[Times]] = {}
        missing: dict[str, str] = {}
        chosen = [(task, library) for task, library in RUNS if library in (options.subjects or self.subjects)]
        for round in range(1, options.effort.rounds + 1):
            for task, library in chosen:
                if f"{task} {library}" in missing:
                    continue
                say(f"round {round}/{options.effort.rounds}  {task}  {library}")
                arguments = ("ci.bench.data", library, task, where.postgres, where.sqlite)
                try:
                    found.setdefault((task, library), []).append(json.loads(output(options.cores.server, *arguments)))
                except TaskFailed as error:
                    missing[f"{task} {library}"] = str(error)
                    say(f"  left out: {error}")
        return found, missing


@dataclass(frozen=True, slots=True)
class StreamGrowth:
    """How much memory a process grows while it streams a million rows."""

    name: str = "stream"

    @property
    def subjects(self) -> Sequence[str]:
        return [OWN]

    def run(self, options: Options, say: Say) -> Section:
        if options.subjects and OWN not in options.subjects:
            return Section()
        try:
            with places(options.cores) as where:
                arguments = (options.cores.server, "ci.bench.data.stream", where.postgres)
                growths = [float(output(*arguments)) for _ in range(options.effort.rounds)]
        except (ServiceUnavailable, ProcessError, TaskFailed) as error:
            return Section(missing={OWN: str(error)})
        return Section(figures=[Measured.median("data.stream_growth_mib", growths, AtMost(16))])


def times_table(found: Found) -> str:
    head = ("microseconds", "library", "median", "CPU")
    rows = [
        [task, library, f"{middle(rounds, 'seconds') * 1e6:,.1f}", f"{middle(rounds, 'cpu') * 1e6:,.1f}"]
        for (task, library), rounds in found.items()
        if rounds
    ]
    return table(head, rows)


def panels(found: Found) -> list[Panel]:
    return [
        Panel(
            task,
            "operations per second",
            [
                Bar(library, 1 / middle(rounds, "seconds"), Role.HOUSE if library == OWN else Role.PEER)
                for (of, library), rounds in found.items()
                if of == task and rounds
            ],
        )
        for task in dict.fromkeys(task for task, _ in found)
    ]


DATA = Suite("data", "SQL built, sent and read", (Tasks(), StreamGrowth()))
