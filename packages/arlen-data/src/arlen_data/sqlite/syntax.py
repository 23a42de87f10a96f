"""What SQLite makes of a text before it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from arlen_data.errors import InvalidArgumentError
from arlen_data.parameters import Parameters, encode
from arlen_data.queries import Plan
from arlen_data.sql.lexer import scan

from .library import lacking

_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*([A-Za-z]+)", re.DOTALL)
_READING = frozenset({"SELECT", "VALUES", "WITH"})
_WRITING = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class SqliteSyntax:
    """SQL as SQLite takes it: ``$1`` becomes ``?1``; ``?`` and ``:name`` stay."""

    name = "sqlite"
    lacks = lacking()
    encode = staticmethod(encode)

    def plan(self, sql: str) -> Plan:
        word = _FIRST_WORD.match(sql)
        reads = word is not None and word[1].upper() in _READING and not _WRITING.search(sql)
        numbered, count = _numbered(sql) if "$" in sql else (sql, 0)
        return Plan(numbered, reads=reads, arrange=partial(_by_number, count) if count else None)


def _numbered(sql: str) -> tuple[str, int]:
    lexemes = list(scan(sql))
    count = max((int(text[1:]) for kind, text in lexemes if kind == "placeholder"), default=0)
    return "".join(["?" + text[1:] if kind == "placeholder" else text for kind, text in lexemes]), count


def _by_number(count: int, parameters: Parameters) -> dict[str, object]:
    """sqlite3 takes the values of ``?1``, ``?2`` by name: a mapping with the keys ``"1"``, ``"2"``."""
    if isinstance(parameters, Mapping) or len(parameters) != count:
        raise InvalidArgumentError(
            f"the statement takes a list of {count} parameters for $1 to ${count}, and {len(parameters)} were given",
            code="invalid_parameters",
        )
    return {str(number): value for number, value in enumerate(parameters, start=1)}
