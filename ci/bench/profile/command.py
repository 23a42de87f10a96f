"""``python -m ci.bench profile <target>``: the table of stages and the flame graph."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci.bench import page
from ci.bench.cpu import Cores, pinned
from ci.bench.report import BUILD, table
from ci.bench.root import ROOT

from .flame import folded, svg
from .targets import TARGETS, Target

PROCESSES = 3

Stages = Mapping[str, Mapping[str, float]]
"""Nanoseconds by kind of request and stage; ``whole`` is no stage but the request without notes."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What was found about one target; ``picture`` is its flame graph."""

    target: str
    stages: Stages
    picture: str

    @property
    def head(self) -> list[str]:
        return ["us per request", *self.stages]

    @property
    def rows(self) -> list[list[str]]:
        """A line for each stage, their sum, and the same request without notes."""
        kinds = list(self.stages.values())
        lines = {stage: [taken[stage] for taken in kinds] for stage in kinds[0] if stage != "whole"}
        lines["together"] = [total(taken) for taken in kinds]
        lines["the same, not taken apart"] = [taken["whole"] for taken in kinds]
        return [[name, *(f"{nanoseconds / 1e3:.2f}" for nanoseconds in values)] for name, values in lines.items()]

    def lines(self) -> list[str]:
        """The profile as it is printed."""
        return [table(self.head, self.rows)]

    def write(self, surroundings: Mapping[str, object], directory: Path = BUILD) -> list[Path]:
        """Write ``profile-<target>.json`` and ``.svg``; the paths written."""
        directory.mkdir(parents=True, exist_ok=True)
        result, picture = directory / f"profile-{self.target}.json", directory / self.picture_name
        result.write_text(json.dumps({"nanoseconds": self.stages, **surroundings}, indent=2) + "\n")
        picture.write_text(self.picture)
        return [result, picture]

    def publish(self, caption: str) -> None:
        """Put table and picture into the guides."""
        name = f"profile {self.target}"
        picture = page.Picture(self.picture_name, f"flame graph of the {name}", self.picture)
        page.put(name, page.markdown(self.head, self.rows), caption, picture)

    @property
    def picture_name(self) -> str:
        return f"profile-{self.target}.svg"


def profile(target: str, cores: Cores, seconds: float, say: Callable[[str], None]) -> Profile:
    """Take a request apart, then sample it for ``seconds``, each in processes of their own.

    Raises:
        subprocess.CalledProcessError: the request was not answered as expected.
    """
    say(f"profile: stages, {PROCESSES} processes")
    taken: list[Stages] = [json.loads(output("worker", target, core=cores.server)) for _ in range(PROCESSES)]
    say(f"profile: samples, {seconds:g} s")
    stacks = output("sampling", target, str(seconds), core=cores.server)
    return Profile(target, quickest(taken), picture(TARGETS[target], stacks))


def output(program: str, *arguments: str, core: int) -> str:
    """What a program of this package prints."""
    command = [sys.executable, "-m", f"ci.bench.profile.{program}", *arguments]
    with pinned(core):
        return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout


def quickest(processes: Sequence[Stages]) -> Stages:
    """For each kind of request what the process found that needed least for it."""
    return {kind: min((each[kind] for each in processes), key=total) for kind in processes[0]}


def total(taken: Mapping[str, float]) -> float:
    return sum(nanoseconds for stage, nanoseconds in taken.items() if stage != "whole")


def picture(target: Target, stacks: str) -> str:
    root = folded(stacks.splitlines())
    note = f"{root.samples:,} samples without a socket; green: arlen-http, blue: other packages of Arlen"
    return svg(root, f"{target.title}: GET {target.path} with a browser's header fields", note)
