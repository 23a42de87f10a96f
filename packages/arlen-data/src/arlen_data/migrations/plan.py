"""What is to be done: decided from the files and the rows of the state table alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TypeAlias

from arlen_data.errors import MigrationError

from .faults import fault
from .files import Migration
from .ledger import AppliedMigration, Command, Ledger
from .parts import Part

Direction: TypeAlias = Literal["up", "down"]
Mark: TypeAlias = Literal["applied", "pending", "out-of-order", "changed", "missing", "dirty"]

DRIFTED: tuple[Mark, ...] = ("changed", "missing", "dirty")
PENDING: tuple[Mark, ...] = ("pending", "out-of-order")


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, taken up or down."""

    migration: Migration
    direction: Direction
    part: Part

    @classmethod
    def up(cls, migration: Migration) -> Step:
        return cls(migration, "up", migration.up)

    @classmethod
    def down(cls, migration: Migration) -> Step:
        """
        Raises:
            MigrationError: code ``missing_down``.
        """
        if migration.down is None:
            raise fault(
                migration.path,
                None,
                'it does not say how to undo it; write what does below a line "-- arlen:down", into '
                f"{migration.version}.down.sql, or as downgrade(conn)",
                code="missing_down",
            )
        return cls(migration, "down", migration.down)

    @property
    def path(self) -> Path:
        """The file of the migration."""
        return self.migration.path

    def begin(self, ledger: Ledger) -> Command:
        """What is written into the state table before it."""
        return ledger.enter(self.migration) if self.direction == "up" else ledger.doubt(self.migration)

    def end(self, ledger: Ledger, milliseconds: int | None) -> Command:
        """What is written into the state table after it."""
        if self.direction == "up":
            return ledger.complete(self.migration, milliseconds)
        return ledger.erase(self.migration.version)


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """How a migration stands.

    Attributes:
        version: its version.
        mark: ``applied``; ``pending``, or ``out-of-order`` if a later one is applied already; ``changed`` since it was
            applied; ``missing`` when it is applied and has no file; ``dirty`` when it stopped half-way.
        applied_at: when it was applied, as the database writes it; None if it was not.
    """

    version: str
    mark: Mark
    applied_at: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps to take, and the changed files that are to count as what was applied."""

    steps: list[Step]
    accepted: list[Migration]


class Situation:
    """The files and what the database has seen of them."""

    __slots__ = ("applied", "migrations")

    def __init__(self, migrations: Iterable[Migration], applied: Iterable[AppliedMigration]) -> None:
        self.migrations = {migration.version: migration for migration in migrations}
        self.applied = {row.version: row for row in applied}

    def pending(self) -> list[Migration]:
        """Those not applied, in order."""
        return [migration for version, migration in self.migrations.items() if version not in self.applied]

    def statuses(self) -> list[MigrationStatus]:
        """How each one stands, in order."""
        last = max((self._place(version) for version in self.applied), default="")
        return [self._status(version, last) for version in sorted({*self.migrations, *self.applied}, key=self._place)]

    def apply(self, *, allow_changed: bool = False) -> Plan:
        """Take everything pending up.

        Raises:
            MigrationError: ``dirty_migration``, ``changed_migration``.
        """
        self._expect_clean()
        return Plan([Step.up(migration) for migration in self.pending()], self._accepted(allow_changed))

    def rollback(self, count: int) -> Plan:
        """Undo the last ``count`` migrations, at most all.

        Raises:
            MigrationError: ``missing_down``, ``missing_file``, ``dirty_migration``.
        """
        self._expect_clean()
        latest = sorted(self.applied, key=self._place, reverse=True)[: max(0, count)]
        return Plan([Step.down(self._with_file(version)) for version in latest], [])

    def move_to(self, version: str, *, allow_changed: bool = False) -> Plan:
        """Leave applied what is not after ``version``: later ones go down, then pending ones up.

        Raises:
            MigrationError: ``unknown_version``, ``missing_down``, ``missing_file``, ``dirty_migration``,
                ``changed_migration``.
        """
        end = self.migration(version).path.name
        down = self.rollback(sum(self._place(each) > end for each in self.applied))
        up = [Step.up(migration) for migration in self.pending() if migration.path.name <= end]
        return Plan([*down.steps, *up], self._accepted(allow_changed))

    def migration(self, version: str) -> Migration:
        """The one of this version.

        Raises:
            MigrationError: code ``unknown_version``.
        """
        if version not in self.migrations:
            close = get_close_matches(version, self.migrations, n=1)
            hint = f'; did you mean "{close[0]}"?' if close else ""
            raise MigrationError(
                f'there is no migration "{version}"{hint}', code="unknown_version", details={"version": version}
            )
        return self.migrations[version]

    def dirty(self, version: str) -> AppliedMigration:
        """The row of a migration that stopped half-way.

        Raises:
            MigrationError: code ``unknown_version``.
        """
        row = self.applied.get(version)
        if row is None or not row.dirty:
            raise MigrationError(
                f'"{version}" is no migration that stopped half-way',
                code="unknown_version",
                details={"version": version},
            )
        return row

    def _expect_clean(self) -> None:
        for row in self.applied.values():
            if row.dirty:
                raise MigrationError(
                    f"{row.version} stopped half-way outside a transaction; put the schema right by hand, then say "
                    f"--resolve {row.version}",
                    code="dirty_migration",
                    details={"version": row.version},
                )

    def _accepted(self, allow_changed: bool) -> list[Migration]:
        changed = [self.migrations[status.version] for status in self.statuses() if status.mark == "changed"]
        if changed and not allow_changed:
            raise fault(
                changed[0].path,
                None,
                "it was changed after it had been applied; undo the change and write a new migration, or accept it "
                "with --allow-changed",
                code="changed_migration",
            )
        return changed

    def _place(self, version: str) -> str:
        migration = self.migrations.get(version)
        return f"{version}.sql" if migration is None else migration.path.name

    def _with_file(self, version: str) -> Migration:
        if version not in self.migrations:
            raise MigrationError(
                f"{version} is applied and its file is missing, so nothing says how to undo it; bring the file back",
                code="missing_file",
                details={"version": version},
            )
        return self.migrations[version]

    def _status(self, version: str, last: str) -> MigrationStatus:
        row = self.applied.get(version)
        if row is None:
            return MigrationStatus(version, "out-of-order" if self._place(version) < last else "pending", None)
        return MigrationStatus(version, self._mark(row), row.applied_at)

    def _mark(self, row: AppliedMigration) -> Mark:
        migration = self.migrations.get(row.version)
        if row.dirty:
            return "dirty"
        if migration is None:
            return "missing"
        return "changed" if row.checksum not in (None, migration.checksum) else "applied"
