"""``codegen schema`` and ``codegen sql``: both generators under one name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from . import schema_codegen, typed_sql

if TYPE_CHECKING:
    from typing import TypeAlias

    Commands: TypeAlias = argparse._SubParsersAction[Any]


def add_to(commands: Commands) -> None:
    """Add the command to a command line."""
    parser = commands.add_parser("codegen", help="codegen schema, or codegen sql: either generator")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    for generator in (schema_codegen, typed_sql):
        generator.add_to(kinds)
