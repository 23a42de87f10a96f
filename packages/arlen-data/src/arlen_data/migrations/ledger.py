"""The state table: which migrations a database has seen. Statements for it, not their execution."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from arlen_data import __version__
from arlen_data.trusted import TrustedText

from .files import DEFAULT_TARGET, Migration

Command: TypeAlias = tuple[str, tuple[object, ...]]
"""SQL with ``$1``, ``$2`` and the values for them."""

_TABLE = "arlen_schema_migrations"
_FIRST_COLUMNS: Mapping[str, str] = {
    "postgresql": "version TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW()",
    "sqlite": "version TEXT PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
}
_LATER_COLUMNS: Mapping[str, str] = {
    "checksum": "TEXT",
    "duration_ms": "BIGINT",
    "tool_version": "TEXT",
    "dirty": "BOOLEAN NOT NULL DEFAULT FALSE",
}
_REGAIN: Mapping[str, tuple[str, ...]] = {"postgresql": ("RESET ROLE", "RESET search_path"), "sqlite": ()}
_COLUMNS_OF: Mapping[str, str] = {
    "postgresql": (
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
    ),
    "sqlite": "SELECT name FROM pragma_table_info($1)",
}


@dataclass(frozen=True, slots=True)
class AppliedMigration:
    """A row of the state table.

    Attributes:
        version: that of the file.
        applied_at: when, as the database writes it.
        checksum: that of the file at that time; None when an older release wrote the row.
        duration_ms: how long it took; None while it is dirty.
        tool_version: the release of arlen-data that ran it.
        dirty: whether it began outside a transaction and did not come to its end.
    """

    version: str
    applied_at: str
    checksum: str | None = None
    duration_ms: int | None = None
    tool_version: str | None = None
    dirty: bool = False

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> AppliedMigration:
        """From a row of the table of any age."""
        return cls(
            row["version"],
            str(row["applied_at"]),
            row.get("checksum"),
            row.get("duration_ms"),
            row.get("tool_version"),
            bool(row.get("dirty")),
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The state table of one target in one kind of database."""

    target: str
    dialect: str

    @property
    def table(self) -> str:
        return _TABLE if self.target == DEFAULT_TARGET else f"{_TABLE}__{self.target}"

    @property
    def lock_key(self) -> int:
        """The key of PostgreSQL's advisory lock for this target."""
        digest = hashlib.sha256(f"arlen migrations: {self.table}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    @property
    def regain(self) -> tuple[str, ...]:
        """What makes the table reachable again after a file that became another role or looks into other schemas."""
        return tuple(map(TrustedText, _REGAIN[self.dialect]))

    def columns(self) -> Command:
        """Asks for the ``name`` of each column; there are none while there is no table."""
        return TrustedText(_COLUMNS_OF[self.dialect]), (self.table,)

    def definition(self, columns: Collection[str]) -> list[str]:
        """What makes the table, or brings one that has these ``columns`` up to date."""
        if columns:
            missing = {name: kind for name, kind in _LATER_COLUMNS.items() if name not in columns}
            return [TrustedText(f"ALTER TABLE {self.table} ADD COLUMN {name} {kind}") for name, kind in missing.items()]
        later = "".join(f", {name} {kind}" for name, kind in _LATER_COLUMNS.items())
        return [TrustedText(f"CREATE TABLE {self.table} ({_FIRST_COLUMNS[self.dialect]}{later})")]

    def rows(self) -> Command:
        """Asks for everything."""
        return TrustedText(f"SELECT * FROM {self.table} ORDER BY version"), ()

    def enter(self, migration: Migration) -> Command:
        """Writes down that a migration begins; fails if it is there already."""
        sql = f"INSERT INTO {self.table} (version, checksum, tool_version, dirty) VALUES ($1, $2, $3, TRUE)"
        return TrustedText(sql), (migration.version, migration.checksum, __version__)

    def complete(self, migration: Migration, milliseconds: int | None) -> Command:
        """Writes down that it came to its end."""
        sql = f"UPDATE {self.table} SET dirty = FALSE, duration_ms = $2 WHERE version = $1"
        return TrustedText(sql), (migration.version, milliseconds)

    def doubt(self, migration: Migration) -> Command:
        """Writes down that undoing it begins."""
        return TrustedText(f"UPDATE {self.table} SET dirty = TRUE WHERE version = $1"), (migration.version,)

    def erase(self, version: str) -> Command:
        """Forgets a migration."""
        return TrustedText(f"DELETE FROM {self.table} WHERE version = $1"), (version,)

    def accept(self, migration: Migration) -> Command:
        """Takes a migration for applied as its file is now."""
        sql = f"UPDATE {self.table} SET checksum = $2, dirty = FALSE WHERE version = $1"
        return TrustedText(sql), (migration.version, migration.checksum)
