"""SQL scripts: several statements in one text, such as a schema."""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from .errors import InvalidArgumentError
from .sql.lexer import Lexeme, scan
from .sql.nesting import Nesting

_POSTGRES_TRIGGER = re.compile(r"[^;]*\bTRIGGER\b[^;]*\bEXECUTE\s+(?:FUNCTION|PROCEDURE)\b[^;]*;", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptStatement:
    """One statement of a script and the line (1-based) on which its text starts."""

    sql: str
    line: int


@dataclass(frozen=True, slots=True)
class SQLScript:
    """Statements that run together or not at all.

    Triggers, comments and quoted semicolons are understood, PostgreSQL's dollar quotes, ``BEGIN ATOMIC`` bodies and
    the lists of commands of rules too.
    """

    statements: tuple[ScriptStatement, ...]

    @classmethod
    def parse(cls, text: str) -> SQLScript:
        """Split ``text`` into statements; the last one needs no semicolon.

        Raises:
            InvalidArgumentError: code ``unterminated_statement`` when a quote, comment, parenthesis or body stays open;
                ``details["line"]`` is where that statement starts.
        """
        statements: list[ScriptStatement] = []
        masked = _masked(text)
        start = 0
        end = masked.find(";")
        while end >= 0:
            if _is_complete(masked[start : end + 1]):
                statements += _statement(text, start, end + 1)
                start = end + 1
            end = masked.find(";", end + 1)
        for rest in _statement(text, start, len(text)):
            if not _is_complete(_masked(f"{rest.sql}\n;")):
                raise InvalidArgumentError(
                    f"the statement on line {rest.line} of the script never ends; close its quote, comment, "
                    "parenthesis or body",
                    code="unterminated_statement",
                    details={"line": rest.line, "sql": rest.sql},
                )
            statements.append(rest)
        return cls(tuple(statements))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> SQLScript:
        """The script in a UTF-8 file."""
        return cls.parse(Path(path).read_text(encoding="utf-8"))


def _masked(text: str) -> str:
    """The text, as long as before, with what only PostgreSQL knows made harmless: its quotes and nested semicolons."""
    nesting = Nesting()
    return "".join([_harmless(lexeme, nesting.read(lexeme)) for lexeme in scan(text)])


def _harmless(lexeme: Lexeme, text: str) -> str:
    match lexeme.kind:
        case "literal" if text[0] in "$eE":
            return "x" * len(text)
        case "unterminated":
            return "'".ljust(len(text), "x")
        case _:
            return text


def _is_complete(sql: str) -> bool:
    """Whether a statement ends here; only a trigger of SQLite has semicolons inside."""
    return sqlite3.complete_statement(sql) or _POSTGRES_TRIGGER.fullmatch(sql) is not None


def _statement(text: str, start: int, end: int) -> list[ScriptStatement]:
    piece = text[start:end]
    sql = piece.strip()
    if not sql.strip(";"):
        return []
    first = start + len(piece) - len(piece.lstrip())
    return [ScriptStatement(sql, text.count("\n", 0, first) + 1)]
