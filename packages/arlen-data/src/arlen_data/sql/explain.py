"""EXPLAIN: the plan of a statement instead of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .refusals import refuse
from .statement import Statement
from .syntax import Syntax

if TYPE_CHECKING:
    from arlen_data.compiler.writer import Writer


def write_explain(out: Writer, statement: tuple[Syntax, ...], analyze: tuple[Syntax, ...]) -> None:
    out.write(out.dialect.explain)
    if analyze:
        out.require("explain_analyze")
        out.write("ANALYZE ")
    out.write_list("", statement)


class Explain(Statement):
    """The plan of a statement."""

    __slots__ = ()
    ORDER: ClassVar = ("statement", "analyze")
    WRITE: ClassVar = staticmethod(write_explain)

    @property
    def returns_rows(self) -> bool:
        return True

    @property
    def writes(self) -> bool:
        return bool(self._syntaxes("writes"))


def explain(statement: Statement, analyze: bool = False) -> Explain:
    """The plan of ``statement`` as rows; ``analyze`` (PostgreSQL) also runs it, changes included.

    Raises:
        SQLBuilderError: ``statement_kind`` for what is no statement.
    """
    if not isinstance(statement, Statement):
        raise refuse("statement_kind", type(statement).__name__)
    syntax, values = statement.shape()
    flags = {"analyze": analyze, "writes": analyze and statement.writes}
    return Explain({"statement": ((syntax,), values), **{flag: ((flag,), ()) for flag, on in flags.items() if on}})
