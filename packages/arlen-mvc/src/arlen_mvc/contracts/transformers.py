"""Transformers: named functions that a contract runs on a value before it looks at its type."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import TypeVar

from arlen_mvc.errors import ArlenMVCError
from arlen_mvc.scalars import parse_boolean, parse_integer, parse_number

T = TypeVar("T")
Transform = Callable[[object], object]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)


class TransformerError(ArlenMVCError):
    """A transformer is unknown, cannot be registered, or could not do its work.

    Codes: ``unknown_transformer``, ``transform_failed``, ``invalid_argument``. ``details`` holds the ``transformer``.
    """

    code = "transform_failed"


def register_transformer(name: str, function: Transform) -> None:
    """Let contracts use this function under the name; surrounding blanks and case do not matter.

    The function takes what the client sent, of whatever type, and raises ``ValueError`` when it cannot transform it. A
    name that is known already means the new function from then on; applications that were composed before keep the old.

    Raises:
        TransformerError: ``invalid_argument``; the name is blank, or the function cannot be called.
    """
    wanted = normal_name(name)
    if not wanted or not callable(function):
        raise TransformerError(
            f"a transformer needs a name and a function of one argument, not {name!r} and {function!r}",
            code="invalid_argument",
            details={"transformer": name},
        )
    with _registering:
        _registered[wanted] = function


def transformer_names() -> list[str]:
    """The names of all transformers, sorted."""
    return sorted(_registered)


def apply_transformer(name: str, value: object) -> object:
    """The transformed value.

    Raises:
        TransformerError: ``unknown_transformer``, ``transform_failed``, ``invalid_argument`` when the name is no text.
    """
    if not isinstance(name, str) or not normal_name(name):
        raise TransformerError(
            f"the name of a transformer is a text, not {name!r}",
            code="invalid_argument",
            details={"transformer": name},
        )
    function = transformer_named(name)
    if function is None:
        raise TransformerError(
            f"there is no transformer {name!r}; register_transformer adds one",
            code="unknown_transformer",
            details={"transformer": name},
        )
    try:
        return function(value)
    except ValueError as error:
        raise TransformerError(str(error) or "cannot be transformed", details={"transformer": name}) from error


def transformer_named(name: str) -> Transform | None:
    """The function of this name."""
    return _registered.get(normal_name(name))


def normal_name(name: str) -> str:
    """``" Trim "`` is ``"trim"``."""
    return name.strip().lower() if isinstance(name, str) else ""


def _to_integer(value: object) -> int:
    match value:
        case bool():
            raise ValueError("must be an integer")
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case str():
            return _parsed(parse_integer, value, "must be an integer")
    raise ValueError("must be an integer")


def _to_number(value: object) -> int | float:
    match value:
        case bool():
            raise ValueError("must be a number")
        case int() | float():
            return value
        case str():
            return _parsed(parse_number, value, "must be a number")
    raise ValueError("must be a number")


def _to_boolean(value: object) -> bool:
    match value:
        case bool():
            return value
        case str():
            return _parsed(parse_boolean, value, "must be a boolean")
        case 0 | 1:
            return value == 1
    raise ValueError("must be a boolean")


def _to_datetime(value: object) -> datetime:
    match value:
        case datetime():
            return value
        case str() if _DATE.fullmatch(value):
            return _parsed(datetime.fromisoformat, value, _NO_DATE).replace(tzinfo=UTC)
        case str() if _INSTANT.fullmatch(value):
            return _parsed(datetime.fromisoformat, value, _NO_DATE)
    raise ValueError(_NO_DATE)


_NO_DATE = "must be an ISO 8601 date or date-time with an offset"


def _parsed(parse: Callable[[str], T], text: str, problem: str) -> T:
    try:
        return parse(text)
    except ValueError:
        raise ValueError(problem) from None


_registering = Lock()
_registered: dict[str, Transform] = {
    "trim": lambda value: str(value).strip(),
    "lowercase": lambda value: str(value).lower(),
    "uppercase": lambda value: str(value).upper(),
    "to_integer": _to_integer,
    "to_number": _to_number,
    "to_boolean": _to_boolean,
    "iso8601_date": _to_datetime,
}
