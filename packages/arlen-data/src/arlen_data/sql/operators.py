"""Operators of conditions and joins, and the NULLS directive."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .refusals import refuse
from .syntax import Syntax

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

_COMPARISONS = ("=", "!=", "<>", ">", "<", ">=", "<=")
_PATTERNS = ("LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")
_DISTINCTIONS = ("IS DISTINCT FROM", "IS NOT DISTINCT FROM")
_NULLS = {None: "", "FIRST": " NULLS FIRST", "LAST": " NULLS LAST"}


def write_operator(out: Writer, operator: str) -> None:
    out.operator(operator)


def write_operator_with_null(out: Writer, operator: str) -> None:
    out.operator(operator)
    out.write("NULL")


JOIN_OPERATORS: dict[str, Syntax] = {operator: f" {operator} " for operator in _COMPARISONS}
PREDICATE_OPERATORS: dict[str, Syntax] = {
    **JOIN_OPERATORS,
    **{operator: (write_operator, operator) for operator in (*_PATTERNS, *_DISTINCTIONS)},
}


@lru_cache(maxsize=256)
def normalized(operator: str) -> str:
    """Upper case, one space between words, ``=`` for none."""
    return " ".join(operator.upper().split()) or "="


def operator_syntax(operator: str, known: dict[str, Syntax], reason: str) -> Syntax:
    """How the operator is written between its operands."""
    syntax = known.get(operator) or known.get(normalized(operator))
    if syntax is None:
        raise refuse(reason, normalized(operator))
    return syntax


def ordering(desc: bool, nulls: str | None, field: object) -> str:
    """What follows an ORDER BY term."""
    placed = _NULLS.get(nulls) if nulls is None else _NULLS.get(normalized(nulls).removeprefix("NULLS "))
    if placed is None:
        raise refuse("nulls_directive", field)
    return ("DESC" if desc else "ASC") + placed
