"""JSON by the standard library, held to what orjson reads and writes."""

from __future__ import annotations

import json
import platform
import re
from enum import Enum
from typing import Any, NoReturn

from .errors import JSONError
from .values import SURELY_SHALLOW, may_be_deep, refuse_deep, refuse_unwritable

__all__ = ["NAME", "VERSION", "dumps", "loads"]

NAME = "stdlib"
VERSION = platform.python_version()

# An escaped surrogate pair, half of one (the group), or any other escape.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
_MOST_DIGITS = 20


def loads(data: bytes | bytearray | str) -> Any:
    try:
        text = data if isinstance(data, str) else data.decode()
        text.encode()
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise JSONError(f"not JSON: {error}", details={"position": error.pos}) from error
    except UnicodeError as error:
        raise JSONError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise JSONError("JSON nested too deeply", code="depth_exceeded") from error
    if "\\" in text:
        _refuse_lone_surrogates(text)
    if len(text) > SURELY_SHALLOW and may_be_deep(text):
        refuse_deep(value)
    return value


def dumps(value: object, sort_keys: bool, pretty: bool) -> bytes:
    refuse_unwritable(value)
    try:
        return json.dumps(
            value,
            ensure_ascii=False,
            check_circular=False,
            indent=2 if pretty else None,
            separators=(",", ": ") if pretty else (",", ":"),
            default=_plain,
            sort_keys=sort_keys,
        ).encode()
    except UnicodeEncodeError as error:
        raise JSONError("cannot be written as JSON: a lone surrogate in a string", code="unsupported_value") from error
    except RecursionError as error:
        raise JSONError("JSON nested too deeply for this stack", code="depth_exceeded") from error


def _plain(value: object) -> object:
    """A UUID or a member of an enumeration: whatever else comes here has been refused."""
    return value.value if isinstance(value, Enum) else str(value)


def _integer(text: str) -> int | float:
    if len(text) <= _MOST_DIGITS:
        value = int(text)
        if -(2**63) <= value < 2**64:
            return value
    return _double(text)


def _double(text: str) -> float:
    value = float(text)
    if value - value != 0.0:
        raise JSONError(f"not JSON: {text:.40} is more than a double can hold")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise JSONError(f"not JSON: {name}")


def _refuse_lone_surrogates(text: str) -> None:
    for escape in _ESCAPE.finditer(text):
        if escape[1]:
            raise JSONError("not JSON: half of a surrogate pair", details={"position": escape.start()})


_decoder = json.JSONDecoder(parse_int=_integer, parse_float=_double, parse_constant=_refuse_constant)
