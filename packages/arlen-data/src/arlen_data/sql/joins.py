"""Joins of a select: with tables, and with queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, TypeAlias

from .clauses import table_syntax
from .cte import Prefixed
from .identifiers import name, path
from .operators import JOIN_OPERATORS, operator_syntax
from .predicates import Predicate
from .refusals import refuse
from .statement import Statement, subquery
from .syntax import Fragment, Syntax, listed, needing, sequence
from .templates import Expr, fragment

_RIGHT = needing("right_and_full_join", " RIGHT JOIN ")
_FULL = needing("right_and_full_join", " FULL JOIN ")

On: TypeAlias = tuple[str, str, str] | Expr | Predicate


class Joined(Prefixed):
    """A statement that joins."""

    __slots__ = ()

    def join(
        self, table: str, alias: str | None = None, *, on: On | None = None, using: Iterable[str] | None = None
    ) -> Self:
        """``INNER JOIN``: ``on`` is (left, operator, right) or a condition; ``using`` is columns of both sides."""
        return self._join(" INNER JOIN ", table, alias, on, using)

    def left_join(
        self, table: str, alias: str | None = None, *, on: On | None = None, using: Iterable[str] | None = None
    ) -> Self:
        """``LEFT JOIN``; see `join`."""
        return self._join(" LEFT JOIN ", table, alias, on, using)

    def right_join(
        self, table: str, alias: str | None = None, *, on: On | None = None, using: Iterable[str] | None = None
    ) -> Self:
        """``RIGHT JOIN``; see `join`."""
        return self._join(_RIGHT, table, alias, on, using)

    def full_join(
        self, table: str, alias: str | None = None, *, on: On | None = None, using: Iterable[str] | None = None
    ) -> Self:
        """``FULL JOIN``; see `join`."""
        return self._join(_FULL, table, alias, on, using)

    def cross_join(self, table: str, alias: str | None = None) -> Self:
        """``CROSS JOIN``: every row with every row."""
        return self._add("join", (sequence(" CROSS JOIN ", table_syntax(table, alias)),), ())

    def join_query(self, query: Statement, alias: str, *, on: Expr | Predicate, lateral: bool = False) -> Self:
        """``INNER JOIN (query) AS "alias" ON ...``; ``lateral`` lets the query name what stands before it."""
        return self._join_query(" INNER JOIN ", query, alias, on, lateral)

    def left_join_query(self, query: Statement, alias: str, *, on: Expr | Predicate, lateral: bool = False) -> Self:
        """``LEFT JOIN (query)``; see `join_query`."""
        return self._join_query(" LEFT JOIN ", query, alias, on, lateral)

    def right_join_query(self, query: Statement, alias: str, *, on: Expr | Predicate, lateral: bool = False) -> Self:
        """``RIGHT JOIN (query)``; see `join_query`."""
        return self._join_query(_RIGHT, query, alias, on, lateral)

    def full_join_query(self, query: Statement, alias: str, *, on: Expr | Predicate, lateral: bool = False) -> Self:
        """``FULL JOIN (query)``; see `join_query`."""
        return self._join_query(_FULL, query, alias, on, lateral)

    def _join(self, join: Syntax, table: str, alias: str | None, on: On | None, using: Iterable[str] | None) -> Self:
        joined = sequence(join, table_syntax(table, alias))
        if using is not None:
            columns = [name(column, "using_field") for column in using]
            if not columns:
                raise refuse("using_empty", table)
            return self._add("join", (sequence(joined, " USING (", listed(columns), ")"),), ())
        condition = _condition(on, table)
        return self._add("join", (sequence(joined, " ON ", condition.syntax),), condition.values)

    def _join_query(self, join: Syntax, query: Statement, alias: str, on: On | None, lateral: bool) -> Self:
        source = subquery(query, self.target)
        condition = _condition(on, alias)
        named = sequence(source.syntax, " AS ", name(alias, "join_alias"), " ON ", condition.syntax)
        joined = needing("lateral_join", sequence(join, "LATERAL ", named)) if lateral else sequence(join, named)
        return self._add("join", (joined,), source.values + condition.values)


def _condition(on: On | None, table: str) -> Fragment:
    match on:
        case None:
            raise refuse("join_condition_missing", table)
        case (left, operator, right):
            compared = operator_syntax(operator, JOIN_OPERATORS, "join_operator")
            return Fragment(sequence(path(left, "join_field"), compared, path(right, "join_field")))
        case _:
            return fragment(on, "join on")
