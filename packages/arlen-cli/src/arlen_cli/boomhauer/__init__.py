"""boomhauer, the development server: builds the application anew on every change, and tells browsers about it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``boomhauer`` with these arguments (default: those of the process) and return the exit status."""
    from arlen_cli.commands.boomhauer import command
    from arlen_cli.main import run

    return run(command, "boomhauer", sys.argv[1:] if argv is None else argv)
