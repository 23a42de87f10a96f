"""Migration files: what is in a directory, in which order."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from arlen_data.errors import MigrationError

from .faults import fault
from .parts import Part, SQLPart, python_parts, sql_parts

DEFAULT_TARGET = "default"

_TARGET = re.compile(r"[a-z][a-z0-9_]{0,31}")
_DOWN = ".down.sql"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of a directory of migrations.

    Attributes:
        version: the name of the file without its suffix.
        path: the file.
        up: what it does.
        down: what undoes that: the file ``<version>.down.sql``, the section after ``-- arlen:down`` or the function
            ``downgrade``; or None.
        checksum: the SHA-256 of ``up`` in hexadecimal; line endings and blanks at the end of lines do not count.
    """

    version: str
    path: Path
    up: Part
    down: Part | None
    checksum: str


def checked_target(name: str) -> str:
    """The name of a target, trimmed and in lower case; ``default`` for an empty one.

    Raises:
        MigrationError: code ``invalid_target``.
    """
    target = name.strip().lower() or DEFAULT_TARGET
    if not _TARGET.fullmatch(target):
        raise MigrationError(
            f"{name!r} cannot name a database target; use at most 32 letters, digits and underscores, a letter first",
            code="invalid_target",
            details={"target": name},
        )
    return target


def directory_of(root: str | os.PathLike[str], target: str) -> Path:
    """Where the files of a target are: ``root`` itself, or the directory in it that is named after the target."""
    return Path(root) if target == DEFAULT_TARGET else Path(root) / target


def read_migrations(directory: Path) -> tuple[Migration, ...]:
    """The migrations of a directory in the order of their file names, by code point.

    Raises:
        MigrationError: ``migrations_dir_missing``, ``duplicate_version``, ``invalid_migration``.
    """
    if not directory.is_dir():
        raise MigrationError(
            f"there is no directory {directory}; make it, or say where the migrations are",
            code="migrations_dir_missing",
            details={"path": str(directory)},
        )
    files = sorted((path for path in directory.iterdir() if path.is_file()), key=lambda path: path.name)
    downs = {path.name.removesuffix(_DOWN): path for path in files if path.name.endswith(_DOWN)}
    migrations = [_read(path, downs.pop(path.stem, None)) for path in files if _holds_migration(path)]
    for earlier, later in _twice(migrations):
        raise fault(later.path, None, f"{earlier.path.name} has the same version", code="duplicate_version")
    for orphan in downs.values():
        raise fault(orphan, None, "it undoes a migration that is not here", code="invalid_migration")
    return tuple(migrations)


def _holds_migration(path: Path) -> bool:
    sql = path.suffix == ".sql" and not path.name.endswith(_DOWN)
    return sql or (path.suffix == ".py" and not path.name.startswith("_"))


def _read(path: Path, down: Path | None) -> Migration:
    text = _text_of(path)
    up, undo = python_parts(path, text) if path.suffix == ".py" else sql_parts(path, text)
    if down is not None:
        if undo is not None:
            raise fault(path, None, f"it says itself what undoes it, and so does {down.name}", code="invalid_migration")
        undo = _whole(down)
    return Migration(path.stem, path, up, undo, _checksum(up.text))


def _whole(path: Path) -> SQLPart:
    part, more = sql_parts(path, _text_of(path))
    if more is not None:
        raise fault(path, more.line, "what undoes a migration has no down part", code="invalid_migration")
    return part


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(path, None, "the file is not UTF-8", code="invalid_migration") from error


def _checksum(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    return hashlib.sha256(lines.encode()).hexdigest()


def _twice(migrations: list[Migration]) -> list[tuple[Migration, Migration]]:
    first: dict[str, Migration] = {}
    return [(first[each.version], each) for each in migrations if first.setdefault(each.version, each) is not each]
