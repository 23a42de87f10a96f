"""What generated modules are made of: tables that are classes, columns that know their type, values left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Protocol, TypeAlias, TypeVar

from .decoding import JSONValue
from .postgres.json import json_value
from .row import Row
from .sql.delete import Delete, delete_from
from .sql.predicates import Predicate, op
from .sql.select import Select, select_from
from .sql.statement import Statement
from .sql.syntax import Fragment
from .sql.templates import Expr
from .sql.terms import Column
from .sql.update import Update, update_table
from .sql.upsert import Upsert, insert_into

__all__ = [
    "UNSET",
    "AsyncSQLRunner",
    "ForeignKey",
    "KeyedTable",
    "SQLRunner",
    "Table",
    "TypedColumn",
    "Unset",
    "given",
    "json_document",
]

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""A column that is left out of a statement; None is NULL."""

Compared: TypeAlias = T | Fragment | Expr | Statement | None


class TypedColumn(Column, Generic[T]):
    """A column, and for type checkers the type of its values: comparing it with another type is an error to them."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        return TypedColumn, (self.name,)

    def eq(self, value: Compared[T]) -> Predicate:
        """``self = value``. Type checkers notice a wrong type here, which they cannot with ``==``."""
        return op(self, "=", value)

    def ne(self, value: Compared[T]) -> Predicate:
        """``self <> value``, likewise."""
        return op(self, "<>", value)

    if not TYPE_CHECKING:

        def __class_getitem__(cls, item):
            return cls

    if TYPE_CHECKING:

        def __eq__(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def __ne__(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def __lt__(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def __le__(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def __gt__(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def __ge__(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def __hash__(self) -> int: ...
        def in_(self, values: Iterable[T | None] | Statement) -> Predicate: ...  # type: ignore[override]
        def not_in(self, values: Iterable[T] | Statement) -> Predicate: ...  # type: ignore[override]
        def between(self, low: Compared[T], high: Compared[T]) -> Predicate: ...  # type: ignore[override]
        def is_distinct_from(self, value: Compared[T]) -> Predicate: ...  # type: ignore[override]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values are those of another table's key.

    Attributes:
        columns: the columns here.
        table: the other table: ``users``, or ``billing.invoices`` outside of the schema ``public``.
        references: its columns, in the same order.
    """

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


class Table:
    """A table or view. Subclasses are generated, and have a constant for each column beside these."""

    TABLE: ClassVar[str]
    ALL_COLUMNS: ClassVar[tuple[str, ...]]
    ALL_QUALIFIED_COLUMNS: ClassVar[tuple[str, ...]]
    UNIQUES: ClassVar[tuple[tuple[str, ...], ...]] = ()
    FOREIGN_KEYS: ClassVar[tuple[ForeignKey, ...]] = ()

    @classmethod
    def select_all(cls) -> Select:
        """A query of all columns."""
        return select_from(cls.TABLE, *cls.ALL_QUALIFIED_COLUMNS)

    @classmethod
    def select_columns(cls, *columns: str | Column) -> Select:
        """A query of these columns; none means all."""
        return select_from(cls.TABLE, *columns) if columns else cls.select_all()

    @classmethod
    def insert(cls, values: Mapping[str, object]) -> Upsert:
        """A new row; without values, one of defaults."""
        return insert_into(cls.TABLE, values) if values else Upsert.of_defaults(cls.TABLE)

    @classmethod
    def update(cls, values: Mapping[str, object]) -> Update:
        """Changes of rows; say which with ``where``."""
        return update_table(cls.TABLE, values)

    @classmethod
    def delete(cls) -> Delete:
        """Rows to remove; say which with ``where``."""
        return delete_from(cls.TABLE)


class KeyedTable(Table):
    """A table with a primary key."""

    PRIMARY_KEY: ClassVar[tuple[str, ...]]

    @classmethod
    def upsert(cls, values: Mapping[str, object]) -> Upsert:
        """A new row, or changes of the one that has this primary key."""
        insert = cls.insert(values)
        changed = sorted(set(values).difference(cls.PRIMARY_KEY))
        if not changed:
            return insert.on_conflict_do_nothing(*cls.PRIMARY_KEY)
        return insert.on_conflict_update(cls.PRIMARY_KEY, set_fields=changed)


class SQLRunner(Protocol):
    """What runs SQL: a `Database` or a `Connection`."""

    def fetch_all(self, statement: str, parameters: Sequence[object] = ...) -> list[Row]: ...
    def fetch_one(self, statement: str, parameters: Sequence[object] = ...) -> Row | None: ...
    def fetch_exactly_one(self, statement: str, parameters: Sequence[object] = ...) -> Row: ...
    def execute(self, statement: str, parameters: Sequence[object] = ...) -> int: ...


class AsyncSQLRunner(Protocol):
    """The same for asyncio: an `AsyncDatabase` or an `AsyncConnection`."""

    async def fetch_all(self, statement: str, parameters: Sequence[object] = ...) -> list[Row]: ...
    async def fetch_one(self, statement: str, parameters: Sequence[object] = ...) -> Row | None: ...
    async def fetch_exactly_one(self, statement: str, parameters: Sequence[object] = ...) -> Row: ...
    async def execute(self, statement: str, parameters: Sequence[object] = ...) -> int: ...


def given(values: Mapping[str, object]) -> dict[str, object]:
    """The values without those that are `UNSET`."""
    return {column: value for column, value in values.items() if value is not UNSET}


def json_document(value: JSONValue | Unset) -> object:
    """A value for a JSON column: a document, NULL for None, `UNSET` as it is."""
    return value if value is None or isinstance(value, Unset) else json_value(value)
