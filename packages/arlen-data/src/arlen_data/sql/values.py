"""VALUES: rows written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from .cte import write_ctes
from .predicates import SQL, operand
from .query import Query, write_page
from .refusals import refuse
from .syntax import Fragment, Syntax, listed, sequence, values_of, write_parameters

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


def write_values(
    out: Writer,
    ctes: tuple[Syntax, ...],
    rows: tuple[Syntax, ...],
    order: tuple[Syntax, ...],
    limit: tuple[Syntax, ...],
    offset: tuple[Syntax, ...],
    ties: tuple[Syntax, ...],
) -> None:
    write_ctes(out, ctes)
    alone = out.dialect.operands_in_parentheses or not (order or limit or offset)
    opening, closing = ("", "") if alone else ("SELECT * FROM (", ")")
    out.write_clause(f"{opening}VALUES ", rows, ", ")
    out.write(closing)
    write_page(out, order, limit, offset, ties)


class ValuesList(Query):
    """Rows written out: a source for FROM, INSERT, IN or a CTE."""

    __slots__ = ()
    ORDER: ClassVar = ("with", "rows", "order", "limit", "offset", "ties")
    WRITE: ClassVar = staticmethod(write_values)


def values(rows: Iterable[Sequence[object]]) -> ValuesList:
    """``VALUES ($1, $2), ($3, $4)``: rows of one length.

    Raises:
        SQLBuilderError: ``values_shape``.
    """
    given = tuple(rows)
    if not given or len({len(row) for row in given}) != 1 or not given[0]:
        raise refuse("values_shape")
    written = [row_of(row) for row in given]
    return ValuesList({"rows": (tuple(row.syntax for row in written), values_of(written))})


def row_of(row: Iterable[object]) -> Fragment:
    """A row in parentheses: each value a parameter, unless it is SQL."""
    given = tuple(row)
    if not any(isinstance(value, SQL) for value in given):
        return Fragment(sequence("(", (write_parameters, len(given)), ")"), given)
    members = [operand(value) for value in given]
    return Fragment(sequence("(", listed([member.syntax for member in members]), ")"), values_of(members))
