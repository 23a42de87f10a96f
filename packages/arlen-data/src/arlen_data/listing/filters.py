"""Filters of a list: a field, an operator, a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from arlen_data.errors import InvalidArgumentError
from arlen_data.sql.operators import normalized
from arlen_data.sql.predicates import Predicate, between, eq, in_, not_in, op

_BEYOND_COMPARISON: Mapping[str, Callable[[str, Any], Predicate]] = {
    "IN": in_,
    "NOT IN": not_in,
    "BETWEEN": lambda field, bounds: between(field, *_pair(bounds)),
    "IS NULL": lambda field, wanted: eq(field, None) if wanted else op(field, "<>", None),
}


def condition(field: str, operator: str, value: object) -> Predicate:
    """``field operator value``: what ``op`` compares with, ``IN``, ``NOT IN``, ``BETWEEN`` or ``IS NULL``.

    The value of ``BETWEEN`` is a pair; that of ``IS NULL`` is True, or False for its opposite.

    Raises:
        SQLBuilderError: ``predicate_field``, ``predicate_operator`` and what else ``op`` and ``in_`` refuse.
        InvalidArgumentError: ``invalid_filter``.
    """
    build = _BEYOND_COMPARISON.get(normalized(operator))
    return op(field, operator, value) if build is None else build(field, value)


def _pair(bounds: Any) -> tuple[object, object]:
    if isinstance(bounds, list | tuple) and len(bounds) == 2:
        return bounds[0], bounds[1]
    raise InvalidArgumentError("BETWEEN takes a pair: its lower and its upper bound", code="invalid_filter")
