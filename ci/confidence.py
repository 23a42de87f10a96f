"""What a release of arlen-data rests on, gathered: python -m ci.confidence [--quick]

The tests on every database of ``ci.engines``, the soak at its full length, what the adapters say of themselves and
which statements are compared on both databases; as ``confidence.json`` for programs and ``confidence.md`` for people,
in ``build/release_confidence/data``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arlen_data import Database, __version__

from .engines.engine import LIBRARIES, MAJORS, postgresql, sqlite
from .engines.suite import TESTS, Outcome, reporting, run
from .engines.wheels import ROOT

PACK = ROOT / "build" / "release_confidence" / "data"
LONGEST_SOAK = "5000"


def gathered(outcomes: Iterable[Outcome], soaks: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The pack as one document; its keys are sorted when it is written."""
    scenarios = json.loads((TESTS / "fixtures/sql_builder/conformance_matrix.json").read_text("utf-8"))["scenarios"]
    adapters = {
        name: dict(Database.open(url).capability_metadata())
        for name, url in {"postgresql": "postgresql://nowhere/", "sqlite": ":memory:"}.items()
    }
    return {
        "version": __version__,
        "generated_at": _now(),
        "commit": _commit(),
        "runs": [{**asdict(outcome), "good": outcome.good} for outcome in outcomes],
        "soaks": [dict(soak) for soak in soaks],
        "adapters": adapters,
        "scenarios": {scenario["id"]: len(scenario["parameters"]) for scenario in scenarios},
    }


def page(pack: Mapping[str, Any]) -> str:
    """The pack for a reader."""
    runs = [f"| {run['engine']} {run['version']} | {run['passed']} | {run['failed']} |" for run in pack["runs"]]
    soaks = [
        f"| {soak['soak_database']} | {soak['soak_rounds']} | {soak['soak_growth_bytes']} | {soak['soak_seconds']} |"
        for soak in pack["soaks"]
    ]
    return "\n".join(
        [
            f"# arlen-data {pack['version']}: what it was tested with",
            "",
            f"Commit {pack['commit']}, {pack['generated_at']}.",
            "",
            "| database | tests passed | failed |",
            "|---|---|---|",
            *runs,
            "",
            "Two statements in turn, with room for two in each cache:",
            "",
            "| database | rounds | memory grew by (bytes) | seconds |",
            "|---|---|---|---|",
            *soaks,
            "",
            f"{len(pack['scenarios'])} built statements give the same rows on both databases as their text promises.",
            "",
        ]
    )


def write(pack: Mapping[str, Any], folder: Path = PACK) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "confidence.json").write_text(json.dumps(pack, indent=2, sort_keys=True) + "\n", "utf-8")
    (folder / "confidence.md").write_text(page(pack), "utf-8")


def soaked(rounds: str) -> list[dict[str, str]]:
    """The figures of the soak on both databases; none of a database on which it failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", *reporting(report), str(TESTS / "reliability/test_soak.py")]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "ARLEN_SOAK_ITERS": rounds}, check=False, timeout=600)
        cases = list(ElementTree.parse(report).iter("testcase"))
    figures = [
        {item.get("name", ""): item.get("value", "") for item in case.iter("property")}
        for case in cases
        if case.find("failure") is None and case.find("error") is None
    ]
    return [figure for figure in figures if figure]


def main(arguments: Sequence[str] | None = None) -> int:
    """Gather and write the pack; 0 when everything in it is good."""
    parser = argparse.ArgumentParser(prog="python -m ci.confidence", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the newest databases and a short soak")
    options = parser.parse_args(arguments)
    engines = [*map(postgresql, MAJORS[-1:] if options.quick else MAJORS)]
    engines += map(sqlite, list(LIBRARIES)[-1:] if options.quick else LIBRARIES)
    outcomes = [run(engine) for engine in engines]
    soaks = soaked("120" if options.quick else LONGEST_SOAK)
    write(gathered(outcomes, soaks))
    print(f"\n{PACK / 'confidence.md'}")
    return 0 if len(soaks) == 2 and all(outcome.good for outcome in outcomes) else 1


def _now() -> str:
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
