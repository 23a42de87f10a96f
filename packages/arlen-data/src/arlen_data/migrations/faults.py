"""What is wrong with a migration, in one sentence that names the file and the line."""

from __future__ import annotations

import traceback
from pathlib import Path

from arlen_data.errors import ArlenDataError, MigrationError
from arlen_data.script import ScriptStatement


def fault(path: Path, line: int | None, what: str, *, code: str, sqlstate: str | None = None) -> MigrationError:
    """The error for a file: ``20260101_users.sql, line 4: … (SQLSTATE 42P01)``."""
    place = path.name if line is None else f"{path.name}, line {line}"
    state = f" (SQLSTATE {sqlstate})" if sqlstate else ""
    details = {"file": path.name, "path": str(path), "line": line, "sqlstate": sqlstate}
    return MigrationError(f"{place}: {what}{state}", code=code, details=details)


def statement_failed(path: Path, statement: ScriptStatement, error: Exception) -> MigrationError:
    """The error for a statement that the database refused; the server's position makes the line exact."""
    position = int(getattr(error, "server_position", None) or 1)
    line = statement.line + statement.sql.count("\n", 0, position - 1)
    return _failed(path, line, error)


def file_failed(path: Path, error: Exception) -> MigrationError:
    """The error for a Python migration that raised, or a file whose transaction could not be ended."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
    return _failed(path, line, error)


def _failed(path: Path, line: int | None, error: Exception) -> MigrationError:
    what = str(error) if isinstance(error, ArlenDataError) else f"{type(error).__name__}: {error}"
    return fault(path, line, what, code="migration_failed", sqlstate=getattr(error, "sqlstate", None))
