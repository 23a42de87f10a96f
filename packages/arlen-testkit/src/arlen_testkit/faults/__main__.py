"""``python -m arlen_testkit.faults --plan PLAN -- module:app``: serve, with a system that fails as planned."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from arlen_http.__main__ import main as serve

from arlen_testkit.errors import FaultError

from .plan import SEAMS, parse_plan
from .seams import replace_seams
from .sockets import FaultyListener
from .trigger import Trigger

NAME = "arlen-testkit faults"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal says stop; the exit code is that of ``python -m arlen_http``, 2 for an invalid plan."""
    options = _parser().parse_args(arguments)
    try:
        trigger = Trigger(parse_plan(options.plan), options.hits)
    except FaultError as error:
        sys.stderr.write(f"{NAME}: {error}\n")
        return 2

    def arm(*_: object) -> None:
        trigger.armed = True
        os.write(sys.stdout.fileno(), b"faults armed\n")

    signal.signal(signal.SIGUSR2, arm)
    replace_seams(trigger)
    listener = FaultyListener.bound(trigger, ("127.0.0.1", options.port))
    return serve(["--loop", "asyncio", *options.command], sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    seams = "\n".join(f"  {seam:20}{meaning}" for seam, meaning in SEAMS.items())
    parser = argparse.ArgumentParser(
        prog="python -m arlen_testkit.faults",
        description=__doc__,
        epilog=f"seams:\n{seams}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--plan", required=True, help='such as "io.send=EAGAIN@1;fs.open=EINTR@2x3"')
    parser.add_argument("--hits", type=Path, default=Path(os.devnull), help="file for a line of JSON per fault")
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1 (default: a free one)")
    parser.add_argument("command", nargs="+", metavar="module:app", help="what python -m arlen_http is given")
    return parser


if __name__ == "__main__":
    sys.exit(main())
