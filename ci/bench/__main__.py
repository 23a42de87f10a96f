"""``python -m ci.bench <suite>``: measure, print, and write build/bench/<suite>.json and .svg."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from dataclasses import asdict

from .cpu import Cores, TooFewProcessors
from .load import Generator
from .machine import commit, machine, python
from .rounds import Effort
from .suites import SUITES, Options


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ci.bench", description="Measure Arlen beside its peers.")
    parser.add_argument("suite", choices=SUITES, help="what to measure")
    parser.add_argument("--rounds", type=positive, default=3, help="rounds over all subjects (3)")
    parser.add_argument("--seconds", type=positive, default=2, help="length of one run (2)")
    parser.add_argument("--connections", type=positive, default=32, help="keep-alive connections (32)")
    parser.add_argument("--subjects", default="", help="names, separated by commas (all)")
    return parser


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = arguments()
    given = parser.parse_args()
    suite = SUITES[given.suite]
    chosen = [name for name in given.subjects.split(",") if name]
    if unknown := sorted(set(chosen) - set(suite.subjects)):
        parser.error(f"suite {suite.name} has no {', '.join(unknown)}; it has {', '.join(suite.subjects)}")
    try:
        cores = Cores.available()
    except TooFewProcessors as error:
        say(f"bench: {error}")
        return 1
    options = Options(
        Effort(given.rounds, given.seconds, given.connections), cores, Generator.installed(), tuple(chosen)
    )
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    surroundings = {
        "started": started,
        "commit": commit(),
        "python": python(),
        "machine": machine(),
        "effort": asdict(options.effort),
        "cores": asdict(cores),
        "generator": options.generator.name,
    }
    report = suite.run(options, say)
    print("\n".join(report.lines()))
    for path in report.write(surroundings):
        say(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
