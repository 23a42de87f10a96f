"""The linter: statements that destroy data, stop a running program, or keep it waiting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from arlen_data.sql.lexer import scan

from .files import Migration
from .parts import SQLPart

_BOTH = frozenset({"sqlite", "postgresql"})
_POSTGRES = frozenset({"postgresql"})
_CREATED = re.compile(r"CREATE (?:UNLOGGED |TEMP(?:ORARY)? )?TABLE (?:IF NOT EXISTS )?([^ (]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of statement to think about before it runs."""

    name: str
    dialects: frozenset[str]
    finds: Callable[[str], re.Match[str] | None]
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that a rule found. ``-- arlen:allow <rule>`` in the file accepts it.

    Attributes:
        path: the file.
        line: the line (1-based) on which the statement starts.
        rule: the name of the rule, such as ``drop_column``.
        advice: what happens, and what to do instead.
    """

    path: Path
    line: int
    rule: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path.name}, line {self.line}: {self.rule}: {self.advice}"


def _rule(name: str, dialects: frozenset[str], pattern: str, advice: str) -> Rule:
    return Rule(name, dialects, re.compile(pattern, re.IGNORECASE).search, advice)


_TABLE = r"^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(?P<table>[^ (]+) .*?"
_COLUMN = _TABLE + r"\bADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT\b|PRIMARY\b|UNIQUE\b|CHECK\b|FOREIGN\b)"
_REST = r"(?:[^,(]|\([^)]*\))*"
_REST_WITHOUT_DEFAULT = r"(?:(?!\b(?:DEFAULT|GENERATED)\b)(?:[^,(]|\([^)]*\)))*"

RULES: tuple[Rule, ...] = (
    _rule("drop_table", _BOTH, r"^DROP TABLE\b", "it destroys every row; keep the table for one more release"),
    _rule(
        "drop_column",
        _BOTH,
        _TABLE + r"\bDROP (?!CONSTRAINT\b|DEFAULT\b|NOT\b|EXPRESSION\b|IDENTITY\b)",
        "it destroys data, and programs that still name the column fail; stop using it one release earlier",
    ),
    _rule("truncate", _POSTGRES, r"^TRUNCATE\b", "it destroys every row"),
    _rule("delete_all", _BOTH, r"^DELETE FROM (?!.*\bWHERE\b)", "it destroys every row; say which with WHERE"),
    _rule(
        "rename",
        _BOTH,
        _TABLE + r"\bRENAME (?!CONSTRAINT\b)",
        "programs that use the old name fail at once; add the new one, copy, and drop the old one later",
    ),
    _rule(
        "not_null_without_default",
        _BOTH,
        _COLUMN + rf"{_REST_WITHOUT_DEFAULT}\bNOT NULL\b(?!{_REST}\b(?:DEFAULT|GENERATED)\b)",
        "it fails on a table that has rows; give a DEFAULT, or fill the column before it is NOT NULL",
    ),
    _rule(
        "set_not_null",
        _POSTGRES,
        _TABLE + r"\bSET NOT NULL\b",
        "it reads the whole table under a lock; add a CHECK … NOT VALID, validate it, then set NOT NULL",
    ),
    _rule(
        "table_rewrite",
        _POSTGRES,
        _TABLE + r"\b(?:(?:SET DATA )?TYPE |SET (?:LOGGED|UNLOGGED|TABLESPACE)\b)",
        "it may rewrite the whole table under a lock; add a column, copy in batches, and swap",
    ),
    _rule(
        "volatile_default",
        _POSTGRES,
        _COLUMN
        + _REST
        + r"(?:\bDEFAULT (?:\w+\.)?(?:random|gen_random_uuid|uuid_generate_v4|clock_timestamp|nextval)\b"
        r"|\bSTORED\b|\b(?:BIG|SMALL)?SERIAL\b)",
        "it rewrites the whole table under a lock; add the column first and fill it in batches",
    ),
    _rule(
        "blocking_index",
        _POSTGRES,
        r"^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY\b).*?\bON (?:ONLY )?(?P<table>[^ (]+)",
        'nobody can write to the table until it is done; say CONCURRENTLY in a file with "-- arlen:transaction off"',
    ),
    _rule(
        "blocking_constraint",
        _POSTGRES,
        _TABLE + r"\bADD (?:CONSTRAINT [^ ]+ )?(?:FOREIGN KEY|CHECK)\b(?!.*\bNOT VALID\b)",
        "it reads the whole table under a lock; add it NOT VALID, and VALIDATE CONSTRAINT in a later file",
    ),
)


def findings_in(migrations: Iterable[Migration], dialect: str) -> list[Finding]:
    """What the rules find in the way up of SQL migrations. A table that a file makes itself is nobody's yet."""
    parts = [migration.up for migration in migrations if isinstance(migration.up, SQLPart)]
    return [finding for part in parts for finding in _findings(part, dialect)]


def _findings(part: SQLPart, dialect: str) -> Iterator[Finding]:
    made: set[str] = set()
    rules = [rule for rule in RULES if dialect in rule.dialects and rule.name not in part.allowed]
    for statement in part.statements():
        code = _code(statement.sql)
        made.update(match[1] for match in [_CREATED.match(code)] if match)
        for rule in rules:
            found = rule.finds(code)
            if found and found.groupdict().get("table") not in made:
                yield Finding(part.path, statement.line, rule.name, rule.advice)


def _code(sql: str) -> str:
    """The text on one line, without comments and with empty literals."""
    blank = {"comment": " ", "literal": "''"}
    return " ".join("".join(blank.get(kind, text) for kind, text in scan(sql)).split())
