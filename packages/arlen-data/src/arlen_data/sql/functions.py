"""Functions: calls, aggregates, windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .clauses import grouped
from .identifiers import name, path
from .predicates import Condition, conditions_of, operand
from .refusals import refuse
from .syntax import Fragment, Syntax, Values, listed, needing, sequence, values_of
from .templates import Expr, fragment
from .terms import Term


@dataclass(frozen=True, slots=True, eq=False)
class Function(Term):
    """A call of a function. Arguments that are plain Python values are parameters; columns are ``col("name")``."""

    def filter(self, *conditions: Condition) -> Function:
        """An aggregate of the rows for which all conditions hold."""
        members = conditions_of(conditions)
        if not members:
            return self
        condition = listed([member.syntax for member in members], " AND ")
        return Function(sequence(self.syntax, " FILTER (WHERE ", condition, ")"), self.values + values_of(members))

    def over(
        self,
        window: str | None = None,
        *,
        partition_by: Iterable[str | Term] = (),
        order_by: Expr | Fragment | None = None,
    ) -> Term:
        """A window function: over a window that the query names, or over one described here."""
        if window is not None:
            return Term(sequence(self.syntax, " OVER ", name(window, "window_name")), self.values)
        parts = [grouped(field) for field in partition_by]
        order = Fragment("") if order_by is None else fragment(order_by, "window")
        described = [sequence("PARTITION BY ", listed([part.syntax for part in parts]))] if parts else []
        described += [sequence("ORDER BY ", order.syntax)] if order.syntax != "" else []
        return Term(
            sequence(self.syntax, " OVER (", listed(described, " "), ")"),
            self.values + values_of(parts) + order.values,
        )


@dataclass(frozen=True, slots=True)
class Grouping(Fragment):
    """Several groupings at once, for GROUP BY."""


class Call(Protocol):
    """Calls a function of SQL."""

    def __call__(self, *arguments: object, distinct: bool = False) -> Function: ...


class Functions:
    """Every function of the database by its name: ``func.lower(col("name"))``, ``func.count()``.

    ``func["pg_catalog.lower"]`` is the one of a schema. ``distinct=True`` is for aggregates.
    """

    __slots__ = ()

    def __getattr__(self, function: str) -> Call:
        if function.startswith("__"):
            raise AttributeError(function)
        return self[function]

    def __getitem__(self, function: str) -> Call:
        path(function, "function_name")

        def call(*arguments: object, distinct: bool = False) -> Function:
            given = [operand(argument) for argument in arguments]
            opening = f"{function}(DISTINCT " if distinct else f"{function}("
            return Function(sequence(opening, _arguments(function, given), ")"), values_of(given))

        return call


func = Functions()


def rollup(*fields: str | Term | Expr) -> Grouping:
    """``ROLLUP (a, b)``: by a and b, by a, and in total. PostgreSQL."""
    return _grouping("ROLLUP (", fields)


def cube(*fields: str | Term | Expr) -> Grouping:
    """``CUBE (a, b)``: by every choice of the fields. PostgreSQL."""
    return _grouping("CUBE (", fields)


def grouping_sets(*sets: Iterable[str | Term | Expr]) -> Grouping:
    """``GROUPING SETS ((a, b), (a), ())``: by each of these sets of fields. PostgreSQL."""
    if not sets:
        raise refuse("grouping_empty")
    members = [[grouped(field) for field in fields] for fields in sets]
    written: list[Syntax] = [sequence("(", listed([field.syntax for field in fields]), ")") for fields in members]
    values: Values = tuple(value for fields in members for value in values_of(fields))
    return Grouping(needing("grouping_sets", sequence("GROUPING SETS (", listed(written), ")")), values)


def _grouping(opening: str, fields: Iterable[str | Term | Expr]) -> Grouping:
    members = [grouped(field) for field in fields]
    if not members:
        raise refuse("grouping_empty")
    listing = listed([member.syntax for member in members])
    return Grouping(needing("grouping_sets", sequence(opening, listing, ")")), values_of(members))


def _arguments(function: str, given: list[Fragment]) -> Syntax:
    return "*" if not given and function == "count" else listed([argument.syntax for argument in given])
