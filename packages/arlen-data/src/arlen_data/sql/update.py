"""UPDATE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from .clauses import Filtered, Returning, Targeted, table_syntax, unquoted
from .cte import write_ctes
from .identifiers import name, path
from .predicates import operand
from .refusals import refuse
from .statement import Statement, subquery
from .syntax import Fragment, Syntax, sequence, values_of

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


class Guarded(Filtered, Returning, Targeted):
    """A statement that changes existing rows: all of them must be meant, where that is required."""

    __slots__ = ()

    def all_rows(self) -> Self:
        """Every row is meant, where statements without WHERE are refused."""
        return self._put(all=(("",), ()))


def write_update(
    out: Writer,
    ctes: tuple[Syntax, ...],
    table: tuple[Syntax, ...],
    alias: tuple[Syntax, ...],
    assignments: tuple[Syntax, ...],
    sources: tuple[Syntax, ...],
    where: tuple[Syntax, ...],
    everything: tuple[Syntax, ...],
    returning: tuple[Syntax, ...],
) -> None:
    write_ctes(out, ctes)
    out.write_clause("UPDATE ", table + alias)
    out.write_clause(" SET ", assignments, ", ")
    out.write_clause(" FROM ", sources, ", ")
    write_guarded(out, table, where, everything)
    out.write_clause(" RETURNING ", returning, ", ")


def write_guarded(
    out: Writer, table: tuple[Syntax, ...], where: tuple[Syntax, ...], everything: tuple[Syntax, ...]
) -> None:
    if out.dialect.require_where and not where and not everything:
        raise refuse("where_required", unquoted(table))
    out.write_clause(" WHERE ", where, " AND ")


class Update(Guarded):
    """Changes to rows of one table."""

    __slots__ = ()
    ORDER: ClassVar = ("with", "table", "alias", "set", "from", "where", "all", "returning")
    WRITE: ClassVar = staticmethod(write_update)

    def from_(self, source: str | Statement, alias: str | None = None) -> Self:
        """Also read this table or query: ``UPDATE ... SET ... FROM source``."""
        return self._extend("from", [source_of(source, alias)])


def update_table(table: str, values: Mapping[str, object]) -> Update:
    """Changes of columns, in the order of their names.

    Values are parameters, unless they are SQL: ``{"count": col("count") + 1}``.

    Raises:
        SQLBuilderError: ``update_empty``, ``update_field``, ``table``.
    """
    target = path(table, "table")
    if not values:
        raise refuse("update_empty", table)
    changes = [assignment(column, values[column], "update_field") for column in sorted(values, key=str)]
    return Update({"table": ((target,), ()), "set": (tuple(change.syntax for change in changes), values_of(changes))})


def assignment(column: str, value: object, reason: str) -> Fragment:
    """``"column" = value``."""
    named = name(column, reason)
    written = operand(value)
    return Fragment(sequence(named, " = ", written.syntax), written.values)


def source_of(source: str | Statement, alias: str | None) -> Fragment:
    """Another table, or a query under an alias, that a change reads."""
    if isinstance(source, str):
        return Fragment(table_syntax(source, alias))
    if alias is None:
        raise refuse("source_alias_missing")
    inner = subquery(source)
    return Fragment(sequence(inner.syntax, " AS ", name(alias, "table_alias")), inner.values)
