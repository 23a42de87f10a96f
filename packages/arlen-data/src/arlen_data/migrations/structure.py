"""The structure of a database as SQL: its schema, and which migrations made it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from arlen_data.errors import MigrationError

if TYPE_CHECKING:
    from arlen_data._sync.database import Database

_STATE_TABLES = r"arlen\_schema\_migrations%"
_OBJECTS = (
    r"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
    " ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, name"
)
_TABLES: Mapping[str, str] = {
    "sqlite": r"SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE $1 ESCAPE '\' ORDER BY name",
    "postgresql": (
        "SELECT quote_ident(schemaname) || '.' || tablename AS name FROM pg_tables WHERE tablename LIKE $1 ORDER BY 1"
    ),
}
_OF_THE_MOMENT = re.compile(r"^(?:\\(?:un)?restrict .*|-- Dumped .*)\n", re.MULTILINE)
_ADDRESS = frozenset({"host", "hostaddr", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey"})
_SPECIAL = re.compile(r"([\\'])")
_ESCAPED = r"\\\1"


def structure_of(database: Database) -> str:
    """SQL that makes an empty database equal to this one, rows of the state tables included and no others.

    Raises:
        MigrationError: code ``no_structure``: PostgreSQL's is written by its program ``pg_dump``, which is not there or
            refuses.
    """
    dialect = database.adapter_name
    versions = [
        f"INSERT INTO {table} (version, checksum, tool_version) VALUES {_rows(database, table)};\n"
        for table in database.fetch_column(_TABLES[dialect], [_STATE_TABLES])
        if database.fetch_value(f"SELECT count(*) FROM {table}")
    ]
    return "\n".join([_SCHEMAS[dialect](database), *versions])


def _sqlite(database: Database) -> str:
    return "".join(f"{sql};\n" for sql in database.fetch_column(_OBJECTS))


def _postgresql(database: Database) -> str:
    program = shutil.which("pg_dump")
    if program is None:
        raise MigrationError(
            "pg_dump writes the structure of PostgreSQL, and is not on the PATH; install PostgreSQL's client programs",
            code="no_structure",
        )
    with database.connection() as connection:
        info = connection.raw.info
        address = {name: value for name, value in info.get_parameters().items() if name in _ADDRESS}
        secret = {"PGPASSWORD": info.password}
    words = " ".join(f"{name}='{_SPECIAL.sub(_ESCAPED, value)}'" for name, value in address.items())
    command = [program, "--schema-only", "--no-owner", "--no-privileges", "--dbname", words]
    done = subprocess.run(command, env={**os.environ, **secret}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MigrationError(f"pg_dump refuses: {done.stderr.strip()}", code="no_structure")
    return _OF_THE_MOMENT.sub("", done.stdout)


_SCHEMAS: Mapping[str, Callable[[Database], str]] = {"sqlite": _sqlite, "postgresql": _postgresql}


def _rows(database: Database, table: str) -> str:
    sql = f"SELECT version, checksum, tool_version FROM {table} ORDER BY version"
    rows: list[tuple[str | None, ...]] = database.fetch_all(sql, rows_as=tuple)
    return ",\n  ".join("({})".format(", ".join(_literal(value) for value in row)) for row in rows)


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'{}'".format(value.replace("'", "''"))
