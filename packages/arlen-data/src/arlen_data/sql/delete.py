"""DELETE."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from .cte import write_ctes
from .identifiers import path
from .statement import Statement
from .syntax import Fragment, Syntax, needing
from .update import Guarded, source_of, write_guarded

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


def write_delete(
    out: Writer,
    ctes: tuple[Syntax, ...],
    table: tuple[Syntax, ...],
    alias: tuple[Syntax, ...],
    sources: tuple[Syntax, ...],
    where: tuple[Syntax, ...],
    everything: tuple[Syntax, ...],
    returning: tuple[Syntax, ...],
) -> None:
    write_ctes(out, ctes)
    out.write_clause("DELETE FROM ", table + alias)
    out.write_clause(" USING ", sources, ", ")
    write_guarded(out, table, where, everything)
    out.write_clause(" RETURNING ", returning, ", ")


class Delete(Guarded):
    """The end of rows of one table."""

    __slots__ = ()
    ORDER: ClassVar = ("with", "table", "alias", "using", "where", "all", "returning")
    WRITE: ClassVar = staticmethod(write_delete)

    def using(self, source: str | Statement, alias: str | None = None) -> Self:
        """Also read this table or query: ``DELETE ... USING source``. PostgreSQL."""
        read = source_of(source, alias)
        return self._extend("using", [Fragment(needing("delete_using", read.syntax), read.values)])


def delete_from(table: str) -> Delete:
    """The end of the rows for which the conditions of ``where`` hold.

    Raises:
        SQLBuilderError: ``table``.
    """
    return Delete({"table": ((path(table, "table"),), ())})
