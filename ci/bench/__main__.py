"""``python -m ci.bench <suite>`` and ``python -m ci.bench profile <target>``: measure, print, write build/bench."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from .cpu import Cores, TooFewProcessors
from .load import Generator
from .machine import Surroundings
from .measurements import Options
from .memory import TooFewFiles
from .profile.command import Profile, profile
from .profile.targets import TARGETS
from .report import Report
from .rounds import Effort
from .subjects.content import write_file
from .suites import SUITES, Suite


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def duration(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds")
    return seconds


def names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ci.bench", description="Measure Arlen beside its peers.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="suite")
    for suite in SUITES.values():
        command = commands.add_parser(suite.name, help=suite.title)
        command.add_argument("--rounds", type=positive, default=suite.rounds, help=f"rounds ({suite.rounds})")
        command.add_argument("--seconds", type=duration, default=2.0, help="length of one run (2)")
        command.add_argument("--connections", type=positive, default=32, help="keep-alive connections (32)")
        command.add_argument("--subjects", type=names, default=[], help="names, separated by commas (all)")
        command.add_argument("--only", type=names, default=[], help=f"of {', '.join(suite.parts)} (all)")
        command.add_argument("--docs", action="store_true", help="write the figures into docs/performance.md too")
        command.set_defaults(suite=suite)
    command = commands.add_parser("profile", help="where the time of a request goes, stage by stage")
    command.add_argument("target", choices=TARGETS)
    command.add_argument("--seconds", type=duration, default=10.0, help="length of the sampling (10)")
    command.add_argument("--docs", action="store_true", help="write table and flame graph into docs too")
    command.set_defaults(suite=None)
    return parser


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = arguments()
    given = parser.parse_args()
    started = time.time()
    try:
        cores = Cores.available()
        found: Report | Profile
        settings: dict[str, object]
        if given.suite is None:
            found, settings = profile(given.target, cores, given.seconds, say), {}
        else:
            refuse_unknown(parser, "--subjects", given.subjects, given.suite.subjects)
            refuse_unknown(parser, "--only", given.only, given.suite.parts)
            if given.docs and (given.only or given.subjects):
                parser.error("--docs needs the whole suite; leave --only and --subjects out")
            found, settings = measure(given, cores)
    except (TooFewProcessors, TooFewFiles) as error:
        say(f"bench: {error}")
        return 1
    print("\n".join(found.lines()))
    surroundings = Surroundings.since(started)
    for path in found.write({**asdict(surroundings), "cores": asdict(cores), **settings}):
        say(f"wrote {path}")
    if given.docs:
        found.publish(str(surroundings))
    return 0


def refuse_unknown(parser: argparse.ArgumentParser, option: str, chosen: Sequence[str], known: Sequence[str]) -> None:
    if unknown := sorted(set(chosen) - set(known)):
        parser.error(f"{option}: there is no {', '.join(unknown)}; there is {', '.join(known)}")


def measure(given: argparse.Namespace, cores: Cores) -> tuple[Report, dict[str, object]]:
    """The report of a suite, and with what effort it was made."""
    effort, generator = Effort(given.rounds, given.seconds, given.connections), Generator.installed()
    write_file()
    suite: Suite = given.suite.only(given.only) if given.only else given.suite
    report = suite.run(Options(effort, cores, generator, given.subjects), say)
    return report, {"effort": asdict(effort), "generator": generator.name}


if __name__ == "__main__":
    sys.exit(main())
