"""JSON by orjson."""

from __future__ import annotations

from typing import Any

from arlen_http.errors import MissingDependencyError

try:
    import orjson
except ImportError as error:
    raise MissingDependencyError('orjson is not installed; install "orjson"') from error

from . import stdlib
from .errors import JSONError
from .values import SURELY_SHALLOW, may_be_deep, refuse_deep, refuse_non_finite

__all__ = ["NAME", "VERSION", "dumps", "loads"]

NAME = "orjson"
VERSION: str = orjson.__version__

# Dates, dataclasses and subclasses are the application's to convert: only orjson has a form for them.
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
_SORTED, _INDENTED = orjson.OPT_SORT_KEYS, orjson.OPT_INDENT_2

_decode, _encode = orjson.loads, orjson.dumps


def loads(data: bytes | bytearray | str) -> Any:
    try:
        value = _decode(data)
    except orjson.JSONDecodeError as error:
        raise _refusal(error) from error
    if len(data) > SURELY_SHALLOW and may_be_deep(data):
        _hold_against_depth(value)
    return value


def dumps(value: object, sort_keys: bool, pretty: bool) -> bytes:
    options = _STRICT
    if sort_keys:
        options |= _SORTED
    if pretty:
        options |= _INDENTED
    try:
        text = _encode(value, None, options)
    except orjson.JSONEncodeError:
        # Either JSON has no form for this, or it is nested deeper than orjson writes.
        return stdlib.dumps(value, sort_keys, pretty)
    if b"null" in text:
        # What orjson writes for NaN and Infinity, too.
        refuse_non_finite(value)
    return text


def _hold_against_depth(value: object) -> None:
    """What orjson writes is not nested too deeply; it tells in a fraction of the time of a walk."""
    try:
        _encode(value)
    except orjson.JSONEncodeError:
        refuse_deep(value)


def _refusal(error: orjson.JSONDecodeError) -> JSONError:
    if "depth limit" in error.msg:
        return JSONError("JSON nested too deeply", code="depth_exceeded")
    return JSONError(f"not JSON: {error}", details={"position": error.pos})
