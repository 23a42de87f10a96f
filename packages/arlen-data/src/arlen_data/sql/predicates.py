"""Conditions: what WHERE, HAVING, ON and CHECK-like places are made of.

A field is the name of a column or a term; a value is sent as a parameter unless it is SQL itself: a term, an `expr`, or
a statement, which is then a scalar subquery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .identifiers import path
from .operators import PREDICATE_OPERATORS, normalized, operator_syntax, write_operator_with_null
from .refusals import refuse
from .statement import Statement, subquery
from .syntax import PARAMETER, Fragment, Syntax, Values, listed, needing, sequence, values_of, write_parameters
from .templates import Expr, fragment

if TYPE_CHECKING:
    from .terms import Term

_NULL_TESTS: dict[str, Syntax] = {
    "=": " IS NULL",
    "!=": " IS NOT NULL",
    "<>": " IS NOT NULL",
    "IS DISTINCT FROM": (write_operator_with_null, "IS DISTINCT FROM"),
    "IS NOT DISTINCT FROM": (write_operator_with_null, "IS NOT DISTINCT FROM"),
}


@dataclass(frozen=True, slots=True)
class Predicate(Fragment):
    """A condition. Combine with ``&``, ``|`` and ``~``; Python's ``and``, ``or`` and ``if`` raise TypeError."""

    def __and__(self, other: Condition) -> Predicate:
        return and_(self, other)

    def __or__(self, other: Condition) -> Predicate:
        return or_(self, other)

    def __invert__(self) -> Predicate:
        return self if self.syntax == "" else Predicate(sequence("NOT (", self.syntax, ")"), self.values)


SQL = (Fragment, Expr, Statement)
"""What is written as SQL where a value may stand; anything else is a parameter."""

Condition: TypeAlias = Predicate | Expr
Field: TypeAlias = "str | Term"


def eq(field: Field, value: object) -> Predicate:
    """``field = value``; None is IS NULL."""
    return op(field, "=", value)


def op(field: Field, operator: str, value: object) -> Predicate:
    """``field operator value``: ``= != <> > < >= <=``, ``[NOT] LIKE``, ``[NOT] ILIKE``, ``IS [NOT] DISTINCT FROM``.

    Raises:
        SQLBuilderError: ``predicate_operator``, ``predicate_field``, or ``null_operator`` for None with an operator
            that could never hold.
    """
    left = field_of(field, "predicate_field")
    written = operator_syntax(operator, PREDICATE_OPERATORS, "predicate_operator")
    if value is None:
        test = _NULL_TESTS.get(normalized(operator))
        if test is None:
            raise refuse("null_operator", field_name(field))
        return Predicate(sequence(left.syntax, test), left.values)
    right = operand(value)
    return Predicate(sequence(left.syntax, written, right.syntax), left.values + right.values)


def in_(field: Field, values: Iterable[object] | Statement) -> Predicate:
    """``field IN (...)``: a list of values, where None means OR IS NULL and no value means never; or a query."""
    if isinstance(values, Statement):
        return _in_query(field, " IN (", values)
    given = _members(values)
    present = tuple(value for value in given if value is not None)
    found = _membership(field, " IN (", present) if present else None
    if len(present) == len(given):
        return _constant(field, "1=0") if found is None else found
    missing = eq(field, None)
    return missing if found is None else or_(found, missing)


def not_in(field: Field, values: Iterable[object] | Statement) -> Predicate:
    """``field NOT IN (...)``: a list of values, where no value means always; or a query.

    Raises:
        SQLBuilderError: ``null_in_not_in`` for a list with None, which would match nothing.
    """
    if isinstance(values, Statement):
        return _in_query(field, " NOT IN (", values)
    given = _members(values)
    if any(value is None for value in given):
        raise refuse("null_in_not_in", field_name(field))
    return _membership(field, " NOT IN (", given) if given else _constant(field, "1=1")


def between(field: Field, low: object, high: object) -> Predicate:
    """``field BETWEEN low AND high``, both included."""
    return _between(field, " BETWEEN ", low, high)


def not_between(field: Field, low: object, high: object) -> Predicate:
    """``field NOT BETWEEN low AND high``."""
    return _between(field, " NOT BETWEEN ", low, high)


