"""INSERT."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Self

from arlen_data.compiler.compile import width_of
from arlen_data.compiler.dialect import Dialect, dialect_of

from .clauses import Returning, Targeted
from .cte import write_ctes
from .identifiers import name, path
from .query import Query
from .refusals import refuse
from .syntax import Syntax, values_of
from .values import row_of

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


def write_insert(
    out: Writer,
    ctes: tuple[Syntax, ...],
    table: tuple[Syntax, ...],
    alias: tuple[Syntax, ...],
    columns: tuple[Syntax, ...],
    rows: tuple[Syntax, ...],
    query: tuple[Syntax, ...],
    conflict: tuple[Syntax, ...],
    conflict_where: tuple[Syntax, ...],
    returning: tuple[Syntax, ...],
) -> None:
    write_ctes(out, ctes)
    out.write_clause("INSERT INTO ", table + alias)
    if columns:
        out.write(" (")
        out.write_list(", ", columns)
        out.write(")")
    out.write_clause(" VALUES ", rows, ", ")
    if query:
        opening, closing = out.dialect.upsert_source if conflict else ("", "")
        out.write(f" {opening}")
        out.write_list("", query)
        out.write(closing)
    if not rows and not query:
        out.write(" DEFAULT VALUES")
    out.write_list("", conflict)
    out.write_clause(" WHERE ", conflict_where, " AND ")
    out.write_clause(" RETURNING ", returning, ", ")


class Insert(Targeted, Returning):
    """New rows for one table."""

    __slots__ = ()
    ORDER: ClassVar = (
        "with", "table", "alias", "columns", "rows", "query", "conflict", "conflict_where", "returning",
    )  # fmt: skip
    WRITE: ClassVar = staticmethod(write_insert)

    @classmethod
    def of(cls, table: str, rows: Iterable[Mapping[str, object]]) -> Self:
        """INSERT of these rows, whose columns are those of the first one."""
        target = path(table, "table")
        given = tuple(rows)
        if not given or not given[0]:
            raise refuse("insert_empty", table)
        columns = sorted(given[0], key=str)
        for index, row in enumerate(given):
            if not isinstance(row, Mapping) or row.keys() != given[0].keys():
                raise refuse("insert_rows", table, row=index)
        named = tuple(name(column, "insert_field") for column in columns)
        written = [row_of([row[column] for column in columns]) for row in given]
        return cls(
            {
                "table": ((target,), ()),
                "columns": (named, ()),
                "rows": (tuple(row.syntax for row in written), values_of(written)),
            }
        )

    @classmethod
    def of_query(cls, table: str, columns: Iterable[str], query: Query) -> Self:
        """INSERT of the rows of a query."""
        target = path(table, "table")
        named = tuple(name(column, "insert_field") for column in columns)
        if not isinstance(query, Query):
            raise refuse("subquery_required", table)
        syntax, values = query.shape()
        return cls({"table": ((target,), ()), "columns": (named, ()), "query": ((syntax,), values)})

    @classmethod
    def of_defaults(cls, table: str) -> Self:
        """INSERT of one row of defaults."""
        return cls({"table": ((path(table, "table"),), ())})

    def chunks(self, dialect: str | Dialect | None = None, limit: int | None = None) -> tuple[Self, ...]:
        """The same rows in as few statements as the parameter limit allows, in order.

        Args:
            dialect: whose limit counts.
            limit: a limit of your own, such as the connection's.
        """
        if "rows" not in self._clauses:
            return (self,)
        rows, values = self._clauses["rows"]
        known = dialect_of(dialect)
        room = (limit or known.parameter_limit) - (len(self.parameters()) - len(values))
        widths = {row: width_of(row, known) for row in set(rows)}
        before = [0, *accumulate(widths[row] for row in rows)]
        chunks = []
        start = 0
        while start < len(rows):
            stop = max(start + 1, bisect_right(before, before[start] + room) - 1)
            chunks.append(self._put(rows=(rows[start:stop], values[before[start] : before[stop]])))
            start = stop
        return tuple(chunks)


def insert_into(table: str, values: Mapping[str, object]) -> Insert:
    """One new row. Columns are written in the order of their names.

    Values are parameters, unless they are SQL: a term, an `expr`, ``default()`` or a query of one value. For
    ON CONFLICT use the function of this name in ``arlen_data.postgres`` or ``arlen_data.sqlite``.

    Raises:
        SQLBuilderError: ``insert_empty``, ``insert_field``, ``table``.
    """
    return Insert.of(table, (values,))


def insert_many(table: str, rows: Iterable[Mapping[str, object]]) -> Insert:
    """Many new rows of the same columns.

    ``execute`` and ``fetch_all`` of a database divide what is too much for one statement, and so does `Insert.chunks`.

    Raises:
        SQLBuilderError: ``insert_rows`` for a row with other columns than the first; ``details["row"]`` is its index.
    """
    return Insert.of(table, rows)


def insert_from(table: str, columns: Iterable[str], query: Query) -> Insert:
    """The rows of a query: ``INSERT INTO "t" ("a", "b") SELECT ...``."""
    return Insert.of_query(table, columns, query)


def insert_defaults(table: str) -> Insert:
    """One row of defaults: ``INSERT INTO "t" DEFAULT VALUES``."""
    return Insert.of_defaults(table)
