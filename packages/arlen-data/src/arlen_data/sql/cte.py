"""Common table expressions: the WITH before a statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from .identifiers import name
from .refusals import refuse
from .statement import Statement
from .syntax import Syntax, listed, sequence

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

Hint: TypeAlias = Literal["MATERIALIZED", "NOT MATERIALIZED"]

_HINTS = {None: " AS (", "MATERIALIZED": " AS MATERIALIZED (", "NOT MATERIALIZED": " AS NOT MATERIALIZED ("}


def write_ctes(out: Writer, ctes: tuple[Syntax, ...]) -> None:
    """The prefix of a statement: one recursive entry makes all of it recursive."""
    if ctes:
        recursive = any(entry[1] == "WITH RECURSIVE " for entry in ctes)
        out.write_clause("WITH RECURSIVE " if recursive else "WITH ", ctes, ", ")
        out.write(" ")


def write_cte(out: Writer, opening: str, head: Syntax, opened: str, body: Syntax, writes: bool) -> None:
    if writes:
        out.require("data_modifying_cte")
    out.write(head)
    out.write(opened)
    out.write(body)
    out.write(")")


class Prefixed(Statement):
    """A statement that may begin with common table expressions."""

    __slots__ = ()

    @property
    def writes(self) -> bool:
        return any(entry[-1] for entry in self._syntaxes("with"))

    def with_cte(
        self,
        cte: str,
        query: Statement,
        columns: Iterable[str] = (),
        *,
        materialized: Hint | None = None,
    ) -> Self:
        """``WITH "cte" (columns) AS (query)``. The query may be any statement."""
        return self._with_cte(cte, query, columns, "WITH ", materialized)

    def with_recursive(
        self,
        cte: str,
        query: Statement,
        columns: Iterable[str] = (),
        *,
        materialized: Hint | None = None,
    ) -> Self:
        """The same, where the query may name the CTE itself."""
        return self._with_cte(cte, query, columns, "WITH RECURSIVE ", materialized)

    def _with_cte(self, cte: str, query: object, columns: Iterable[str], opening: str, hint: str | None) -> Self:
        if not isinstance(query, Statement):
            raise refuse("subquery_required", cte)
        head = name(cte, "cte_name")
        named = [name(column, "cte_column") for column in columns]
        listing = sequence(head, " (", listed(named), ")") if named else head
        syntax, values = query.shape()
        entry = (write_cte, opening, listing, _HINTS[hint], syntax, query.writes)
        return self._add("with", (entry,), values)
