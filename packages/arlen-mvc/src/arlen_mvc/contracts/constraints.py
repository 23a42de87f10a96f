"""The constraints of a descriptor: what each holds for, what its limit may be, and how it becomes a rule."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .node import Rule
from .text_formats import FORMATS

LONGEST_MATCHED = 1024
"""Characters that a pattern is run on where no ``maxLength`` says how long a string may be; a longer one is refused."""

_NUMERIC = frozenset(("integer", "number"))
_TEXTUAL = frozenset(("string",))
_LISTED = frozenset(("array",))


class UnusableLimit(ValueError):
    """A constraint cannot be enforced; the message says what its limit would have to be."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """``make(limit, descriptor)`` gives the rule, or raises :class:`UnusableLimit`."""

    kinds: frozenset[str]
    make: Callable[[Any, Mapping[str, Any]], Rule]


def _minimum(limit: Any, _: Mapping[str, Any]) -> Rule:
    number = _number(limit)
    return Rule("minimum", limit, "too_small", "is lower than minimum", lambda value: value >= number)


def _maximum(limit: Any, _: Mapping[str, Any]) -> Rule:
    number = _number(limit)
    return Rule("maximum", limit, "too_large", "is greater than maximum", lambda value: value <= number)


def _at_least(keyword: str) -> Callable[[Any, Mapping[str, Any]], Rule]:
    def make(limit: Any, _: Mapping[str, Any]) -> Rule:
        count = _count(limit)
        holds = _of_text(lambda value: len(value) >= count)
        return Rule(keyword, limit, "too_short", f"is shorter than {keyword}", holds)

    return make


def _at_most(keyword: str) -> Callable[[Any, Mapping[str, Any]], Rule]:
    def make(limit: Any, _: Mapping[str, Any]) -> Rule:
        count = _count(limit)
        holds = _of_text(lambda value: len(value) <= count)
        return Rule(keyword, limit, "too_long", f"is longer than {keyword}", holds)

    return make


def _pattern(limit: Any, descriptor: Mapping[str, Any]) -> Rule:
    try:
        search = re.compile(limit).search
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        raise UnusableLimit(f"a regular expression of Python's re, which this is not: {error}") from error
    declared = descriptor.get("maxLength")
    longest = _count(declared) if _is_count(declared) else LONGEST_MATCHED
    holds = _of_text(lambda value: len(value) <= longest and search(value) is not None)
    return Rule("pattern", limit, "invalid_format", "has an invalid format", holds)


def _format(limit: Any, _: Mapping[str, Any]) -> Rule:
    try:
        holds = FORMATS[limit]
    except (KeyError, TypeError) as error:
        raise UnusableLimit(f"one of {', '.join(FORMATS)}") from error
    return Rule("format", limit, "invalid_format", "has an invalid format", _of_text(holds))


CONSTRAINTS: Mapping[str, Constraint] = {
    "minimum": Constraint(_NUMERIC, _minimum),
    "maximum": Constraint(_NUMERIC, _maximum),
    "minLength": Constraint(_TEXTUAL, _at_least("minLength")),
    "maxLength": Constraint(_TEXTUAL, _at_most("maxLength")),
    "minItems": Constraint(_LISTED, _at_least("minItems")),
    "maxItems": Constraint(_LISTED, _at_most("maxItems")),
    "pattern": Constraint(_TEXTUAL, _pattern),
    "format": Constraint(_TEXTUAL, _format),
}


def _of_text(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A rule for text holds for the ``datetime`` that a transformer made of one."""
    return lambda value: isinstance(value, datetime) or holds(value)


def _number(limit: Any) -> Any:
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not math.isfinite(limit):
        raise UnusableLimit("a finite number")
    return limit


def _count(limit: Any) -> int:
    if not _is_count(limit):
        raise UnusableLimit("a whole number from 0 on")
    return int(limit)


def _is_count(limit: Any) -> bool:
    return isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0
