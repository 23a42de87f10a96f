"""``python -m arlen_data``: what the data layer does from a command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .commands import codegen, migrate, schema_codegen, typed_sql
from .commands.parser import Parser

COMMANDS = (migrate, schema_codegen, typed_sql, codegen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for a failure, 2 for a wrong command line."""
    parser = Parser(prog="python -m arlen_data", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands.choices[options.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
