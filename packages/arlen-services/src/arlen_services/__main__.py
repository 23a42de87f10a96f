"""``python -m arlen_services``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .commands import i18n, jobs, schedule, worker
from .errors import ArlenServicesError

COMMANDS = (i18n, jobs, schedule, worker)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status. A fault of the program or its surroundings is one line, and the status 2."""
    parser = argparse.ArgumentParser(prog="python -m arlen_services")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    parsed = parser.parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
    except ArlenServicesError as error:
        print(f"{error.code}: {error}", file=sys.stderr)  # noqa: T201 - what a command answers
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
