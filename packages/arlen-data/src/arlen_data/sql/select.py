"""SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from .clauses import Filtered, Selectable, Targeted, alias_clause, aliased, clause, grouped, selected
from .cte import write_ctes
from .functions import Function, Grouping
from .identifiers import name, path
from .joins import Joined
from .locks import Locking
from .paging import Order
from .predicates import Condition, conditions_of, field_of
from .query import Query, write_page
from .refusals import refuse
from .statement import Clause, subquery
from .syntax import Fragment, Syntax, listed, needing, sequence, values_of
from .templates import Expr, fragment
from .terms import Term

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

_ALL = ("*",)


def write_select(
    out: Writer,
    ctes: tuple[Syntax, ...],
    distinct: tuple[Syntax, ...],
    columns: tuple[Syntax, ...],
    source: tuple[Syntax, ...],
    alias: tuple[Syntax, ...],
    joins: tuple[Syntax, ...],
    where: tuple[Syntax, ...],
    groups: tuple[Syntax, ...],
    having: tuple[Syntax, ...],
    windows: tuple[Syntax, ...],
    order: tuple[Syntax, ...],
    limit: tuple[Syntax, ...],
    offset: tuple[Syntax, ...],
    ties: tuple[Syntax, ...],
    locks: tuple[Syntax, ...],
) -> None:
    write_ctes(out, ctes)
    out.write("SELECT ")
    out.write_list("", distinct)
    out.write_list(", ", columns or _ALL)
    out.write_clause(" FROM ", source + alias)
    out.write_list("", joins)
    out.write_clause(" WHERE ", where, " AND ")
    out.write_clause(" GROUP BY ", groups, ", ")
    out.write_clause(" HAVING ", having, " AND ")
    out.write_clause(" WINDOW ", windows, ", ")
    write_page(out, order, limit, offset, ties)
    out.write_list("", locks)


class Select(Targeted, Filtered, Joined, Locking, Query):
    """A query of tables, functions, VALUES or other queries."""

    __slots__ = ()
    ORDER: ClassVar = (
        "with", "distinct", "columns", "table", "alias", "join", "where", "group", "having", "window",
        "order", "limit", "offset", "ties", "lock",
    )  # fmt: skip
    WRITE: ClassVar = staticmethod(write_select)

    @property
    def writes(self) -> bool:
        return "lock" in self._clauses or super().writes

    def select(self, *columns: Selectable) -> Self:
        """Also these columns, wildcards or terms. On a query that selects everything so far, beside ``*``."""
        return self._selecting([selected(column, "select_column") for column in columns])

    def select_expr(self, expr: Expr | Fragment, alias: str | None = None) -> Self:
        """Also this expression."""
        return self._selecting([aliased(expr, alias)])

    def distinct(self) -> Self:
        """Equal rows once."""
        return self._put(distinct=(("DISTINCT ",), ()))

    def distinct_on(self, *fields: str | Term) -> Self:
        """The first row for each value of these fields. PostgreSQL."""
        members = [field_of(field, "select_column") for field in fields]
        if not members:
            raise refuse("grouping_empty", self.target)
        on = sequence("DISTINCT ON (", listed([member.syntax for member in members]), ") ")
        return self._put(distinct=((needing("distinct_on", on),), values_of(members)))

    def group_by(self, *fields: str | Term | Grouping | Expr) -> Self:
        """One row for each value of these fields; see also `rollup`, `cube` and `grouping_sets`."""
        return self._extend("group", [grouped(field) for field in fields])

    def having(self, *predicates: Condition) -> Self:
        """Only groups for which all conditions hold."""
        return self._extend("having", conditions_of(predicates))

    def window(self, window: str, definition: Expr | Fragment) -> Self:
        """A named window: ``window("w", expr("PARTITION BY team ORDER BY score"))``."""
        named = name(window, "window_name")
        written = fragment(definition, "window")
        return self._add("window", (sequence(named, " AS (", written.syntax, ")"),), written.values)

    def page_after(self, order: Order, after: Sequence[object] | None = None) -> Self:
        """The rows in this order that come after the row with these values; from the start without values.

        ``Cursors`` turns values into cursors for clients and back.
        """
        page = self if after is None else self.where(order.after(after))
        for key in order.keys:
            page = page.order_by(key.field, key.desc, key.nulls)
        return page

    def _selecting(self, columns: list[Fragment]) -> Self:
        everything = [] if "columns" in self._clauses else [Fragment("*")]
        return self._extend("columns", everything + columns)


def select_from(
    source: str | Query | Function,
    *columns: Selectable,
    alias: str | None = None,
    names: Sequence[str] = (),
) -> Select:
    """A query of a table, another query, VALUES or a function; no columns means all.

    Args:
        source: the name of a table; anything else needs an alias.
        columns: column names, wildcards such as ``u.*``, or terms.
        alias: another name for the source.
        names: new names for the columns of the source (PostgreSQL).
    """
    clauses: dict[str, Clause] = {"table": _source(source, alias)}
    if columns:
        clauses["columns"] = clause([selected(column, "select_column") for column in columns])
    if alias is not None:
        clauses["alias"] = alias_clause(alias, names)
    return Select(clauses)


def select(column: Selectable, *columns: Selectable) -> Select:
    """A query without a table: ``select(func.now())``."""
    return Select({"columns": clause([selected(each, "select_column") for each in (column, *columns)])})


def _source(source: str | Query | Function, alias: str | None) -> Clause:
    if isinstance(source, str):
        return (path(source, "table"),), ()
    if alias is None:
        raise refuse("source_alias_missing")
    written = source if isinstance(source, Fragment) else subquery(source)
    return (written.syntax,), written.values
