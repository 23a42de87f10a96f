"""What each kind of database makes of SQL text."""

from __future__ import annotations

from .postgres.syntax import PostgresSyntax
from .queries import Syntax
from .sqlite.syntax import SqliteSyntax

_SYNTAXES: dict[str, Syntax] = {syntax.name: syntax for syntax in (SqliteSyntax(), PostgresSyntax())}


def syntax_of(dialect: str) -> Syntax:
    """The syntax of ``sqlite`` or ``postgresql``."""
    return _SYNTAXES[dialect]
