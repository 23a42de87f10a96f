"""Syntax and values: what every piece of SQL is made of.

A piece of SQL is a `Fragment`: its *syntax* says how it is written, its *values* are the parameters in the order in
which the syntax takes them. Values never enter the syntax, so statements that differ in their values alone have equal
syntax; compiled SQL is cached by it.

Syntax is text, or a call ``(function, *arguments)``: the function takes a `Writer` and the arguments, and writes the
SQL of the writer's dialect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

Syntax: TypeAlias = str | tuple[Any, ...]
Values: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL: immutable, and hashable when its values are."""

    syntax: Syntax
    values: Values = ()

    def __bool__(self) -> bool:
        raise TypeError("a piece of SQL is neither true nor false; combine conditions with &, |, ~ or and_(), or_()")


def write_sequence(out: Writer, *parts: Syntax) -> None:
    for part in parts:
        out.write(part)


def write_list(out: Writer, separator: str, parts: Sequence[Syntax]) -> None:
    out.write_list(separator, parts)


def write_parameter(out: Writer) -> None:
    out.parameter()


def write_parameters(out: Writer, count: int) -> None:
    out.write_list(", ", (PARAMETER,) * count)


def write_needing(out: Writer, feature: str, syntax: Syntax) -> None:
    out.require(feature)
    out.write(syntax)


def write_alternative(out: Writer, alternatives: tuple[tuple[str, Syntax], ...]) -> None:
    out.write(dict(alternatives)[out.dialect.name])


PARAMETER: Syntax = (write_parameter,)


def sequence(*parts: Syntax) -> Syntax:
    """The parts one after the other."""
    return (write_sequence, *parts)


def listed(parts: Iterable[Syntax], separator: str = ", ") -> Syntax:
    """The parts with a separator between them."""
    return (write_list, separator, tuple(parts))


def needing(feature: str, syntax: Syntax) -> Syntax:
    """Syntax that only some dialects have."""
    return (write_needing, feature, syntax)


def alternatives(**by_dialect: Syntax) -> Syntax:
    """Syntax that takes the same values but is spelled differently in each dialect."""
    return (write_alternative, tuple(by_dialect.items()))


def values_of(fragments: Iterable[Fragment]) -> Values:
    """The values of all fragments in order."""
    return tuple([value for fragment in fragments for value in fragment.values])
