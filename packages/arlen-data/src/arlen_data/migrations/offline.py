"""Migrations as one SQL script, for those who may not let a program change their database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arlen_data.sql.lexer import scan

from .faults import fault
from .files import Migration
from .ledger import AppliedMigration, Command, Ledger
from .parts import PythonPart
from .plan import Situation, Step

_BEGIN: Mapping[str, str] = {"postgresql": "BEGIN", "sqlite": "BEGIN EXCLUSIVE"}
_HOW_TO_RUN: Mapping[str, str] = {
    "postgresql": "-- Run it with: psql --set ON_ERROR_STOP=1 --file",
    "sqlite": "-- Run it with: sqlite3 -bail",
}


def offline_script(migrations: Sequence[Migration], ledger: Ledger, after: str | None, to: str | None) -> str:
    """The script that takes a database at version ``after`` (None: an empty one) to ``to`` (None: the last).

    Raises:
        MigrationError: ``unknown_version``, ``missing_down``, ``invalid_migration``; ``offline_unsupported`` for a
            Python migration.
    """
    empty = Situation(migrations, ())
    applied = [AppliedMigration(step.migration.version, "") for step in empty.move_to(after).steps] if after else []
    situation = Situation(migrations, applied)
    plan = situation.move_to(to) if to else situation.apply()
    lines = [_HOW_TO_RUN[ledger.dialect]]
    if ledger.dialect == "postgresql":
        lines.append(f"SELECT pg_advisory_lock({ledger.lock_key});")
    if not after:
        lines += [f"{sql};" for sql in ledger.definition(())]
    for step in plan.steps:
        lines += ["", f"-- {step.part.path.name} ({step.direction})", *_lines(step, ledger)]
    if ledger.dialect == "postgresql":
        lines += ["", f"SELECT pg_advisory_unlock({ledger.lock_key});"]
    return "\n".join(lines) + "\n"


def _lines(step: Step, ledger: Ledger) -> list[str]:
    if isinstance(step.part, PythonPart):
        raise fault(step.part.path, None, "a Python migration cannot be written as SQL", code="offline_unsupported")
    commands = [
        _written(step.begin(ledger)),
        *(statement.sql for statement in step.part.statements()),
        *ledger.regain,
        _written(step.end(ledger, None)),
    ]
    if step.part.transactional:
        commands = [_BEGIN[ledger.dialect], *commands, "COMMIT"]
    return [f"{command}{_end(command)}" for command in commands]


def _end(command: str) -> str:
    return "\n;" if "--" in command.rpartition("\n")[2] else ";"


def _written(command: Command) -> str:
    sql, values = command
    return "".join(_literal(values[int(text[1:]) - 1]) if kind == "placeholder" else text for kind, text in scan(sql))


def _literal(value: object) -> str:
    return "NULL" if value is None else "'{}'".format(str(value).replace("'", "''"))
