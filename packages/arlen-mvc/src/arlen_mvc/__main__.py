"""``python -m arlen_mvc templates check|compile``"""

from __future__ import annotations

import sys
from collections.abc import Sequence

USAGE = "usage: python -m arlen_mvc templates check|compile [options]"


def main(argv: Sequence[str]) -> int:
    """Run the command that the first argument names; the exit status is 2 when there is none of that name."""
    if argv[:1] != ["templates"]:
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 2
    from .templates.command import run_templates

    return run_templates(argv[1:])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
