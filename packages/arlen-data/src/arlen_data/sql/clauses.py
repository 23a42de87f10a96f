"""Clauses that several kinds of statements share: WHERE and RETURNING, and the lists they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, TypeAlias

from .cte import Prefixed
from .identifiers import name, path, selectable
from .predicates import Condition, conditions_of
from .statement import Clause
from .syntax import Fragment, Syntax, listed, needing, sequence, values_of
from .templates import Expr, fragment
from .terms import Selected, Term

Selectable: TypeAlias = str | Term | Selected | Expr | Fragment


class Targeted(Prefixed):
    """A statement about one table, or what stands in its place."""

    __slots__ = ()

    @property
    def target(self) -> str | None:
        return unquoted(self._syntaxes("table"))

    def as_(self, alias: str) -> Self:
        """The same under another alias."""
        return self._put(alias=alias_clause(alias))


class Filtered(Prefixed):
    """A statement that chooses rows."""

    __slots__ = ()

    def where(self, *predicates: Condition) -> Self:
        """Only rows for which all conditions hold; further calls add conditions."""
        return self._extend("where", conditions_of(predicates))


class Returning(Prefixed):
    """A statement that changes rows and may give them back."""

    __slots__ = ()

    @property
    def writes(self) -> bool:
        return True

    def returning(self, *fields: Selectable) -> Self:
        """Give back these columns or terms of the changed rows; none means all columns."""
        return self._extend("returning", [selected(field, "returning_field") for field in fields or ("*",)])


def selected(column: Selectable, reason: str) -> Fragment:
    """A member of a select list: a column name, a wildcard, or a term."""
    return Fragment(selectable(column, reason)) if isinstance(column, str) else fragment(column, "select")


def aliased(source: object, alias: str | None) -> Fragment:
    """An expression of a select list, under a name of its own if there is one."""
    written = fragment(source, "select")
    if alias is None:
        return written
    return Fragment(sequence(written.syntax, " AS ", name(alias, "select_alias")), written.values)


def alias_clause(alias: str | None, names: Iterable[str] = ()) -> Clause:
    """The alias of the statement's table, and new names for its columns, as a clause."""
    if alias is None:
        return (), ()
    renamed = [name(column, "values_column") for column in names]
    listing = [needing("column_alias_list", sequence(" (", listed(renamed), ")"))] if renamed else []
    return (sequence(" AS ", name(alias, "table_alias"), *listing),), ()


def clause(fragments: Iterable[Fragment]) -> Clause:
    """The fragments as a clause."""
    members = tuple(fragments)
    return tuple(member.syntax for member in members), values_of(members)


def unquoted(table: tuple[Syntax, ...]) -> str | None:
    """How a refusal names the table: None for what stands in the place of one."""
    return table[0].replace('"', "") if table and isinstance(table[0], str) else None


def table_syntax(table: str, alias: str | None) -> Syntax:
    """A table, under its alias if it has one."""
    return sequence(path(table, "table"), *alias_clause(alias)[0])


def grouped(field: str | Fragment | Expr) -> Fragment:
    """A member of GROUP BY: a column name, a term, a grouping or trusted text."""
    return Fragment(path(field, "group_field")) if isinstance(field, str) else fragment(field, "group by")
