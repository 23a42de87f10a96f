"""INSERT ... ON CONFLICT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from .clauses import clause
from .identifiers import name
from .insert import Insert
from .predicates import Condition, Predicate, conditions_of
from .query import Query
from .refusals import refuse
from .syntax import Fragment, Syntax, listed, needing, sequence, values_of
from .templates import TRUSTED, Expr, fragment

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer

_WHERE = "on conflict do update where"


class Upsert(Insert):
    """New rows for one table, and what to do about those that are there already."""

    __slots__ = ()

    def on_conflict_do_nothing(
        self, *columns: str, constraint: str | None = None, target_where: Condition | None = None
    ) -> Self:
        """Leave the row that is there. Without columns any conflict counts.

        Args:
            columns: the columns of a unique index.
            constraint: the name of a constraint instead (PostgreSQL).
            target_where: the condition of a partial unique index.
        """
        target = _target(columns, constraint, target_where)
        nothing = Fragment(sequence(" ON CONFLICT", target.syntax, " DO NOTHING"), target.values)
        return self._put(conflict=clause([nothing]), conflict_where=((), ()))

    def on_conflict_update(
        self,
        columns: Iterable[str] = (),
        *,
        set_fields: Sequence[str] = (),
        assignments: Mapping[str, Expr | Fragment | str] | None = None,
        where: Expr | Predicate | None = None,
        constraint: str | None = None,
        target_where: Condition | None = None,
    ) -> Self:
        """Change the row that is there.

        Args:
            columns: the columns of a unique index.
            set_fields: these columns take the proposed value, in this order.
            assignments: these columns take the value of an expression; a string is trusted SQL text.
            where: change the row under this condition only.
            constraint: the name of a constraint instead of columns (PostgreSQL).
            target_where: the condition of a partial unique index.
        """
        if bool(set_fields) == bool(assignments):
            raise refuse("conflict_update_empty", self.target)
        target = _target(columns, constraint, target_where)
        changes = [_proposed(field) for field in set_fields] + [
            _assigned(field, value) for field, value in sorted((assignments or {}).items())
        ]
        written = listed([change.syntax for change in changes])
        update = Fragment((write_update, self.target, target.syntax, written), target.values + values_of(changes))
        conditional = self._put(conflict=clause([update]), conflict_where=((), ()))
        return conditional if where is None else conditional.on_conflict_update_where(where)

    def on_conflict_update_where(self, where: Expr | Predicate) -> Self:
        """Change the row that is there under this condition only."""
        conflict = self._syntaxes("conflict")
        if not conflict:
            raise refuse("conflict_where_without_update", self.target)
        if conflict[0][0] is not write_update:
            raise refuse("conflict_where_with_nothing", self.target)
        return self._put(conflict_where=clause([fragment(where, _WHERE)]))


def insert_into(table: str, values: Mapping[str, object]) -> Upsert:
    """One new row, with ON CONFLICT; see `arlen_data.insert_into`."""
    return Upsert.of(table, (values,))


def insert_many(table: str, rows: Iterable[Mapping[str, object]]) -> Upsert:
    """Many new rows of the same columns, with ON CONFLICT; see `arlen_data.insert_many`."""
    return Upsert.of(table, rows)


def insert_from(table: str, columns: Iterable[str], query: Query) -> Upsert:
    """The rows of a query, with ON CONFLICT; see `arlen_data.insert_from`."""
    return Upsert.of_query(table, columns, query)


def write_update(out: Writer, table: str | None, target: Syntax, changes: Syntax) -> None:
    if target == "" and out.dialect.conflict_target_required:
        raise refuse("conflict_target_required", table)
    out.write(" ON CONFLICT")
    out.write(target)
    out.write(" DO UPDATE SET ")
    out.write(changes)


def _target(columns: Iterable[str], constraint: str | None, where: Condition | None) -> Fragment:
    if constraint is not None:
        named = sequence(" ON CONSTRAINT ", name(constraint, "conflict_constraint"))
        return Fragment(needing("conflict_on_constraint", named))
    members = [name(column, "conflict_column") for column in columns]
    if not members:
        return Fragment("")
    listing = sequence(" (", listed(members), ")")
    partial = conditions_of([] if where is None else [where], "on conflict where")
    if not partial:
        return Fragment(listing)
    return Fragment(sequence(listing, " WHERE ", partial[0].syntax), values_of(partial))


def _proposed(field: str) -> Fragment:
    column = name(field, "conflict_field")
    return Fragment(sequence(column, " = EXCLUDED.", column))


def _assigned(field: str, value: Expr | Fragment | str) -> Fragment:
    column = name(field, "conflict_field")
    if isinstance(value, str):
        value = Expr(TRUSTED, value)
    if not isinstance(value, Expr | Fragment):
        raise refuse("assignment_value", field)
    written = fragment(value, field)
    return Fragment(sequence(column, " = ", written.syntax), written.values)
