"""JSON through one door: the only module of the family's HTTP side that knows which library does the work."""

from __future__ import annotations

from typing import Any

import orjson

from .errors import ArlenHTTPError

__all__ = ["JSONError", "dumps", "loads"]


class JSONError(ArlenHTTPError, ValueError):
    """Text that is not JSON, or a value that JSON cannot carry.

    Codes: ``parse_failed`` (``details["position"]`` is the character offset) and ``unsupported_value``.
    """

    code = "parse_failed"


def loads(data: bytes | str) -> Any:
    """The value of a JSON document (RFC 8259).

    Raises:
        JSONError: code ``parse_failed``; NaN and Infinity are refused like any other text that is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise JSONError(f"not JSON: {error}", details={"position": error.pos}) from error


def dumps(value: object, *, sort_keys: bool = False, pretty: bool = False) -> bytes:
    """The compact UTF-8 JSON text of a value.

    Args:
        value: dict, list, tuple, str, int, float, bool or None, nested up to the library's depth; keys are strings.
        sort_keys: order the members of every object by name.
        pretty: indent by two spaces.

    Raises:
        JSONError: code ``unsupported_value``: another type, an integer beyond 64 bits, NaN or Infinity.
    """
    options = (orjson.OPT_SORT_KEYS if sort_keys else 0) | (orjson.OPT_INDENT_2 if pretty else 0) | _STRICT
    try:
        text = orjson.dumps(value, option=options)
    except orjson.JSONEncodeError as error:
        raise JSONError(f"cannot be written as JSON: {error}", code="unsupported_value") from error
    if b"null" in text:
        _refuse_non_finite(value)
    return text


# Arlen's JSON is what a peer can read back: types that only orjson knows are the application's to convert.
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def _refuse_non_finite(value: object) -> None:
    """orjson writes ``null`` for NaN and Infinity; find out whether that is where a ``null`` came from."""
    pending = [value]
    while pending:
        item = pending.pop()
        match item:
            case float() if item - item != 0.0:
                raise JSONError(f"cannot be written as JSON: {item!r} is not a finite number", code="unsupported_value")
            case dict():
                pending.extend(item.values())
            case list() | tuple():
                pending.extend(item)
