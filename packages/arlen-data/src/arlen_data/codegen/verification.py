"""Verification: what a live database says about queries and the types that they declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from arlen_data._sync.connection import Connection
from arlen_data._sync.database import Database
from arlen_data.dialects import syntax_of
from arlen_data.errors import QueryFailed

from .postgres_catalog import RESOLVED_TYPES
from .python_types import type_named
from .typed_queries import TypedField, TypedQuery

_ACCEPTED: Mapping[str, frozenset[str]] = {
    "float": frozenset({"int"}),
    "Decimal": frozenset({"int"}),
    "Number": frozenset({"int", "float", "Decimal"}),
}
_TYPES = f"""
{RESOLVED_TYPES}
SELECT r.oid::bigint AS oid,
       CASE WHEN m.typtype = 'e' THEN CASE WHEN m.oid = t.oid THEN 'text' ELSE 'text[]' END
            ELSE format_type(t.oid, NULL) END AS name
FROM resolved r
JOIN pg_type t ON t.oid = r.base
JOIN pg_type m ON m.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
WHERE r.oid::bigint = ANY($1)
"""
_NULLABLE = f"""
{RESOLVED_TYPES}
SELECT a.attrelid::bigint AS relation, a.attnum::int AS number
FROM pg_attribute a JOIN resolved r ON r.oid = a.atttypid
WHERE a.attrelid::bigint = ANY($1) AND NOT a.attnotnull AND NOT r.not_null
"""


def verify_queries(database: Database, queries: Iterable[TypedQuery]) -> list[str]:
    """What is wrong with the queries in this database, each with file and line; nothing is run.

    PostgreSQL prepares each query and knows the types of parameters and results, and which columns may be NULL. SQLite
    compiles each query and knows whether the fields are there.
    """
    check = _CHECKS[database.adapter_name]
    with database.connection() as connection:
        return [
            f"{query.file}, line {query.line}: {query.name}: {problem}"
            for query in queries
            for problem in check(connection, query)
        ]


def _check_sqlite(connection: Connection, query: TypedQuery) -> Iterator[str]:
    values = (None,) * len(query.parameters)
    reads = bool(query.fields) and syntax_of("sqlite").plan(query.sql).reads
    fields = ", ".join(f"arlen_query.[{field.name}]" for field in query.fields)
    sql = f"SELECT {fields} FROM ({query.sql}\n) AS arlen_query" if reads else query.sql
    try:
        connection.fetch_all(f"EXPLAIN {sql}", values)
    except QueryFailed as error:
        yield str(error).replace("arlen_query.", "")


def _check_postgres(connection: Connection, query: TypedQuery) -> Iterator[str]:
    server = connection.raw.pgconn
    prepared = server.prepare(b"", query.sql.encode())
    if prepared.error_message:
        yield prepared.error_message.decode(errors="replace").partition("\n")[0]
        return
    described = server.describe_prepared(b"")
    given = [described.param_type(index) for index in range(described.nparams)]
    columns = {described.fname(index).decode(): index for index in range(described.nfields)}
    kinds = [described.ftype(index) for index in range(described.nfields)]
    names = {row["oid"]: row["name"] for row in connection.fetch_all(_TYPES, ([*given, *kinds],))}
    for parameter, oid in zip(query.parameters, given, strict=True):
        yield from _mismatch(f"the parameter {parameter.name}", parameter, names.get(oid))
    for field in query.fields:
        if field.name not in columns:
            yield f"the result has no column {field.name}"
            continue
        yield from _mismatch(f"the field {field.name}", field, names.get(kinds[columns[field.name]]))
    yield from _nullable(connection, described, [(each, columns.get(each.name)) for each in query.fields])


def _nullable(connection: Connection, described: Any, fields: Sequence[tuple[TypedField, int | None]]) -> Iterator[str]:
    places = {
        field.name: (described.ftable(index), described.ftablecol(index))
        for field, index in fields
        if index is not None and not field.nullable and not field.type.document
    }
    rows = connection.fetch_all(_NULLABLE, ([relation for relation, _ in places.values()],))
    nullable = {(row["relation"], row["number"]) for row in rows}
    for name, place in places.items():
        if place in nullable:
            yield f"the field {name} may be NULL; declare it with ?"


def _mismatch(what: str, declared: TypedField, actual: str | None) -> Iterator[str]:
    known = type_named(actual or "")
    annotation = declared.type.annotation
    fits = known is None or known.annotation in {annotation, *_ACCEPTED.get(annotation, ())}
    if not fits and annotation != "object":
        yield f"{what} is declared as {annotation}, and is {actual}"


_CHECKS: Mapping[str, Callable[[Connection, TypedQuery], Iterator[str]]] = {
    "sqlite": _check_sqlite,
    "postgresql": _check_postgres,
}
