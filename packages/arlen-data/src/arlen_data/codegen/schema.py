"""The schema of a database: tables, columns, keys and enums as plain values, whatever database they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

from arlen_data.errors import SchemaCodegenError
from arlen_data.typed import ForeignKey

from .names import IDENTIFIER

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column.

    Attributes:
        data_type: the SQL type, domains resolved, arrays with ``[]``; for enums their ``schema.name``.
        has_default: whether an INSERT may leave it out although it is not nullable.
        generated: whether the database alone writes it.
    """

    schema: str
    table: str
    name: str
    ordinal: int
    data_type: str
    nullable: bool
    has_default: bool = False
    generated: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """What is known of a table beside its columns."""

    primary_key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table or view; its columns in order."""

    schema: str
    name: str
    columns: tuple[ColumnInfo, ...]
    keys: Keys

    @property
    def qualified(self) -> str:
        """``users`` in the schema ``public``, else ``billing.invoices``."""
        return qualified(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class EnumInfo:
    """An enum type and its labels in order."""

    schema: str
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables and enums of a database, sorted by schema and name."""

    tables: tuple[TableInfo, ...]
    enums: tuple[EnumInfo, ...] = ()

    @classmethod
    def of(
        cls,
        rows: Iterable[Mapping[str, Any]],
        keys: Mapping[tuple[str, str], Keys] | None = None,
        enums: Iterable[EnumInfo] = (),
    ) -> Schema:
        """The schema with these columns, in whatever order they come.

        Args:
            rows: see `normalize_columns`.
            keys: what else is known of tables, by schema and name.
            enums: those that columns name as their type; others are left out.

        Raises:
            SchemaCodegenError: ``invalid_metadata``.
        """
        columns = normalize_columns(rows)
        tables = tuple(
            TableInfo(schema, table, tuple(members), (keys or {}).get((schema, table), Keys()))
            for (schema, table), members in groupby(columns, key=lambda column: (column.schema, column.table))
        )
        used = {column.data_type.removesuffix("[]") for column in columns}
        wanted = [enum for enum in enums if f"{enum.schema}.{enum.name}" in used]
        return cls(tables, tuple(sorted(wanted, key=lambda enum: (enum.schema, enum.name))))


def qualified(schema: str, table: str) -> str:
    """The name of a table as SQL has it; ``public`` goes without saying."""
    return table if schema == PUBLIC else f"{schema}.{table}"


def chosen(include: Iterable[str], exclude: Iterable[str]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a row is about a table that matches one of ``include`` (none means all) and none of ``exclude``.

    Patterns are those of the shell, for ``users`` or ``billing.invoices``.
    """
    wanted, unwanted = tuple(include), tuple(exclude)

    def choose(row: Mapping[str, Any]) -> bool:
        table = qualified(row["schema"], row["table"])
        return any(fnmatchcase(table, pattern) for pattern in wanted or "*") and not any(
            fnmatchcase(table, pattern) for pattern in unwanted
        )

    return choose


def normalize_columns(rows: Iterable[Mapping[str, Any]]) -> tuple[ColumnInfo, ...]:
    """Columns from rows of a catalog, sorted by schema, table, ordinal and name.

    A row has ``schema`` or ``table_schema``, ``table`` or ``table_name``, ``column`` or ``column_name``, and may have
    ``data_type`` or ``type`` (default ``text``), ``ordinal`` or ``ordinal_position`` (default: its position among the
    rows), ``is_nullable`` (``no``, ``false`` and 0 say that it is not), ``has_default``, ``generated``, ``comment``.

    Raises:
        SchemaCodegenError: code ``invalid_metadata`` for names that cannot be written in Python and in plain SQL.
    """
    columns = [_column(row, position) for position, row in enumerate(rows, 1)]
    return tuple(sorted(columns, key=lambda column: (column.schema, column.table, column.ordinal, column.name)))


def _column(row: Mapping[str, Any], position: int) -> ColumnInfo:
    names = {kind: _first(row, kind, alias) for kind, alias in _NAMES.items()}
    dotted = ".".join(str(name) for name in names.values())
    for kind, name in names.items():
        if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
            raise SchemaCodegenError(
                f'{dotted}: the {kind} is no plain identifier (letters, digits, "_"); exclude the table or rename it',
                code="invalid_metadata",
                details={"identifier": dotted},
            )
    ordinal = _first(row, "ordinal", "ordinal_position")
    return ColumnInfo(
        schema=names["schema"],
        table=names["table"],
        name=names["column"],
        ordinal=ordinal if isinstance(ordinal, int) and ordinal > 0 else position,
        data_type=str(_first(row, "data_type", "type") or "text"),
        nullable=str(row.get("is_nullable", "yes")).lower() not in _NOT_NULLABLE,
        has_default=bool(row.get("has_default")),
        generated=bool(row.get("generated")),
        comment=row.get("comment"),
    )


def _first(row: Mapping[str, Any], *keys: str) -> Any:
    return next((row[key] for key in keys if row.get(key) is not None), None)


_NAMES = {"schema": "table_schema", "table": "table_name", "column": "column_name"}
_NOT_NULLABLE = ("no", "false", "0")
