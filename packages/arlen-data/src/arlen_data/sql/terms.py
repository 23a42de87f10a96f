"""Terms: columns, parameters and what is computed from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from . import predicates
from .identifiers import name, path
from .predicates import Predicate, operand
from .syntax import PARAMETER, Fragment, needing, sequence

if TYPE_CHECKING:
    from .statement import Statement


@dataclass(frozen=True, slots=True, eq=False)
class Term(Fragment):
    """SQL that has a value. Comparing terms gives conditions; a plain Python value becomes a parameter."""

    def __eq__(self, value: object) -> Predicate:  # type: ignore[override]
        return predicates.op(self, "=", value)

    def __ne__(self, value: object) -> Predicate:  # type: ignore[override]
        return predicates.op(self, "<>", value)

    def __lt__(self, value: object) -> Predicate:
        return predicates.op(self, "<", value)

    def __le__(self, value: object) -> Predicate:
        return predicates.op(self, "<=", value)

    def __gt__(self, value: object) -> Predicate:
        return predicates.op(self, ">", value)

    def __ge__(self, value: object) -> Predicate:
        return predicates.op(self, ">=", value)

    def __hash__(self) -> int:
        return hash((self.syntax, self.values))

    def __add__(self, value: object) -> Term:
        return self._combined(" + ", value)

    def __sub__(self, value: object) -> Term:
        return self._combined(" - ", value)

    def __mul__(self, value: object) -> Term:
        return self._combined(" * ", value)

    def __truediv__(self, value: object) -> Term:
        return self._combined(" / ", value)

    def __mod__(self, value: object) -> Term:
        return self._combined(" % ", value)

    def concat(self, value: object) -> Term:
        """``(self || value)``."""
        return self._combined(" || ", value)

    def op(self, operator: str, value: object) -> Predicate:
        """``self operator value``; see `arlen_data.op`."""
        return predicates.op(self, operator, value)

    def like(self, pattern: object) -> Predicate:
        """``self LIKE pattern``."""
        return predicates.op(self, "LIKE", pattern)

    def ilike(self, pattern: object) -> Predicate:
        """``self ILIKE pattern``: without regard to case."""
        return predicates.op(self, "ILIKE", pattern)

    def not_like(self, pattern: object) -> Predicate:
        """``self NOT LIKE pattern``."""
        return predicates.op(self, "NOT LIKE", pattern)

    def not_ilike(self, pattern: object) -> Predicate:
        """``self NOT ILIKE pattern``."""
        return predicates.op(self, "NOT ILIKE", pattern)

    def in_(self, values: Iterable[object] | Statement) -> Predicate:
        """``self IN (values)``; see `arlen_data.in_`."""
        return predicates.in_(self, values)

    def not_in(self, values: Iterable[object] | Statement) -> Predicate:
        """``self NOT IN (values)``; see `arlen_data.not_in`."""
        return predicates.not_in(self, values)

    def between(self, low: object, high: object) -> Predicate:
        """``self BETWEEN low AND high``."""
        return predicates.between(self, low, high)

    def not_between(self, low: object, high: object) -> Predicate:
        """``self NOT BETWEEN low AND high``."""
        return predicates.not_between(self, low, high)

    def is_null(self) -> Predicate:
        """``self IS NULL``."""
        return predicates.op(self, "=", None)

    def is_not_null(self) -> Predicate:
        """``self IS NOT NULL``."""
        return predicates.op(self, "<>", None)

    def is_distinct_from(self, value: object) -> Predicate:
        """``self IS DISTINCT FROM value``: ``<>`` that knows NULL."""
        return predicates.op(self, "IS DISTINCT FROM", value)

    def as_(self, alias: str) -> Selected:
        """``self AS "alias"``, for a select list or RETURNING."""
        return Selected(sequence(self.syntax, " AS ", name(alias, "select_alias")), self.values)

    def _combined(self, operator: str, value: object) -> Term:
        right = operand(value)
        return Term(sequence("(", self.syntax, operator, right.syntax, ")"), self.values + right.values)


@dataclass(frozen=True, slots=True)
class Selected(Fragment):
    """A term under a name of its own in a select list."""


class Column(Term):
    """A column, by its name: ``id`` or ``u.id``."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "name", name)
        super().__init__(path(name, "predicate_field"))

    def __reduce__(self) -> tuple[object, ...]:
        return col, (self.name,)


@lru_cache(maxsize=4096)
def col(name: str) -> Column:
    """The column of this name.

    Raises:
        SQLBuilderError: ``predicate_field``.
    """
    return Column(name)


def param(value: object) -> Term:
    """A value as a parameter, where a plain one would be a name or a literal: ``limit(param(10))``."""
    return Term(PARAMETER, (value,))


def excluded(column: str) -> Term:
    """In an upsert, the value that was proposed for the column."""
    return Term(sequence("EXCLUDED.", name(column, "conflict_field")))


def default() -> Fragment:
    """In INSERT and UPDATE, the default of the column. PostgreSQL."""
    return Fragment(needing("default_marker", "DEFAULT"))
