"""The statements of a SQL migration, each with the line on which its code starts."""

from __future__ import annotations

from arlen_data.script import ScriptStatement, SQLScript
from arlen_data.sql.lexer import scan


def statements_of(text: str) -> tuple[ScriptStatement, ...]:
    """The statements without their semicolons and without the comments before them.

    Raises:
        InvalidArgumentError: code ``unterminated_statement``; ``details["line"]`` is where that statement starts.
    """
    pieces = SQLScript.parse(text).statements
    return tuple(statement for piece in pieces if (statement := _without_comments(piece)) is not None)


def _without_comments(piece: ScriptStatement) -> ScriptStatement | None:
    position = 0
    for kind, lexeme in scan(piece.sql):
        if kind != "comment" and lexeme.strip(" \t\r\n\f\v;"):
            position += len(lexeme) - len(lexeme.lstrip())
            sql = piece.sql[position:].rstrip().removesuffix(";").rstrip()
            return ScriptStatement(sql, piece.line + piece.sql.count("\n", 0, position))
        position += len(lexeme)
    return None
