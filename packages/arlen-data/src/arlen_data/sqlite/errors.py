"""What SQLite says when it refuses, in the words of this package."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from arlen_data.errors import ArlenDataError, IntegrityError, InvalidArgumentError, QueryFailed
from arlen_data.parameters import Parameters, unsupported

_INTEGRITY: Mapping[str, tuple[str, str]] = {
    "SQLITE_CONSTRAINT_UNIQUE": ("unique_violation", "23505"),
    "SQLITE_CONSTRAINT_PRIMARYKEY": ("unique_violation", "23505"),
    "SQLITE_CONSTRAINT_ROWID": ("unique_violation", "23505"),
    "SQLITE_CONSTRAINT_FOREIGNKEY": ("foreign_key_violation", "23503"),
    "SQLITE_CONSTRAINT_NOTNULL": ("not_null_violation", "23502"),
    "SQLITE_CONSTRAINT_CHECK": ("check_violation", "23514"),
}
_BY_NAME: Mapping[str, tuple[str, str]] = {
    "SQLITE_BUSY": ("database_locked", "55P03"),
    "SQLITE_LOCKED": ("database_locked", "55P03"),
    "SQLITE_READONLY": ("read_only", "25006"),
    "SQLITE_INTERRUPT": ("interrupted", "57014"),
}
_BY_MESSAGE: tuple[tuple[str, str, str], ...] = (
    ("no such table", "undefined_table", "42P01"),
    ("no such column", "undefined_column", "42703"),
    ("has no column named", "undefined_column", "42703"),
    ("syntax error", "syntax_error", "42601"),
    ("incomplete input", "syntax_error", "42601"),
    ("unrecognized token", "syntax_error", "42601"),
)


def translate(error: Exception, sql: str, parameters: Parameters) -> ArlenDataError:
    """The error of this package for one that ``sqlite3`` raised while it ran ``sql``."""
    if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return _refused(error, sql)
    if "one statement" in str(error):
        return InvalidArgumentError(
            "the SQL holds several statements; run them one by one or as a script with execute_script()",
            code="multiple_statements",
            details={"sql": sql},
        )
    return unsupported(parameters, sql) or InvalidArgumentError(
        f"the SQL and its parameters do not fit: {error}", code="invalid_parameters", details={"sql": sql}
    )


def _refused(error: sqlite3.Error, sql: str) -> QueryFailed:
    name = getattr(error, "sqlite_errorname", None)
    facts: dict[str, object] = {"sql": sql, "sqlite_errorname": name}
    if isinstance(error, sqlite3.IntegrityError):
        code, facts["sqlstate"] = _INTEGRITY.get(name or "", ("integrity_violation", "23000"))
        return IntegrityError(f"the change was refused: {error}", code=code, details=facts)
    code, facts["sqlstate"] = _classify(name or "", str(error))
    return QueryFailed(f"the statement failed: {error}", code=code, details=facts)


def _classify(name: str, message: str) -> tuple[str, str | None]:
    for prefix, known in _BY_NAME.items():
        if name.startswith(prefix):
            return known
    for words, code, sqlstate in _BY_MESSAGE:
        if words in message:
            return code, sqlstate
    return "query_failed", None
