"""What SQLite says about tables, and what the types that they declare mean."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from arlen_data.errors import SchemaCodegenError
from arlen_data.typed import ForeignKey

from .python_types import type_named
from .schema import PUBLIC, Keys, Schema

if TYPE_CHECKING:
    from .introspection import Readable

_LISTS_TABLES_SINCE = (3, 37, 0)
_COLUMNS = """
SELECT t.name AS "table", t.wr AS without_rowid, c.*
FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
WHERE t.schema = 'main' AND t.type IN ('table', 'view', 'virtual') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  AND c.hidden <> 1
"""
_UNIQUES = """
SELECT i.name AS "index", c.name AS "column"
FROM pragma_index_list($1) AS i JOIN pragma_index_info(i.name) AS c
WHERE i.origin = 'u' AND i.partial = 0 ORDER BY i.seq DESC, c.seqno
"""
_FOREIGN_KEYS = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list($1) ORDER BY id DESC, seq'

_SPOKEN = {
    "datetime": "timestamp",
    "json": "json_text",
    "jsonb": "bytea",
    "any": "any",
}
_AFFINITIES = (("int", "bigint"), ("char|clob|text", "text"), ("blob", "bytea"), ("real|floa|doub", "double precision"))
_MODIFIER = re.compile(r"\s*\(.*\)")


def read(database: Readable, choose: Callable[[Mapping[str, Any]], bool]) -> Schema:
    """The chosen tables and views of the database ``main``, as those of the schema ``public``.

    Raises:
        SchemaCodegenError: code ``library_too_old``.
    """
    if sqlite3.sqlite_version_info < _LISTS_TABLES_SINCE:
        raise SchemaCodegenError(
            f"reading a schema needs SQLite 3.37 or later, and this Python uses {sqlite3.sqlite_version}",
            code="library_too_old",
        )
    tables: dict[str, list[Any]] = defaultdict(list)
    for row in database.fetch_all(_COLUMNS):
        if choose({"schema": PUBLIC, "table": row["table"]}):
            tables[row["table"]].append(row)
    primary_keys = {name: _primary_key(columns) for name, columns in tables.items()}
    keys = {(PUBLIC, name): _keys(database, name, primary_keys) for name in tables}
    rows = [row for columns in tables.values() for row in _rows(columns)]
    return Schema.of(rows, keys)


def sql_type(declared: str) -> str:
    """The type that a column of SQLite means: its name where that is one, else the type of its affinity.

    SQLite's documentation, "Datatypes In SQLite", section 3.1.
    """
    plain = _MODIFIER.sub("", declared).strip().lower()
    spoken = _SPOKEN.get(plain, plain)
    if type_named(spoken):
        return spoken
    return next((name for pattern, name in _AFFINITIES if re.search(pattern, plain)), spoken or "any")


def _rows(columns: list[Any]) -> Iterator[dict[str, Any]]:
    key = _primary_key(columns)
    for row in columns:
        counted = key == (row["name"],) and row["type"].upper() == "INTEGER" and not row["without_rowid"]
        yield {
            "schema": PUBLIC,
            "table": row["table"],
            "column": row["name"],
            "ordinal": row["cid"] + 1,
            "data_type": sql_type(row["type"]),
            "is_nullable": not (row["notnull"] or row["pk"]),
            "has_default": counted or row["dflt_value"] is not None,
            "generated": row["hidden"] in (2, 3),
        }


def _primary_key(columns: list[Any]) -> tuple[str, ...]:
    return tuple(row["name"] for row in sorted(columns, key=lambda row: row["pk"]) if row["pk"])


def _keys(database: Readable, table: str, primary_keys: Mapping[str, tuple[str, ...]]) -> Keys:
    uniques: dict[str, list[str]] = defaultdict(list)
    for row in database.fetch_all(_UNIQUES, (table,)):
        uniques[row["index"]].append(row["column"])
    references: dict[int, list[Any]] = defaultdict(list)
    for row in database.fetch_all(_FOREIGN_KEYS, (table,)):
        references[row["id"]].append(row)
    return Keys(
        primary_key=primary_keys[table],
        uniques=tuple(sorted(tuple(columns) for columns in uniques.values())),
        foreign_keys=tuple(_foreign_key(rows, primary_keys) for rows in references.values()),
    )


def _foreign_key(rows: list[Any], primary_keys: Mapping[str, tuple[str, ...]]) -> ForeignKey:
    other = rows[0]["table"]
    named = tuple(row["to"] for row in rows)
    return ForeignKey(
        tuple(row["from"] for row in rows), other, primary_keys.get(other, ()) if None in named else named
    )
