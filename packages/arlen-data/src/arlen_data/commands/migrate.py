"""``migrate``: take the schema of a database from one version to another, or say how it stands."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from arlen_data._sync.database import Database
from arlen_data._sync.migrations import MigrationRunner
from arlen_data.errors import ArlenDataError, ConnectionFailed, InvalidArgumentError, MigrationError
from arlen_data.migrations.files import checked_target
from arlen_data.migrations.linter import findings_in
from arlen_data.migrations.plan import DRIFTED, PENDING
from arlen_data.migrations.structure import structure_of

from .address import Source, address_for
from .configured import configured_source
from .parser import count, seconds

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[Any]

Action: TypeAlias = Callable[[MigrationRunner, Database, argparse.Namespace], int]

CONNECTIONS = 4


def add_to(commands: Commands) -> None:
    """Add the command to a command line."""
    parser = commands.add_parser("migrate", prog="arlen migrate", help="apply migrations, undo them, or show them")
    parser.set_defaults(run=run, action=_apply)
    parser.add_argument("--dsn", metavar="URL", help="the database (default: ARLEN_DATABASE_URL, DATABASE_URL)")
    parser.add_argument(
        "--env", metavar="NAME", help="the environment whose configuration names the database, if nothing else does"
    )
    parser.add_argument("--database", metavar="TARGET", default="", help="the target (default: default)")
    parser.add_argument("--path", type=Path, default=Path("db/migrations"), help="the files (default: db/migrations)")
    parser.add_argument("--dry-run", action="store_true", help="say what would run, and write nothing")
    parser.add_argument("--to", metavar="VERSION", help="undo what is after a version, apply what is not")
    parser.add_argument("--from", dest="after", metavar="VERSION", help="with --sql: the version that is there already")
    parser.add_argument(
        "--allow-changed", action="store_true", help="accept files that changed after they were applied"
    )
    parser.add_argument(
        "--lock-timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for others (default: 60)",
    )
    parser.add_argument(
        "--as", dest="outcome", choices=("applied", "pending"), default="applied", help="with --resolve: how it stands"
    )
    actions = parser.add_mutually_exclusive_group()
    for name, action, text in (
        ("--status", _status, "show how each migration stands"),
        ("--check", _check, "fail if something is pending, or changed, missing or stopped half-way"),
        ("--lint", _lint, "fail if a pending file destroys data or locks tables for long"),
        ("--sql", _sql, "print the SQL, connect to nothing"),
    ):
        actions.add_argument(name, dest="action", action="store_const", const=action, help=text)
    actions.add_argument("--rollback", type=count, nargs="?", const=1, metavar="N", help="undo the last N (default: 1)")
    actions.add_argument("--resolve", metavar="VERSION", help="a migration that stopped half-way was put right by hand")
    actions.add_argument(
        "--structure",
        type=Path,
        nargs="?",
        const=Path("db/schema/structure.sql"),
        metavar="FILE",
        help="write the schema into a file (default: db/schema/structure.sql)",
    )


def run(options: argparse.Namespace) -> int:
    """Do what the options say; 0, 1 when that fails, or 2 when they make no sense together."""
    try:
        target = checked_target(options.database)
    except MigrationError as error:
        return _complain(error, 2)
    try:
        source = address_for(target, options.dsn, os.environ) or _configured(target, options.env)
    except (ArlenDataError, OSError) as error:
        return _complain(error, 1)
    if source is None:
        return _complain("there is no database; give --dsn or --env, or set ARLEN_DATABASE_URL", 2)
    action = _action(options)
    if options.to and action not in (_move, _sql):
        return _complain("--to goes alone or with --sql", 2)
    if options.after and action is not _sql:
        return _complain("--from goes with --sql", 2)
    return _run(action, options, target, source)


def _configured(target: str, environment: str | None) -> Source | None:
    return configured_source(target, environment) if environment else None


def _action(options: argparse.Namespace) -> Action:
    chosen: dict[Action, object] = {
        _rollback: options.rollback,
        _resolve: options.resolve,
        _structure: options.structure,
        _move: options.to if options.action is _apply else None,
    }
    default: Action = options.action
    return next((action for action, argument in chosen.items() if argument is not None), default)


def _run(action: Action, options: argparse.Namespace, target: str, source: Source) -> int:
    try:
        with Database.open(source.url, root=source.root, max_connections=CONNECTIONS) as database:
            runner = MigrationRunner(database, options.path, target, lock_timeout=options.lock_timeout)
            return action(runner, database, options)
    except (ConnectionFailed, InvalidArgumentError) as error:
        return _complain(f"{error} (the address is from {source.name})", 1)
    except (ArlenDataError, OSError) as error:
        return _complain(error, 1)


def _complain(message: object, code: int) -> int:
    sys.stderr.write(f"arlen migrate: {message}\n")
    return code


def _say(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _list(title: str, names: list[str]) -> list[str]:
    return [f"{title}: {len(names)}", *(f"  {name}" for name in names)]


def _names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def _apply(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    done = runner.apply(options.dry_run, allow_changed=options.allow_changed)
    _say(_list("Pending migrations" if options.dry_run else "Applied migrations", _names(done)))
    return 0


def _rollback(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    done = runner.rollback(options.rollback, dry_run=options.dry_run)
    _say(_list("Migrations to roll back" if options.dry_run else "Rolled back migrations", _names(done)))
    return 0


def _move(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    steps = runner.move_to(options.to, dry_run=options.dry_run, allow_changed=options.allow_changed)
    down = [step.path.name for step in steps if step.direction == "down"]
    up = [step.path.name for step in steps if step.direction == "up"]
    if down:
        _say(_list("Migrations to roll back" if options.dry_run else "Rolled back migrations", down))
    _say(_list("Pending migrations" if options.dry_run else "Applied migrations", up))
    return 0


def _status(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    _say(f"  {each.mark:<12}  {each.version}  {each.applied_at or ''}".rstrip() for each in runner.status())
    return 0


def _check(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    statuses = runner.status()
    pending = [status.version for status in statuses if status.mark in PENDING]
    drifted = [f"{status.version} ({status.mark})" for status in statuses if status.mark in DRIFTED]
    _say([*_list("Pending migrations", pending), *_list("Drifted migrations", drifted)])
    return 1 if pending or drifted else 0


def _lint(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    pending = set(runner.pending())
    migrations = [migration for migration in runner.migrations() if migration.path in pending]
    findings = findings_in(migrations, database.adapter_name)
    _say(_list("Findings", [str(finding) for finding in findings]))
    return 1 if findings else 0


def _sql(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    sys.stdout.write(runner.script(options.after, options.to))
    return 0


def _resolve(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    runner.resolve(options.resolve, options.outcome)
    _say([f"Resolved migration: {options.resolve} ({options.outcome})"])
    return 0


def _structure(runner: MigrationRunner, database: Database, options: argparse.Namespace) -> int:
    _say([f"Database target: {runner.target}"])
    text = structure_of(database)
    options.structure.parent.mkdir(parents=True, exist_ok=True)
    options.structure.write_text(text, "utf-8")
    _say([f"Structure: {options.structure}"])
    return 0
