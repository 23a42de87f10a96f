"""From the text of a path, query or header to the Python value that an annotation asks for."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""How decimal numbers are written in texts, as a regular expression."""

_DECIMAL = re.compile(DECIMAL, re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}", re.ASCII)
_WORDS: Mapping[str, bool] = {
    "1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip
_LONGEST_INTEGER = 20
_SURELY_FITTING = 18
_INTEGER_MINIMUM, _INTEGER_MAXIMUM = -(2**63), 2**63 - 1


def parse_integer(text: str) -> int:
    """A decimal integer within signed 64 bits; raises ``ValueError`` otherwise."""
    if len(text) <= _SURELY_FITTING and text.isdigit() and text.isascii():
        return int(text)
    if not _INTEGER.fullmatch(text) or len(text.strip().lstrip("+-0")) > _LONGEST_INTEGER:
        raise ValueError(text)
    value = int(text)
    if not _INTEGER_MINIMUM <= value <= _INTEGER_MAXIMUM:
        raise ValueError(text)
    return value


def parse_boolean(text: str) -> bool:
    """``1 true yes on`` or ``0 false no off`` in any case; raises ``ValueError`` otherwise."""
    try:
        return _WORDS[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None


def parse_number(text: str) -> float:
    """A finite number in decimal notation; raises ``ValueError`` otherwise."""
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(text)
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


@dataclass(frozen=True, slots=True)
class Scalar:
    """How one text becomes one value, and what to say when it does not (``parse`` raises ``ValueError``)."""

    parse: Callable[[str], object]
    code: str
    message: str


def _of_decimal(annotation: Any) -> Scalar:
    def parse(text: str) -> object:
        if not _DECIMAL.fullmatch(text.strip()):
            raise ValueError(text)
        return annotation(text.strip())

    return Scalar(parse, "invalid_number", "must be a number")


def _of_uuid(annotation: Any) -> Scalar:
    def parse(text: str) -> object:
        if not _UUID.fullmatch(text):
            raise ValueError(text)
        return annotation(text)

    return Scalar(parse, "invalid_uuid", "must be a UUID")


_BY_NAME: Mapping[str, Callable[[Any], Scalar]] = {
    "builtins.str": lambda _: Scalar(str, "invalid", "must be text"),
    "builtins.int": lambda _: Scalar(parse_integer, "invalid_integer", "must be an integer"),
    "builtins.float": lambda _: Scalar(parse_number, "invalid_number", "must be a number"),
    "builtins.bool": lambda _: Scalar(parse_boolean, "invalid_boolean", "must be true or false"),
    "decimal.Decimal": _of_decimal,
    "uuid.UUID": _of_uuid,
    "datetime.date": lambda kind: Scalar(kind.fromisoformat, "invalid_date", "must be a date (YYYY-MM-DD)"),
    "datetime.time": lambda kind: Scalar(kind.fromisoformat, "invalid_time", "must be a time (HH:MM:SS)"),
    "datetime.datetime": lambda kind: Scalar(
        kind.fromisoformat, "invalid_datetime", "must be a date and time (ISO 8601)"
    ),
}


def scalar_for(annotation: object) -> Scalar | None:
    """How to read this annotation from one text, or ``None`` when it is not a scalar.

    Scalars are ``str int float bool Decimal UUID date time datetime``, ``Enum`` classes (by value) and ``Literal``.
    """
    if get_origin(annotation) is Literal:
        return _one_of({str(value): value for value in get_args(annotation)})
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, enum.Enum):
        return _one_of({str(member.value): member for member in annotation})
    make = _BY_NAME.get(f"{annotation.__module__}.{annotation.__qualname__}")
    return make(annotation) if make else None


def _one_of(values: Mapping[str, object]) -> Scalar:
    def parse(text: str) -> object:
        try:
            return values[text]
        except KeyError:
            raise ValueError(text) from None

    return Scalar(parse, "invalid_choice", f"must be one of {', '.join(values)}")
