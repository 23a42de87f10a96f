# Written by ci/unasync.py from _async/migrations.py: edit that file and run `python -m ci.unasync`.
"""Migrations as they run: the decisions are made elsewhere, here they are carried out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Literal

from arlen_data.concurrency.threads import call
from arlen_data.errors import MigrationError
from arlen_data.migrations.faults import file_failed, statement_failed
from arlen_data.migrations.files import Migration, checked_target, directory_of, read_migrations
from arlen_data.migrations.ledger import AppliedMigration, Ledger
from arlen_data.migrations.offline import offline_script
from arlen_data.migrations.parts import Part, SQLPart
from arlen_data.migrations.plan import MigrationStatus, Plan, Situation, Step
from arlen_data.trusted import TrustedText

from .migration_lock import locked
from .protocols import DatabaseAdapter


class MigrationRunner:
    """Takes the schema of a database from one version to another.

    ``path`` is the directory of migrations; those of another ``target`` than ``default`` are in the directory in it
    that has the target's name. ``lock_timeout`` is how many seconds to wait while somebody else migrates the same
    target. On PostgreSQL two connections are in use at once: one runs the files, the other holds the lock.

    Every method raises:
        MigrationError: what is wrong with which file, on which line.
        DatabaseError: the database cannot be reached.
    """

    __slots__ = ("_adapter", "_directory", "_ledger", "_lock_timeout")

    def __init__(
        self,
        adapter: DatabaseAdapter,
        path: str | os.PathLike[str],
        target: str = "default",
        *,
        lock_timeout: float = 60.0,
    ) -> None:
        self._adapter = adapter
        self._ledger = Ledger(checked_target(target), _dialect_of(adapter))
        self._directory = directory_of(path, self._ledger.target)
        self._lock_timeout = lock_timeout

    @property
    def target(self) -> str:
        """The name of the target, trimmed and in lower case."""
        return self._ledger.target

    def migrations(self) -> tuple[Migration, ...]:
        """Every migration of the target, in order."""
        return read_migrations(self._directory)

    def files(self) -> list[Path]:
        """The file of every migration of the target, in order."""
        return [migration.path for migration in self.migrations()]

    def pending(self) -> list[Path]:
        """The files that are not applied, in order."""
        return [migration.path for migration in (self._situation()).pending()]

    def status(self) -> list[MigrationStatus]:
        """How each migration stands, those included whose file is missing."""
        return (self._situation()).statuses()

    def apply(self, dry_run: bool = False, *, allow_changed: bool = False) -> list[Path]:
        """Apply what is pending; the files, in order. Each runs in a transaction of its own, so a failure stops there.

        ``dry_run`` gives the same files and writes nothing. ``allow_changed`` takes files that were changed after they
        had been applied for what was applied.
        """
        return _paths(self._run(lambda situation: situation.apply(allow_changed=allow_changed), dry_run))

    def rollback(self, count: int = 1, *, dry_run: bool = False) -> list[Path]:
        """Undo the last ``count`` migrations; their files, in that order. If one cannot be undone, none is."""
        return _paths(self._run(lambda situation: situation.rollback(count), dry_run))

    def move_to(self, version: str, *, dry_run: bool = False, allow_changed: bool = False) -> list[Step]:
        """Leave applied what is not after ``version``: undo what is, apply what is pending; the steps, in order."""
        return self._run(lambda situation: situation.move_to(version, allow_changed=allow_changed), dry_run)

    def resolve(self, version: str, outcome: Literal["applied", "pending"] = "applied") -> None:
        """Say how a migration stands that stopped half-way: done by hand, or undone by hand and to be run again."""
        with locked(self._adapter, self._ledger, self._lock_timeout):
            situation = self._situation()
            situation.dirty(version)
            if outcome == "applied":
                command = self._ledger.accept(situation.migration(version))
            else:
                command = self._ledger.erase(version)
            self._adapter.execute(*command)

    def script(self, after: str | None = None, to: str | None = None) -> str:
        """The SQL that takes a database from the version ``after`` (default: none) to ``to`` (default: the last).

        Nothing is connected.
        """
        return offline_script(self.migrations(), self._ledger, after, to)

    def _run(self, decide: Callable[[Situation], Plan], dry_run: bool) -> list[Step]:
        if dry_run:
            return self._runnable(decide(self._situation())).steps
        with locked(self._adapter, self._ledger, self._lock_timeout):
            plan = self._runnable(decide(self._situation()))
            with self._lent() as connection:
                for sql in self._ledger.definition(self._columns(connection)):
                    connection.execute(sql)
                for migration in plan.accepted:
                    connection.execute(*self._ledger.accept(migration))
            for step in plan.steps:
                self._take(step)
        return plan.steps

    def _runnable(self, plan: Plan) -> Plan:
        for step in plan.steps:
            step.part.expect_runnable(coroutine=iscoroutinefunction(self.apply))
        return plan

    def _situation(self) -> Situation:
        return Situation(self.migrations(), self._applied())

    def _applied(self) -> list[AppliedMigration]:
        location = getattr(self._adapter, "location", None)
        if location is not None and not location.exists():
            return []
        with self._lent() as connection:
            if not self._columns(connection):
                return []
            return [AppliedMigration.from_row(row) for row in connection.fetch_all(*self._ledger.rows())]

    def _columns(self, connection: Any) -> set[str]:
        return {row["name"] for row in connection.fetch_all(*self._ledger.columns())}

    def _take(self, step: Step) -> None:
        around = self._adapter.transaction() if step.part.transactional else self._lent()
        try:
            self._take_inside(around, step)
        except MigrationError:
            raise
        except Exception as error:
            raise file_failed(step.part.path, error) from error

    def _take_inside(self, around: AbstractContextManager[Any], step: Step) -> None:
        started = time.monotonic()
        with around as connection:
            connection.execute(*step.begin(self._ledger))
            self._perform(step.part, connection)
            for sql in self._ledger.regain:
                connection.execute(sql)
            connection.execute(*step.end(self._ledger, round((time.monotonic() - started) * 1000)))

    def _perform(self, part: Part, connection: Any) -> None:
        match part:
            case SQLPart():
                for statement in part.statements():
                    try:
                        connection.execute(TrustedText(statement.sql))
                    except Exception as error:
                        raise statement_failed(part.path, statement, error) from error
            case _:
                try:
                    call(part.load(), connection)
                except Exception as error:
                    raise file_failed(part.path, error) from error

    @contextmanager
    def _lent(self) -> Iterator[Any]:
        connection = self._adapter.acquire()
        try:
            yield connection
        finally:
            self._adapter.release(connection)


def _dialect_of(adapter: DatabaseAdapter) -> Literal["postgresql", "sqlite"]:
    metadata: Mapping[str, object] = getattr(adapter, "capability_metadata", dict)()
    return "sqlite" if "sqlite" in (adapter.adapter_name, metadata.get("dialect")) else "postgresql"


def _paths(steps: list[Step]) -> list[Path]:
    return [step.path for step in steps]
