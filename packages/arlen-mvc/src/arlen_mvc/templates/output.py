"""What ``{{ value }}`` puts on a page."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import Any

from markupsafe import escape

_special = re.compile("[&<>'\"]").search
_BYTES = (bytes, bytearray, memoryview)
_NUMBERS = (int, float, complex)

_text_of = attrgetter("__str__")
_ADDRESS = _text_of(object)


def nothing_for_none(value: Any) -> Any:
    """Nothing where the value is ``None``; the value itself otherwise."""
    return "" if value is None else value


def text_only(value: Any) -> Any:
    """Nothing where the value is ``None``; the value itself where it has a text of its own.

    Raises:
        TypeError: bytes, a container, or an object of which ``str`` only knows the address.
    """
    if value is None:
        return ""
    kind = type(value)
    if isinstance(value, _NUMBERS):
        return value
    if isinstance(value, _BYTES) or (_text_of(kind) is _ADDRESS and not hasattr(kind, "__html__")):
        remedy = "show a member of it, or make it text with a filter"
        raise TypeError(f"a {kind.__qualname__} has no text to show in a strict render; {remedy}")
    return value


def escaped_text(value: Any) -> str:
    """The text of ``escape(nothing_for_none(value))``, without a ``Markup`` where there is nothing to escape."""
    kind = type(value)
    if kind is str:
        return escape(value) if _special(value) else value
    if kind is int:
        return str(value)
    return "" if value is None else escape(value)
