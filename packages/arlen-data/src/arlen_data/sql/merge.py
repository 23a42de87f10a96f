"""MERGE. PostgreSQL 15 and later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from .clauses import Returning, Targeted, clause
from .cte import write_ctes
from .identifiers import name, path
from .predicates import Condition, Predicate, conditions_of, operand
from .refusals import refuse
from .statement import Statement
from .syntax import Fragment, Syntax, listed, sequence, values_of
from .templates import Expr, fragment
from .update import assignment, source_of

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


def write_merge(
    out: Writer,
    ctes: tuple[Syntax, ...],
    table: tuple[Syntax, ...],
    alias: tuple[Syntax, ...],
    using: tuple[Syntax, ...],
    branches: tuple[Syntax, ...],
    returning: tuple[Syntax, ...],
) -> None:
    out.require("merge")
    if not using or not branches:
        raise refuse("merge_empty")
    write_ctes(out, ctes)
    out.write_clause("MERGE INTO ", table + alias)
    out.write_clause(" USING ", using)
    out.write_list("", branches)
    out.write_clause(" RETURNING ", returning, ", ")


class Merge(Targeted, Returning):
    """One table brought into line with another table or query."""

    __slots__ = ()
    ORDER: ClassVar = ("with", "table", "alias", "using", "branches", "returning")
    WRITE: ClassVar = staticmethod(write_merge)

    def using(self, source: str | Statement, alias: str | None = None, *, on: Expr | Predicate) -> Self:
        """Where the rows come from, and which of them match."""
        read, condition = source_of(source, alias), fragment(on, "join on")
        joined = Fragment(sequence(read.syntax, " ON ", condition.syntax), read.values + condition.values)
        return self._put(using=clause([joined]))

    def when_matched_update(self, values: Mapping[str, object], *conditions: Condition) -> Self:
        """Change the row that matches. Later branches see what no earlier one took."""
        changes = [assignment(column, values[column], "update_field") for column in sorted(values, key=str)]
        if not changes:
            raise refuse("update_empty", self.target)
        update = sequence("UPDATE SET ", listed([change.syntax for change in changes]))
        return self._when(" WHEN MATCHED", conditions, Fragment(update, values_of(changes)))

    def when_matched_delete(self, *conditions: Condition) -> Self:
        """Delete the row that matches."""
        return self._when(" WHEN MATCHED", conditions, Fragment("DELETE"))

    def when_matched_do_nothing(self, *conditions: Condition) -> Self:
        """Leave the row that matches."""
        return self._when(" WHEN MATCHED", conditions, Fragment("DO NOTHING"))

    def when_not_matched_insert(self, values: Mapping[str, object], *conditions: Condition) -> Self:
        """Insert a row for what matches none."""
        if not values:
            raise refuse("insert_empty", self.target)
        columns = sorted(values, key=str)
        named = listed([name(column, "insert_field") for column in columns])
        given = [operand(values[column]) for column in columns]
        insert = sequence("INSERT (", named, ") VALUES (", listed([value.syntax for value in given]), ")")
        return self._when(" WHEN NOT MATCHED", conditions, Fragment(insert, values_of(given)))

    def when_not_matched_do_nothing(self, *conditions: Condition) -> Self:
        """Leave out what matches none."""
        return self._when(" WHEN NOT MATCHED", conditions, Fragment("DO NOTHING"))

    def _when(self, opening: str, conditions: Iterable[Condition], action: Fragment) -> Self:
        tested = conditions_of(conditions)
        test = [sequence(" AND ", condition.syntax) for condition in tested]
        branch = sequence(opening, *test, " THEN ", action.syntax)
        return self._extend("branches", [Fragment(branch, values_of(tested) + action.values)])


def merge_into(table: str, alias: str | None = None) -> Merge:
    """Bring a table into line: ``merge_into("t", "t").using("s", "s", on=...).when_matched_update(...)``.

    Raises:
        SQLBuilderError: ``table``; when compiled ``merge_empty`` without source or branch.
    """
    merge = Merge({"table": ((path(table, "table"),), ())})
    return merge if alias is None else merge.as_(alias)
