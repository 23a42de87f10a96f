"""Identifiers: names that may stand in SQL, and how they are quoted."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from .refusals import refuse
from .syntax import Syntax

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_POSTGRES_BYTES = 63


class Quoted(str):
    """A name that is written exactly as it is, whatever characters it holds; made by `quoted`.

    It is equal to no plain string: ``quoted("a.b")`` is one name, ``"a.b"`` are two.
    """

    __slots__ = ("parts",)
    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Self:
        name = super().__new__(cls, ".".join(parts))
        name.parts = parts
        return name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quoted) and self.parts == other.parts

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.parts)

    def __reduce__(self) -> tuple[object, ...]:
        return Quoted, self.parts


def quoted(*parts: str) -> Quoted:
    """A name outside the usual alphabet, such as ``quoted("Weird name")`` or ``quoted("legacy schema", "t")``.

    It may stand wherever an identifier may. Quotes inside are doubled.

    Raises:
        SQLBuilderError: ``quoted_name`` for an empty name or one with a NUL.
    """
    if not parts or not all(parts) or any("\0" in part for part in parts):
        raise refuse("quoted_name", ".".join(parts))
    return Quoted(*parts)


def path(text: str, reason: str) -> Syntax:
    """A dotted name, quoted: ``d.state`` is ``"d"."state"``. ``reason`` is that of the refusal."""
    syntax = _path(text) if isinstance(text, str) else None
    if syntax is None:
        raise refuse(reason, text)
    return syntax


def name(text: str, reason: str) -> Syntax:
    """A name without dots, quoted."""
    syntax = _name(text) if isinstance(text, str) else None
    if syntax is None:
        raise refuse(reason, text)
    return syntax


def selectable(text: str, reason: str) -> Syntax:
    """A dotted name, or a wildcard: ``*`` or ``t.*``."""
    syntax = _selectable(text) if isinstance(text, str) else None
    if syntax is None:
        raise refuse(reason, text)
    return syntax


def write_long_name(out: Writer, text: str) -> None:
    if out.dialect.name_bytes is not None:
        raise refuse("identifier_too_long", text)
    out.write(text)


@lru_cache(maxsize=4096)
def _path(text: str) -> Syntax | None:
    parts = text.parts if isinstance(text, Quoted) else tuple(text.split("."))
    if not isinstance(text, Quoted) and not all(_NAME.fullmatch(part) for part in parts):
        return None
    return _quote(parts)


@lru_cache(maxsize=4096)
def _name(text: str) -> Syntax | None:
    if isinstance(text, Quoted):
        return _quote(text.parts) if len(text.parts) == 1 else None
    return _quote((text,)) if _NAME.fullmatch(text) else None


@lru_cache(maxsize=4096)
def _selectable(text: str) -> Syntax | None:
    if isinstance(text, Quoted) or not text.endswith("*"):
        return _path(text)
    if text == "*":
        return "*"
    return f"{owner}.*" if text.endswith(".*") and isinstance(owner := _path(text[:-2]), str) else None


def _quote(parts: tuple[str, ...]) -> Syntax:
    sql = ".".join('"{}"'.format(part.replace('"', '""')) for part in parts)
    if any(len(part.encode(errors="replace")) > _POSTGRES_BYTES for part in parts):
        return (write_long_name, sql)
    return sql
