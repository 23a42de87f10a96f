"""The tests of arlen-data on one database, and how they came out."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .engine import Engine
from .touching import VARIABLE
from .wheels import ROOT

TESTS = ROOT / "packages" / "arlen-data" / "tests"
ADDRESS = "ARLEN_PG_TEST_DSN"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the tests said.

    Attributes:
        engine: ``postgresql`` or ``sqlite``.
        version: its exact version.
        passed: how many tests passed.
        failed: how many failed, could not be prepared or did not run.
        seconds: how long it took.
    """

    engine: str
    version: str
    passed: int
    failed: int
    seconds: float

    @property
    def good(self) -> bool:
        return self.passed > 0 and self.failed == 0

    def __str__(self) -> str:
        return f"{self.engine} {self.version}: {self.passed} passed, {self.failed} failed, {self.seconds:.0f} s"


def run(engine: Engine, folders: Sequence[str] = (), arguments: Sequence[str] = ()) -> Outcome:
    """Run the tests below these folders (default: all) that touch the database."""
    places = [str(TESTS / folder) for folder in folders] or [str(TESTS)]
    left_out = [f"--ignore={TESTS / folder}" for folder in engine.left_out]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n2", "-p", "ci.engines.touching", *reporting(report)]
        subprocess.run(
            [*command, *left_out, *arguments, *places], cwd=ROOT, env=_environment(engine), check=False, timeout=1200
        )
        return read(engine, report)


def reporting(report: Path) -> list[str]:
    """Arguments of pytest for a report with the figures that tests record."""
    return ["-o", "junit_family=xunit1", f"--junitxml={report}"]


def read(engine: Engine, report: Path) -> Outcome:
    """The outcome in a report of pytest; nothing passed where there is none."""
    if not report.is_file():
        return Outcome(engine.name, engine.version, 0, 1, 0.0)
    suites = list(ElementTree.parse(report).iter("testsuite"))
    total, *bad = (
        sum(int(suite.get(kind, 0)) for suite in suites) for kind in ("tests", "failures", "errors", "skipped")
    )
    seconds = sum(float(suite.get("time", 0)) for suite in suites)
    return Outcome(engine.name, engine.version, total - sum(bad), sum(bad), seconds)


def _environment(engine: Engine) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if name != ADDRESS and not name.startswith("PYTEST_")
    }
    return {**inherited, **engine.environment, VARIABLE: engine.name}
