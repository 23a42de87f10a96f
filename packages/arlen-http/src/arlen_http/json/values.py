"""Which values JSON can carry, and how deep they may be nested."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any
from uuid import UUID

from .errors import JSONError

__all__ = ["MAX_DEPTH", "SURELY_SHALLOW", "may_be_deep", "refuse_deep", "refuse_non_finite", "refuse_unwritable"]

#: Levels of arrays and objects, counted from 1 for ``[]``.
MAX_DEPTH = 512

#: Characters of a document that cannot be nested deeper.
SURELY_SHALLOW = 2 * MAX_DEPTH

_PLAIN = frozenset((str, bool, type(None), UUID))
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def refuse_unwritable(value: object) -> None:
    """Find what keeps a value from being written.

    Raises:
        JSONError: code ``unsupported_value`` or ``depth_exceeded``.
    """
    for leaf in _leaves(value):
        kind = type(leaf)
        if kind in _PLAIN:
            continue
        match leaf:
            case Enum():
                refuse_unwritable(leaf.value)
            case int() if kind is int:
                if not _SMALLEST <= leaf <= _LARGEST:
                    raise _unsupported("an integer beyond 64 bits")
            case float() if kind is float:
                _check_finite(leaf)
            case _:
                raise _unsupported(f"a value of type {kind.__qualname__}")


def refuse_non_finite(value: object) -> None:
    """Find a number that is not finite in a value that can be written otherwise.

    Raises:
        JSONError: code ``unsupported_value``.
    """
    pending = [value]
    for item in pending:
        kind = type(item)
        if kind is str:
            continue
        if kind is dict:
            pending += item.values()  # type: ignore[attr-defined]
        elif kind is list or kind is tuple:
            pending += item  # type: ignore[arg-type]
        elif kind is float:
            _check_finite(item)
        elif isinstance(item, Enum):
            pending.append(item.value)


def may_be_deep(data: bytes | bytearray | str) -> bool:
    """Whether a document that is longer than `SURELY_SHALLOW` has enough brackets to be nested too deeply."""
    if isinstance(data, str):
        return data.count("[") + data.count("{") > MAX_DEPTH
    return data.count(b"[") + data.count(b"{") > MAX_DEPTH


def refuse_deep(value: object) -> None:
    """Hold a value that was read against `MAX_DEPTH`.

    Raises:
        JSONError: code ``depth_exceeded``.
    """
    for _ in _leaves(value):
        pass


def _leaves(value: object) -> Iterator[object]:
    """Everything within a value that is neither object nor array."""
    pending = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        kind = type(item)
        if kind is not dict and kind is not list and kind is not tuple:
            yield item
            continue
        if depth == MAX_DEPTH:
            raise JSONError(f"JSON nested deeper than {MAX_DEPTH} levels", code="depth_exceeded")
        match item:
            case dict():
                if any(type(name) is not str for name in item):
                    raise _unsupported("an object with a name that is not a string")
                pending += [(member, depth + 1) for member in item.values()]
            case list() | tuple():
                pending += [(element, depth + 1) for element in item]


def _check_finite(number: Any) -> None:
    if number - number != 0.0:
        raise _unsupported(f"{number!r}, which is not a finite number")


def _unsupported(what: str) -> JSONError:
    return JSONError(f"cannot be written as JSON: {what}", code="unsupported_value")
