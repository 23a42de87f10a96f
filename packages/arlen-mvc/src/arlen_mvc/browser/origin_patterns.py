"""Regular expressions over text that strangers send: only those whose worst case is harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

LONGEST_ORIGIN = 260
"""A host name has at most 253 characters (RFC 1035)."""
_MOST_STEPS = 1_000_000
_REPEATS = frozenset(("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"))


class UnsafePattern(ValueError):
    """The expression may take for ever, or is none."""


def safe_pattern(pattern: str) -> re.Pattern[str]:
    """Compile an expression that decides about an origin in bounded time.

    A repetition must not hold another repetition or alternatives, which makes the time exponential; and the lengths of
    all repetitions multiplied are the steps that the worst origin costs.

    Raises:
        UnsafePattern: the message says why.
    """
    try:
        compiled = re.compile(pattern)
        parsed = import_module("re._parser").parse(pattern)
    except re.error as error:
        raise UnsafePattern(f"{pattern!r} is no regular expression: {error}") from error
    steps = 1
    for repeated, most in _repetitions(parsed):
        if any(name in _REPEATS or name == "BRANCH" for name, _ in _operations(repeated)):
            raise UnsafePattern(f"{pattern!r} repeats what holds a repetition or alternatives, which may take for ever")
        steps *= min(most, LONGEST_ORIGIN)
    if steps > _MOST_STEPS:
        raise UnsafePattern(f"{pattern!r} has too many repetitions, which may take very long")
    return compiled


def _repetitions(parsed: Any) -> Iterator[tuple[Any, int]]:
    for name, argument in _operations(parsed):
        if name in _REPEATS and argument[1] > 1:
            yield argument[2], int(argument[1])


def _operations(parsed: Any) -> Iterator[tuple[str, Any]]:
    """Every operation of a parsed expression, with those inside of it."""
    for operation, argument in parsed:
        yield str(operation), argument
        for inner in _inside(argument):
            yield from _operations(inner)


def _inside(argument: Any) -> Iterator[Any]:
    parts = argument if isinstance(argument, tuple | list) else (argument,)
    for part in parts:
        if hasattr(part, "getwidth"):
            yield part
        elif isinstance(part, list):
            yield from _inside(part)
