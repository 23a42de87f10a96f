"""CASE and CAST."""

from __future__ import annotations

import re

from .predicates import Condition, conditions_of, operand
from .refusals import refuse
from .syntax import Fragment, sequence, values_of
from .terms import Term

_TYPE = re.compile(
    r"""
    (?: big(?:int|serial) | bit(?:\ varying)? | blob | bool(?:ean)? | bytea | char(?:acter(?:\ varying)?)? | cidr
      | citext | date(?:range)? | decimal | double\ precision | float[48]? | hstore | inet | int[248]? | int[48]range
      | integer | interval | json | jsonb | jsonpath | macaddr | money | name | numeric | numrange | oid | real
      | regclass | regconfig | smallint | text | time | timetz | timestamp(?:tz|\ with(?:out)?\ time\ zone)? | tsquery
      | tsrange | tstzrange | tsvector | uuid | varchar | xml )
    (?: \(\d{1,5}(?:,\ ?\d{1,5})?\) )?
    (?: \[\] )*
    """,
    re.ASCII | re.VERBOSE,
)


def case(*branches: tuple[Condition, object], else_: object = None) -> Term:
    """``CASE WHEN condition THEN value ... ELSE else_ END``: the value of the first condition that holds, else NULL.

    Raises:
        SQLBuilderError: ``case_empty``.
    """
    parts = []
    for condition, value in branches:
        for tested in conditions_of([condition]):
            parts += [_after(" WHEN ", tested), _after(" THEN ", operand(value))]
    if not parts:
        raise refuse("case_empty")
    if else_ is not None:
        parts.append(_after(" ELSE ", operand(else_)))
    return Term(sequence("CASE", *[part.syntax for part in parts], " END"), values_of(parts))


def cast(value: object, type_name: str) -> Term:
    """``CAST(value AS type)``. The value is a parameter unless it is SQL, as ``col("a")`` is.

    Args:
        value: what to convert.
        type_name: a standard or PostgreSQL type, such as ``numeric(10, 2)`` or ``text[]``.

    Raises:
        SQLBuilderError: ``cast_type`` for a name that is not one of the known types.
    """
    written = operand(value)
    return Term(sequence("CAST(", written.syntax, " AS ", known_type(type_name), ")"), written.values)


def known_type(type_name: str) -> str:
    """The name of a type that is safe to write.

    Raises:
        SQLBuilderError: ``cast_type``.
    """
    match = _TYPE.fullmatch(" ".join(type_name.lower().split())) if isinstance(type_name, str) else None
    if match is None:
        raise refuse("cast_type", type_name)
    return match[0]


def _after(opening: str, written: Fragment) -> Fragment:
    return Fragment(sequence(opening, written.syntax), written.values)
