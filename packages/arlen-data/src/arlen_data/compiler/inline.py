"""SQL for reading: values written into the text, and text broken into lines. Never for execution."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

from arlen_data.sql.lexer import Lexeme, scan

NOT_FOR_EXECUTION = "/* not for execution */ "

_BREAK = re.compile(
    "FROM|WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|RETURNING|SET|VALUES|WHEN"
)
_BEFORE_JOIN = frozenset({"INNER", "LEFT", "RIGHT", "FULL", "CROSS"})
_UNBROKEN = {"FROM": ("DISTINCT", "DELETE"), "WHEN": ("CASE",)}


def inline(sql: str, parameters: Sequence[object], dialect: str) -> str:
    """The text with its values as literals, for logs and documents. It says of itself that it must not be run."""
    literals = _LITERALS[dialect]
    written = [_literal(value, literals) for value in parameters]
    return NOT_FOR_EXECUTION + "".join(
        written[int(text[1:]) - 1] if kind in ("placeholder", "numbered") else text for kind, text in scan(sql)
    )


def pretty(sql: str) -> str:
    """The text with each clause of the outermost statement on a line of its own."""
    lexemes = list(scan(sql))
    words = [index for index, lexeme in enumerate(lexemes) if lexeme.kind == "word"]
    breaks = {
        index
        for before, index, after in zip([None, *words], words, [*words[1:], None], strict=False)
        if _begins_clause(lexemes, before, index, after)
    }
    lines, depth = [""], 0
    for index, (kind, text) in enumerate(lexemes):
        if index in breaks and depth == 0:
            lines = [*lines[:-1], lines[-1].rstrip(), ""]
        depth += text.count("(") - text.count(")") if kind == "code" else 0
        lines[-1] += text
    return "\n".join(lines)


def _begins_clause(lexemes: list[Lexeme], before: int | None, index: int, after: int | None) -> bool:
    word = lexemes[index].text
    previous = None if before is None else lexemes[before].text
    following = None if after is None else lexemes[after].text
    if word in _BEFORE_JOIN:
        return following == "JOIN"
    return _BREAK.fullmatch(word) is not None and previous is not None and previous not in _UNBROKEN.get(word, ())


def _quoted(value: object) -> str:
    return "'{}'".format(str(value).replace("'", "''"))


_COMMON: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda value: "NULL",
    bool: lambda value: str(value).upper(),
    int: str,
    float: repr,
    Decimal: str,
}
_LITERALS: Mapping[str, Mapping[type, Callable[[Any], str]]] = {
    "postgresql": {**_COMMON, bytes: lambda value: f"'\\x{value.hex()}'::bytea"},
    "sqlite": {**_COMMON, bytes: lambda value: f"X'{value.hex()}'"},
}


def _literal(value: object, literals: Mapping[type, Callable[[Any], str]]) -> str:
    if isinstance(value, list | tuple):
        return f"ARRAY[{', '.join(_literal(member, literals) for member in value)}]"
    return literals.get(type(value), _quoted)(value)
