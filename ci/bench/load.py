"""Load generators: wrk where it is installed, else our own; one result type for both."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from .cpu import CPUTime, pinned
from .root import ROOT
from .scenarios import Question
from .subjects.content import HOST

REPORT = Path(__file__).with_name("wrk_report.lua")


class LoadError(Exception):
    """A run that says nothing about speed: the generator failed, or some answers were errors."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run gave. Latencies are in milliseconds, ``cpu`` is the generator's own."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: CPUTime

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Generator:
    """A program that loads one URL and prints one JSON object as its last line; wrk knows whole seconds only.

    After ``--`` come method, body and header fields.

    The object has ``requests``, ``errors``, ``duration_us``, ``p50_us`` and ``p99_us``.
    """

    name: str
    command: tuple[str, ...]

    @classmethod
    def installed(cls) -> Generator:
        wrk = shutil.which("wrk")
        return cls.wrk(wrk) if wrk else cls.own()

    @classmethod
    def wrk(cls, path: str) -> Generator:
        command = (path, "--threads=1", "--connections={connections}", "--duration={whole_seconds}s", "--latency")
        return cls("wrk", (*command, f"--script={REPORT}", "{url}"))

    @classmethod
    def own(cls) -> Generator:
        command = (sys.executable, "-m", "ci.bench.generator")
        return cls("asyncio", (*command, "--connections={connections}", "--seconds={seconds}", "{url}"))

    def run(self, port: int, question: Question, *, core: int, connections: int, seconds: float) -> Load:
        """Ask the question for ``seconds`` over keep-alive connections. Raises LoadError."""
        url = f"http://{HOST}:{port}{question.path}"
        values = {"url": url, "connections": connections, "seconds": seconds, "whole_seconds": ceil(seconds)}
        fields = (f"{name}: {value}" for name, value in question.headers.items())
        asked = ("--", question.method, question.body.decode(), *fields)
        command = [*(part.format_map(values) for part in self.command), *asked]
        before = children_time()
        with pinned(core):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 60)
        if done.returncode:
            raise LoadError(f"{self.name} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return parse(done.stdout, children_time() - before)


def children_time() -> CPUTime:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return CPUTime(usage.ru_utime, usage.ru_stime)


def parse(output: str, cpu: CPUTime = CPUTime()) -> Load:  # noqa: B008 - immutable
    """A generator's output as a result. Raises LoadError when answers failed or none came."""
    last = output.strip().rpartition("\n")[2]
    try:
        counted = json.loads(last)
    except ValueError as error:
        raise LoadError(f"no summary in the generator's output: {last!r}") from error
    if counted["errors"] or not counted["requests"]:
        raise LoadError(f"{counted['errors']} errors in {counted['requests']} answers")
    return Load(
        requests=counted["requests"],
        seconds=counted["duration_us"] / 1e6,
        p50_ms=counted["p50_us"] / 1e3,
        p99_ms=counted["p99_us"] / 1e3,
        cpu=cpu,
    )
