"""Comparisons that PostgreSQL has for arrays, ranges, patterns and full text."""

from __future__ import annotations

from collections.abc import Sequence

from arlen_data.sql.operators import PREDICATE_OPERATORS, operator_syntax
from arlen_data.sql.predicates import Field, Predicate, field_of, operand
from arlen_data.sql.syntax import PARAMETER, Syntax, needing, sequence


def any_value(field: Field, values: Sequence[object], operator: str = "=") -> Predicate:
    """``field = ANY($1)``: as one array, so that the SQL is the same for any number of values.

    ``operator`` is one of those of `arlen_data.op`: ``any_value("name", ["a%", "b%"], "ILIKE")``.
    """
    compared = operator_syntax(operator, PREDICATE_OPERATORS, "any_all_operator")
    return _compared("array_operators", field, sequence(compared, "ANY("), list(values), ")")


def array_contains(field: Field, values: Sequence[object]) -> Predicate:
    """``field @> $1``: the array has all of the values."""
    return _compared("array_operators", field, " @> ", list(values))


def array_contained(field: Field, values: Sequence[object]) -> Predicate:
    """``field <@ $1``: the array has none but the values."""
    return _compared("array_operators", field, " <@ ", list(values))


def array_overlaps(field: Field, values: Sequence[object]) -> Predicate:
    """``field && $1``: the array has at least one of the values."""
    return _compared("array_operators", field, " && ", list(values))


def range_contains(field: Field, value: object) -> Predicate:
    """``field @> value``: the range has the value, or all of another range.

    The value is of exactly the type of the range's bounds; for integers say ``cast(7, "int")``.
    """
    return _compared("range_operators", field, " @> ", value)


def range_overlaps(field: Field, value: object) -> Predicate:
    """``field && value``: the ranges have something in common."""
    return _compared("range_operators", field, " && ", value)


def matches(field: Field, pattern: str) -> Predicate:
    """``field ~ pattern``: a POSIX regular expression."""
    return _compared("regular_expressions", field, " ~ ", pattern)


def imatches(field: Field, pattern: str) -> Predicate:
    """``field ~* pattern``: without regard to case."""
    return _compared("regular_expressions", field, " ~* ", pattern)


def search(field: Field, words: str, config: str = "simple") -> Predicate:
    """Full text: the words, as somebody would type them into a search box, are in a text column.

    ``to_tsvector(config, field) @@ websearch_to_tsquery(config, words)``; an index needs the same configuration.
    """
    left = field_of(field, "predicate_field")
    vector = sequence("to_tsvector(CAST(", PARAMETER, " AS regconfig), ", left.syntax, ")")
    query = sequence("websearch_to_tsquery(CAST(", PARAMETER, " AS regconfig), ", PARAMETER, ")")
    written = needing("full_text_search", sequence(vector, " @@ ", query))
    return Predicate(written, (config, *left.values, config, words))


def search_vector(field: Field, words: str, config: str = "simple") -> Predicate:
    """Full text in a ``tsvector`` column."""
    left = field_of(field, "predicate_field")
    query = sequence(" @@ websearch_to_tsquery(CAST(", PARAMETER, " AS regconfig), ", PARAMETER, ")")
    return Predicate(needing("full_text_search", sequence(left.syntax, query)), (*left.values, config, words))


def _compared(feature: str, field: Field, operator: Syntax, value: object, closing: str = "") -> Predicate:
    left, right = field_of(field, "predicate_field"), operand(value)
    written = sequence(left.syntax, operator, right.syntax, closing)
    return Predicate(needing(feature, written), left.values + right.values)
