"""The command line of ``propane``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from arlen_config import application_root

from .errors import AppTargetError
from .target import AppTarget


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for; ``overrides`` are settings by their key in the configuration, None where not given."""

    target: AppTarget
    app_root: Path
    environment: str
    overrides: dict[str, object]


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Wrong usage ends the process with status 2."""
    given = _parser().parse_args(arguments)
    return Options(
        target=given.target,
        app_root=application_root() if given.app_root is None else given.app_root.absolute(),
        environment=given.env,
        overrides={
            "host": given.host,
            "port": given.port,
            "propane_accessories.worker_count": given.workers,
            "propane_accessories.graceful_shutdown_seconds": given.graceful_seconds,
            "propane_accessories.respawn_delay_ms": given.respawn_delay_ms,
        },
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="propane", description="Serve an application with several worker processes.")
    parser.add_argument("target", type=_target, metavar="MODULE:ATTRIBUTE", help="application, handler or factory")
    parser.add_argument("--host", help="address to listen on, or unix:/path/of/socket")
    parser.add_argument("--port", type=_whole_number(0, 65_535), help="0 lets the system choose one")
    parser.add_argument("--workers", type=_whole_number(1), metavar="N", help="worker processes")
    parser.add_argument(
        *("--graceful-shutdown-seconds", "--graceful-seconds"),
        dest="graceful_seconds",
        type=_whole_number(1),
        metavar="N",
        help="what a worker gets to finish its requests",
    )
    parser.add_argument(
        "--respawn-delay-ms", type=_whole_number(0), metavar="N", help="from the end of a worker to its replacement"
    )
    parser.add_argument("--env", default="production", metavar="NAME", help="environment (default: production)")
    parser.add_argument("--app-root", type=Path, metavar="DIRECTORY", help="default: ARLEN_APP_ROOT, or here")
    return parser


def _target(text: str) -> AppTarget:
    try:
        return AppTarget.parse(text)
    except AppTargetError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _whole_number(minimum: int, maximum: float = float("inf")) -> Callable[[str], int]:
    def parsed(text: str) -> int:
        if not text.isdecimal() or not minimum <= int(text) <= maximum:
            bounds = f"of at least {minimum}" if maximum == float("inf") else f"from {minimum} to {maximum}"
            raise argparse.ArgumentTypeError(f"{text!r} is not an integer {bounds}")
        return int(text)

    return parsed
