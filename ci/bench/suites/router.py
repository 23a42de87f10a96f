"""Routers by themselves, 12,000 routes beside 120: matches per second, and how much slower the larger table is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ci.bench.catalogue import Role
from ci.bench.cpu import pinned
from ci.bench.figures import Measured
from ci.bench.machine import installed
from ci.bench.measurements import Options, Say, Section
from ci.bench.plot import Bar, Panel
from ci.bench.report import table
from ci.bench.root import ROOT
from ci.bench.startup import over_bare_ms

from .suite import Suite

LARGE, SMALL = "12000", "120"
LOOKUPS = ("static", "param", "wildcard", "miss")
OWN = "arlen"
DISTRIBUTIONS = {
    OWN: "arlen-router",
    "falcon": "falcon",
    "sanic": "sanic-routing",
    "werkzeug": "werkzeug",
    "starlette": "starlette",
}

Timing = Mapping[str, Mapping[str, float]]
"""Nanoseconds by table size and look-up, beside ``build_ms``."""


class RouterUnavailable(Exception):
    """A router that cannot take part; the message is the reason."""


def timed(router: str, core: int) -> Timing:
    """One round of one router in a fresh process. Raises RouterUnavailable."""
    with pinned(core):
        command = (sys.executable, "-m", "ci.bench.routers", router, SMALL, LARGE)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RouterUnavailable(done.stderr.strip().rpartition("\n")[2])
    timing: Timing = json.loads(done.stdout)
    return timing


def middle(rounds: Sequence[Timing]) -> Timing:
    """The median of each time."""
    return {size: {name: median(one[size][name] for one in rounds) for name in of} for size, of in rounds[0].items()}


def growth(timing: Timing) -> float:
    """How much longer one look-up of each kind takes in the large table than in the small one."""
    large, small = (sum(timing[size][name] for name in LOOKUPS) for size in (LARGE, SMALL))
    return large / small


def figures(timing: Timing) -> dict[str, float]:
    """Matches per second in the large table, and the growth."""
    rates = {f"router.{name}": 1e9 / timing[LARGE][name] for name in LOOKUPS}
    return {**rates, "router.growth": growth(timing)}


@dataclass(frozen=True, slots=True)
class LookUps:
    name: str = "look-ups"

    @property
    def subjects(self) -> Sequence[str]:
        return list(DISTRIBUTIONS)

    def run(self, options: Options, say: Say) -> Section:
        rounds, missing = self.rounds(options, say)
        timings = {router: middle(of) for router, of in rounds.items()}
        own = figures(timings[OWN]) if OWN in timings else {}
        if own:
            own["router.import_ms"] = over_bare_ms(("-c", "import arlen_router"), options.cores.server)
        return Section(
            figures=[Measured(key, value) for key, value in own.items()],
            tables=[rates_table(timings)],
            missing=missing,
            panels=panels(timings),
            details={
                "nanoseconds": timings,
                "rounds": rounds,
                "versions": installed(DISTRIBUTIONS.values()),
            },
        )

    def rounds(self, options: Options, say: Say) -> tuple[dict[str, list[Timing]], dict[str, str]]:
        """Every timing by router, and the reason for each router that is missing."""
        found: dict[str, list[Timing]] = {}
        missing: dict[str, str] = {}
        for round in range(1, options.effort.rounds + 1):
            for router in options.subjects or self.subjects:
                if router in missing:
                    continue
                say(f"round {round}/{options.effort.rounds}  {router}")
                try:
                    found.setdefault(router, []).append(timed(router, options.cores.server))
                except RouterUnavailable as error:
                    missing[router] = str(error)
                    say(f"  left out: {error}")
        return {router: timings for router, timings in found.items() if timings}, missing


def rates_table(timings: Mapping[str, Timing]) -> str:
    head = ("12,000 routes", *(f"{name}/s" for name in LOOKUPS), "growth", "build ms")
    rows = [
        [
            DISTRIBUTIONS[router],
            *(f"{1e9 / timing[LARGE][name]:,.0f}" for name in LOOKUPS),
            f"{growth(timing):.2f}",
            f"{timing[LARGE]['build_ms']:,.0f}",
        ]
        for router, timing in timings.items()
    ]
    return table(head, rows)


def panels(timings: Mapping[str, Timing]) -> list[Panel]:
    return [
        Panel(
            name,
            "matches per second, aimed at the route registered last",
            [
                Bar(DISTRIBUTIONS[router], 1e9 / timing[LARGE][name], Role.HOUSE if router == OWN else Role.PEER)
                for router, timing in sorted(timings.items(), key=lambda pair: pair[1][LARGE][name])
            ],
        )
        for name in LOOKUPS
    ]


ROUTER = Suite("router", "look-ups per second among 12,000 routes", (LookUps(),))
