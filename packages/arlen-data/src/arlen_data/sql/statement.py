"""Statements: immutable clauses that become syntax and values, and then the SQL of a dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NoReturn, Self, TypeAlias

from arlen_data.compiler.compile import Compiled, compile_statement

from .refusals import UnsupportedClause, refuse
from .syntax import Fragment, Syntax, Values, sequence

if TYPE_CHECKING:
    from arlen_data.compiler.dialect import Dialect

Clause: TypeAlias = tuple[tuple[Syntax, ...], Values]
_NOTHING: Clause = ((), ())

_LOCKS = "for_update for_no_key_update for_share for_key_share skip_locked nowait"
_CONFLICTS = "on_conflict_do_nothing on_conflict_update on_conflict_update_where"
_SETS = "union union_all intersect intersect_all except_ except_all"
_CLAUSES = """
    select select_expr distinct distinct_on where having group_by order_by order_by_expr limit offset with_ties
    join left_join right_join full_join cross_join join_query left_join_query right_join_query full_join_query
    from_ using as_ all_rows page_after with_cte with_recursive
"""
_ABSENT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(_CLAUSES.split(), "clause_not_supported"),
        **dict.fromkeys(_CONFLICTS.split(), "conflict_on_non_insert"),
        **dict.fromkeys(_LOCKS.split(), "lock_on_non_select"),
        **dict.fromkeys(_SETS.split(), "set_op_on_non_select"),
        "window": "window_on_non_select",
        "returning": "returning_on_select",
    }
)


class Statement:
    """One SQL statement. Every method returns a new one; statements are hashable when their values are.

    Attributes:
        returns_rows: whether it gives rows back.
        writes: whether it changes or locks rows.
    """

    __slots__ = ("_clauses",)
    _clauses: Mapping[str, Clause]

    ORDER: ClassVar[tuple[str, ...]] = ()
    """The clauses in the order in which they are written."""
    WRITE: ClassVar[Callable[..., None]]
    """A static method that writes the clauses, given the writer and the syntaxes of each clause in that order."""

    def __init__(self, clauses: Mapping[str, Clause]) -> None:
        object.__setattr__(self, "_clauses", clauses)

    @property
    def returns_rows(self) -> bool:
        return "returning" in self._clauses

    @property
    def writes(self) -> bool:
        return False

    def shape(self) -> tuple[Syntax, Values]:
        """The structure without values, hashable, and the values in the order of the placeholders."""
        clauses = self._clauses
        syntax: list[object] = [self.WRITE]
        values: Values = ()
        for clause in self.ORDER:
            syntaxes, given = clauses.get(clause, _NOTHING)
            syntax.append(syntaxes)
            values += given
        return tuple(syntax), values

    def compile(self, dialect: str | Dialect | None = None) -> Compiled:
        """The SQL of a dialect, PostgreSQL's unless said otherwise, and its parameters.

        Raises:
            SQLBuilderError: ``unsupported_feature`` when the dialect lacks something that the statement uses.
        """
        return compile_statement(self, dialect)

    def sql(self) -> str:
        """The canonical SQL, with ``$1`` to ``$n``."""
        return self.compile().sql

    def parameters(self) -> Values:
        """The values, in the order of the placeholders."""
        return self.shape()[1]

    def as_dict(self) -> dict[str, object]:
        """``{"sql": ..., "parameters": ...}`` in canonical form."""
        return self.compile().as_dict()

    def _syntaxes(self, clause: str) -> tuple[Syntax, ...]:
        return self._clauses.get(clause, _NOTHING)[0]

    def _put(self, **clauses: Clause) -> Self:
        """The statement with these clauses in place of what they were."""
        return self.__class__({**self._clauses, **clauses})

    def _add(self, clause: str, syntaxes: tuple[Syntax, ...], values: Values) -> Self:
        """The statement with more in one of its clauses."""
        before, given = self._clauses.get(clause, _NOTHING)
        return self.__class__({**self._clauses, clause: (before + syntaxes, given + values)})

    def _extend(self, clause: str, fragments: Iterable[Fragment]) -> Self:
        """The statement with these fragments added to one of its clauses."""
        syntaxes, values = self._clauses.get(clause, _NOTHING)
        for fragment in fragments:
            syntaxes += (fragment.syntax,)
            values += fragment.values
        return self.__class__({**self._clauses, clause: (syntaxes, values)})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Statement) and self.__class__ is other.__class__ and self.shape() == other.shape()

    def __hash__(self) -> int:
        return hash(self.shape())

    def __repr__(self) -> str:
        return f"<{self.__class__.__name__} {self.sql()}>"

    def __reduce__(self) -> tuple[object, ...]:
        return self.__class__, (dict(self._clauses),)

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        raise AttributeError(f"a {self.__class__.__name__} is immutable; its methods return new ones")

    def __delattr__(self, attribute: str) -> NoReturn:
        raise AttributeError(f"a {self.__class__.__name__} is immutable; its methods return new ones")

    if not TYPE_CHECKING:

        def __getattr__(self, attribute):
            reason = _ABSENT.get(attribute)
            if reason is None:
                raise AttributeError(f"{self.__class__.__name__} has no attribute {attribute!r}")
            raise refuse(reason, self.target, error=UnsupportedClause, clause=attribute)

    @property
    def target(self) -> str | None:
        """The table that the statement is about, as it was named; None without one."""
        return None


def subquery(query: object, identifier: str | None = None) -> Fragment:
    """A statement in parentheses.

    Raises:
        SQLBuilderError: ``subquery_required``.
    """
    if not isinstance(query, Statement):
        raise refuse("subquery_required", identifier or type(query).__name__)
    syntax, values = query.shape()
    return Fragment(sequence("(", syntax, ")"), values)
