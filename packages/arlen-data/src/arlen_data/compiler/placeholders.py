"""Placeholders of other drivers, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count

from arlen_data.sql.lexer import scan
from arlen_data.sql.refusals import refuse

_PLACEHOLDERS = ("placeholder", "numbered")
_PYFORMAT = re.compile(r"%(?:(?P<percent>%)|(?:\((?P<name>[^)]*)\))?[sbt])")


def to_psycopg(sql: str, parameters: Sequence[object]) -> tuple[str, tuple[object, ...]]:
    """``$n`` as ``%s``, with every other ``%`` doubled and a value for each occurrence."""
    text, numbers = _positional(sql, "%s", "%%")
    return text, tuple(parameters[number - 1] for number in numbers)


def to_qmark(sql: str, parameters: Sequence[object]) -> tuple[str, tuple[object, ...]]:
    """``$n`` as ``?``, with a value for each occurrence (PEP 249)."""
    text, numbers = _positional(sql, "?", "%")
    return text, tuple(parameters[number - 1] for number in numbers)


def to_named(sql: str, parameters: Sequence[object]) -> tuple[str, dict[str, object]]:
    """``$n`` as ``:pn``, with the values by name (PEP 249)."""
    text = "".join(f":p{text[1:]}" if kind in _PLACEHOLDERS else text for kind, text in scan(sql))
    return text, {f"p{number}": value for number, value in enumerate(parameters, 1)}


def from_psycopg(text: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> tuple[str, tuple[object, ...]]:
    """``%s`` or ``%(name)s`` text, as SQLAlchemy and PyPika write it, as ``$n`` with values in order.

    A name that occurs several times stays one parameter.

    Raises:
        SQLBuilderError: ``placeholder_out_of_range`` when text and parameters do not fit.
    """
    if isinstance(parameters, Mapping):
        return _from_named(text, parameters)
    number = count(1)
    sql = _PYFORMAT.sub(lambda match: "%" if match["percent"] else f"${next(number)}", text)
    if next(number) - 1 != len(parameters) or any(match["name"] for match in _PYFORMAT.finditer(text)):
        raise refuse("placeholder_out_of_range")
    return sql, tuple(parameters)


def _from_named(text: str, parameters: Mapping[str, object]) -> tuple[str, tuple[object, ...]]:
    found = [match for match in _PYFORMAT.finditer(text) if not match["percent"]]
    names = list(dict.fromkeys(match["name"] for match in found))
    if not all(name in parameters for name in names):
        raise refuse("placeholder_out_of_range")
    sql = _PYFORMAT.sub(lambda match: "%" if match["percent"] else f"${names.index(match['name']) + 1}", text)
    return sql, tuple(parameters[name] for name in names)


def _positional(sql: str, marker: str, percent: str) -> tuple[str, list[int]]:
    numbers: list[int] = []
    pieces: list[str] = []
    for kind, text in scan(sql):
        if kind in _PLACEHOLDERS:
            numbers.append(int(text[1:]))
            pieces.append(marker)
        else:
            pieces.append(text.replace("%", percent))
    return "".join(pieces), numbers
