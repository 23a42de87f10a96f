"""Programs that measure something in their own process and print one number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ci.bench.cpu import pinned
from ci.bench.figures import Measured
from ci.bench.goals import Goal
from ci.bench.root import ROOT

from .measurement import Options, Say, Section


@dataclass(frozen=True, slots=True)
class Program:
    """``module`` is one of ``ci.bench.programs``; the number that it prints is the value of ``key``."""

    key: str
    module: str
    goal: Goal


@dataclass(frozen=True, slots=True)
class Programs:
    """Each program in a fresh process on the server's processor, once in every round."""

    name: str
    programs: Sequence[Program]

    @property
    def subjects(self) -> Sequence[str]:
        return []

    def run(self, options: Options, say: Say) -> Section:
        figures, missing = [], {}
        for program in self.programs:
            say(f"{program.module}, {options.effort.rounds} rounds")
            try:
                values = [printed(program.module, options.cores.server) for _ in range(options.effort.rounds)]
            except (subprocess.CalledProcessError, ValueError) as error:
                missing[program.key] = str(error)
            else:
                figures.append(Measured.median(program.key, values, program.goal))
        return Section(figures=figures, missing=missing)


def printed(module: str, core: int) -> float:
    """What the program prints. Raises CalledProcessError or ValueError."""
    with pinned(core):
        command = (sys.executable, "-m", f"ci.bench.programs.{module}")
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)
