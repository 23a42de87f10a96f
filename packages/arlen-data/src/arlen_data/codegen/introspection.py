"""Introspection: the schema that a live database has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from . import postgres_catalog, sqlite_catalog
from .schema import Schema, chosen

STATE_TABLES = "arlen_schema_migrations*"


class Readable(Protocol):
    """A database or a connection: whatever fetches rows."""

    def fetch_all(self, statement: str, parameters: tuple[object, ...] = ...) -> list[Any]: ...


_READERS: Mapping[str, Callable[[Readable, Callable[[Mapping[str, Any]], bool]], Schema]] = {
    "postgresql": postgres_catalog.read,
    "sqlite": sqlite_catalog.read,
}


def read_schema(
    database: Readable, dialect: str, *, include: Iterable[str] = (), exclude: Iterable[str] = ()
) -> Schema:
    """The tables and views of a database, without those of the system and of the migrations.

    Args:
        database: what fetches rows.
        dialect: ``postgresql`` or ``sqlite``.
        include: patterns of the shell for the names of tables (``users``, ``billing.*``); none means all.
        exclude: patterns for tables to leave out.

    Raises:
        SchemaCodegenError: code ``invalid_metadata``.
    """
    state = (STATE_TABLES, f"*.{STATE_TABLES}")
    return _READERS[dialect](database, chosen(include, [*exclude, *state]))
