"""The parts of a migration: what runs on the way up, and what on the way down."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from arlen_data.errors import InvalidArgumentError
from arlen_data.script import ScriptStatement

from .faults import fault
from .statements import statements_of

_DIRECTIVE = re.compile(r"^[ \t]*(?:--|\#)[ \t]*arlen:(?P<name>[\w-]+)[ \t]*(?P<argument>.*?)[ \t]*$", re.MULTILINE)
_ENDS_TRANSACTIONS = re.compile(
    r"(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|PREPARE\s+TRANSACTION"
    r"|ROLLBACK(?!\s+(?:WORK\s+|TRANSACTION\s+)?TO\b))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SQLPart:
    """SQL that takes the schema one step further, or back.

    Attributes:
        path: the file that it is in.
        text: the SQL.
        line: the line (1-based) of the file on which it starts.
        transactional: whether all of it happens or nothing; not so after ``-- arlen:transaction off``.
        allowed: the findings of the linter that ``-- arlen:allow`` names.
    """

    path: Path
    text: str
    line: int
    transactional: bool
    allowed: frozenset[str]

    def expect_runnable(self, *, coroutine: bool) -> None:
        """
        Raises:
            MigrationError: code ``invalid_migration``.
        """
        self.statements()

    def statements(self) -> tuple[ScriptStatement, ...]:
        """Its statements, with lines of the file.

        Raises:
            MigrationError: code ``invalid_migration`` for a quote that never ends, or a statement that would end the
                transaction in which the file runs.
        """
        try:
            found = statements_of(self.text)
        except InvalidArgumentError as error:
            line = self.line - 1 + int(str(error.details["line"]))
            raise fault(
                self.path, line, "a quote, comment or body that starts here never ends", code="invalid_migration"
            ) from error
        statements = tuple(ScriptStatement(each.sql, self.line - 1 + each.line) for each in found)
        for statement in statements:
            if _ENDS_TRANSACTIONS.match(statement.sql):
                raise fault(
                    self.path,
                    statement.line,
                    "each file runs in a transaction of its own; leave BEGIN, COMMIT and ROLLBACK out, and write "
                    '"-- arlen:transaction off" for statements that refuse to run in one',
                    code="invalid_migration",
                )
        return statements


@dataclass(frozen=True, slots=True)
class PythonPart:
    """A function of a Python migration: ``upgrade(conn)`` or ``downgrade(conn)``.

    Attributes:
        path: the file that it is in.
        text: the whole file.
        function: its name.
        coroutine: whether it is an ``async def``.
        transactional: whether all of it happens or nothing; not so after ``# arlen:transaction off``.
    """

    path: Path
    text: str
    function: str
    coroutine: bool
    transactional: bool

    def expect_runnable(self, *, coroutine: bool) -> None:
        """
        Raises:
            MigrationError: code ``invalid_migration`` when the runner awaits functions and this one is a plain one, or
                the other way round.
        """
        if self.coroutine is not coroutine:
            wanted, runner = ("async def", "AsyncMigrationRunner") if coroutine else ("def", "MigrationRunner")
            raise fault(self.path, None, f'{runner} needs "{wanted} {self.function}(conn)"', code="invalid_migration")

    def load(self) -> Callable[[Any], Any]:
        """Run the file, and give the function."""
        namespace: dict[str, Any] = {"__name__": self.path.stem, "__file__": str(self.path)}
        exec(compile(self.text, str(self.path), "exec", dont_inherit=True), namespace)
        function: Callable[[Any], Any] = namespace[self.function]
        return function


Part: TypeAlias = SQLPart | PythonPart


def sql_parts(path: Path, text: str) -> tuple[SQLPart, SQLPart | None]:
    """What stands before the line ``-- arlen:down``, and what after it.

    Raises:
        MigrationError: code ``invalid_migration``.
    """
    marks = [match for match in _DIRECTIVE.finditer(text) if match["name"] == "down"]
    if not marks:
        return _sql_part(path, text, 1), None
    up, down = text[: marks[0].start()], text[marks[0].end() :]
    first = up.count("\n") + 1
    for second in marks[1:]:
        line = text.count("\n", 0, second.start()) + 1
        raise fault(path, line, f'"arlen:down" stands on line {first} already', code="invalid_migration")
    return _sql_part(path, up, 1), _sql_part(path, down, first)


def python_parts(path: Path, text: str) -> tuple[PythonPart, PythonPart | None]:
    """The functions ``upgrade`` and ``downgrade`` of a module, which is read but not run.

    Raises:
        MigrationError: code ``invalid_migration``.
    """
    try:
        module = ast.parse(text, str(path))
    except SyntaxError as error:
        raise fault(path, error.lineno, f"this is not Python: {error.msg}", code="invalid_migration") from error
    transactional, _ = _directives(path, text, 1)
    found = {
        node.name: PythonPart(path, text, node.name, isinstance(node, ast.AsyncFunctionDef), transactional)
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    if "upgrade" not in found:
        raise fault(path, None, "a Python migration has a function upgrade(conn)", code="invalid_migration")
    return found["upgrade"], found.get("downgrade")


def _sql_part(path: Path, text: str, line: int) -> SQLPart:
    return SQLPart(path, text, line, *_directives(path, text, line))


def _directives(path: Path, text: str, line: int) -> tuple[bool, frozenset[str]]:
    """Whether the text runs in a transaction, and which findings of the linter it allows."""
    transactional, allowed = True, set[str]()
    for match in _DIRECTIVE.finditer(text):
        match match["name"], match["argument"].split():
            case "transaction", ["off"]:
                transactional = False
            case "allow", [_, *_] as rules:
                allowed.update(rules)
            case _:
                raise fault(
                    path,
                    line + text.count("\n", 0, match.start()),
                    'there are "arlen:down", "arlen:transaction off" and "arlen:allow <rule> …", and not '
                    f'"{match[0].strip()}"',
                    code="invalid_migration",
                )
    return transactional, frozenset(allowed)