def exists(query: Statement) -> Predicate:
    """``EXISTS (query)``."""
    inner = subquery(query)
    return Predicate(sequence("EXISTS ", inner.syntax), inner.values)


def not_exists(query: Statement) -> Predicate:
    """``NOT EXISTS (query)``."""
    inner = subquery(query)
    return Predicate(sequence("NOT EXISTS ", inner.syntax), inner.values)


def any_of(field: Field, operator: str, query: Statement) -> Predicate:
    """``field operator ANY (query)``. PostgreSQL."""
    return _quantified(field, operator, "ANY ", query)


def all_of(field: Field, operator: str, query: Statement) -> Predicate:
    """``field operator ALL (query)``. PostgreSQL."""
    return _quantified(field, operator, "ALL ", query)


def and_(*conditions: Condition) -> Predicate:
    """All of them, in parentheses. No conditions: nothing is written."""
    return _group(" AND ", conditions)


def or_(*conditions: Condition) -> Predicate:
    """Any of them, in parentheses. No conditions: nothing is written."""
    return _group(" OR ", conditions)


def conditions_of(conditions: Iterable[Condition], context: str = "where/having") -> list[Fragment]:
    """Conditions as a clause takes them: trusted text in parentheses, empty groups left out."""
    return [written for condition in conditions if (written := _condition(condition, context)).syntax != ""]


def operand(value: object) -> Fragment:
    """A value as a parameter; SQL as itself; a statement as a scalar subquery."""
    if not isinstance(value, SQL):
        return Fragment(PARAMETER, (value,))
    return subquery(value) if isinstance(value, Statement) else fragment(value, "where/having")


def field_of(field: object, reason: str) -> Fragment:
    """A column by its name, or the term itself."""
    return field if isinstance(field, Fragment) else Fragment(path(field, reason))  # type: ignore[arg-type]


def field_name(field: object) -> str | None:
    """How a refusal names the field: None for a term without a name."""
    return field if isinstance(field, str) else getattr(field, "name", None)


def _condition(condition: Condition, context: str) -> Fragment:
    if isinstance(condition, Fragment):
        return condition
    trusted = fragment(condition, context)
    return Fragment(sequence("(", trusted.syntax, ")"), trusted.values)


def _group(connective: str, conditions: Iterable[Condition]) -> Predicate:
    members = conditions_of(conditions)
    if not members:
        return Predicate("")
    return Predicate(sequence("(", listed([member.syntax for member in members], connective), ")"), values_of(members))


def _members(values: Iterable[object]) -> tuple[object, ...]:
    if isinstance(values, str | bytes | Mapping | Fragment | Expr) or not isinstance(values, Iterable):
        raise refuse("list_required", type(values).__name__)
    return tuple(values)


def _membership(field: Field, opening: str, values: Values) -> Predicate:
    left = field_of(field, "predicate_field")
    if any(isinstance(value, SQL) for value in values):
        members = [operand(value) for value in values]
        listing = listed([member.syntax for member in members])
        return Predicate(sequence(left.syntax, opening, listing, ")"), left.values + values_of(members))
    return Predicate(sequence(left.syntax, opening, (write_parameters, len(values)), ")"), left.values + values)


def _in_query(field: Field, opening: str, query: Statement) -> Predicate:
    left = field_of(field, "predicate_field")
    syntax, values = query.shape()
    return Predicate(sequence(left.syntax, opening, syntax, ")"), left.values + values)


def _constant(field: Field, text: str) -> Predicate:
    field_of(field, "predicate_field")
    return Predicate(text)


def _between(field: Field, between: str, low: object, high: object) -> Predicate:
    left = field_of(field, "predicate_field")
    if low is None or high is None:
        raise refuse("between_null_bound", field_name(field))
    least, most = operand(low), operand(high)
    return Predicate(
        sequence(left.syntax, between, least.syntax, " AND ", most.syntax), left.values + least.values + most.values
    )


def _quantified(field: Field, operator: str, quantifier: str, query: Statement) -> Predicate:
    left = field_of(field, "predicate_field")
    written = operator_syntax(operator, PREDICATE_OPERATORS, "any_all_operator")
    inner = subquery(query)
    return Predicate(
        needing("any_all_subquery", sequence(left.syntax, written, quantifier, inner.syntax)),
        left.values + inner.values,
    )
