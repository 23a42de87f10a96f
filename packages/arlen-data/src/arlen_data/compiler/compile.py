"""Compiling: a statement becomes SQL, parameters and a plan that can be used again with other values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from arlen_data.sql.refusals import TooManyParameters, refuse

from . import inline as reading
from . import placeholders
from .dialect import Dialect, DriverParameters, dialect_of
from .writer import Writer

Operation: TypeAlias = Literal["query", "command"]


class Compilable(Protocol):
    """What can be compiled: every statement can."""

    @property
    def returns_rows(self) -> bool: ...

    @property
    def writes(self) -> bool: ...

    def shape(self) -> tuple[str | tuple[Any, ...], tuple[object, ...]]: ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in the words of a dialect.

    Attributes:
        sql: the text, with ``$1`` to ``$n`` (PostgreSQL) or ``?1`` to ``?n`` (SQLite).
        parameters: the values, the first one for number 1.
        dialect: the name of the dialect.
        operation: ``"query"`` when rows come back, else ``"command"``.
    """

    sql: str
    parameters: tuple[object, ...]
    dialect: str
    operation: Operation

    def to_psycopg(self) -> tuple[str, tuple[object, ...]]:
        """``%s`` text, with ``%`` doubled, and a value for each occurrence."""
        return placeholders.to_psycopg(self.sql, self.parameters)

    def to_qmark(self) -> tuple[str, tuple[object, ...]]:
        """``?`` text and a value for each occurrence."""
        return placeholders.to_qmark(self.sql, self.parameters)

    def to_named(self) -> tuple[str, dict[str, object]]:
        """``:p1`` text and the values by name."""
        return placeholders.to_named(self.sql, self.parameters)

    def inline(self) -> str:
        """The text with its values as literals, for logs and documents; never run it."""
        return reading.inline(self.sql, self.parameters, self.dialect)

    def pretty(self) -> str:
        """The text with each clause on a line of its own."""
        return reading.pretty(self.sql)

    def as_dict(self) -> dict[str, object]:
        """``{"sql": ..., "parameters": ...}``."""
        return {"sql": self.sql, "parameters": self.parameters}


@dataclass(frozen=True, slots=True)
class Plan:
    """Compiled SQL without values.

    Attributes:
        sql: the text with placeholders.
        operation: ``"query"`` when rows come back, else ``"command"``.
        writes: whether it changes or locks rows.
        dialect: the dialect whose SQL it is.
    """

    sql: str
    operation: Operation
    writes: bool
    dialect: Dialect

    def bind(self, values: tuple[object, ...]) -> DriverParameters:
        """The values of a statement of the same shape, as the driver takes them."""
        return self.dialect.bind(values)


def compile_plan(statement: Compilable, dialect: str | Dialect | None = None) -> Plan:
    """The plan of a statement and of every other one of its shape.

    Raises:
        SQLBuilderError: ``statement_kind`` for what is no statement, ``too_many_parameters``, or
            ``unsupported_feature``.
    """
    return _plan(statement, dialect_of(dialect))[0]


def compile_statement(statement: Compilable, dialect: str | Dialect | None = None) -> Compiled:
    """The statement with its values in the words of a dialect."""
    plan, values = _plan(statement, dialect_of(dialect))
    return Compiled(plan.sql, values, plan.dialect.name, plan.operation)


def _plan(statement: Compilable, dialect: Dialect) -> tuple[Plan, tuple[object, ...]]:
    if not hasattr(statement, "shape"):
        raise refuse("statement_kind", type(statement).__name__)
    syntax, values = statement.shape()
    if len(values) > dialect.parameter_limit:
        raise refuse("too_many_parameters", len(values), error=TooManyParameters, limit=dialect.parameter_limit)
    operation: Operation = "query" if statement.returns_rows else "command"
    out = Writer(dialect)
    out.write(syntax)
    return Plan(out.text(), operation, statement.writes or out.locks, dialect), values


def width_of(syntax: str | tuple[Any, ...], dialect: Dialect) -> int:
    """How many values syntax takes."""
    out = Writer(dialect)
    out.write(syntax)
    return out.parameters


def text_of(syntax: str | tuple[Any, ...], dialect: Dialect) -> str:
    """Syntax in the words of a dialect."""
    out = Writer(dialect)
    out.write(syntax)
    return out.text()
