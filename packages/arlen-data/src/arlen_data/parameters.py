"""Parameters: Python values on their way into a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from .errors import InvalidArgumentError

Parameters: TypeAlias = Sequence[object] | Mapping[str, object]
"""Values for ``?`` as a list or tuple, or for ``:name`` as a mapping.

SQLite stores NULL, int, float, str and bytes. ``bool`` becomes 0 or 1; ``UUID`` and ``Decimal`` become their text;
``date``, ``time`` and ``datetime`` become ISO 8601 text with a space before the time, as ``CURRENT_TIMESTAMP`` has it,
and a ``datetime`` with a time zone is turned into UTC first, so that text order is time order.
"""


def _moment(value: datetime) -> str:
    return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat(" ")


_STORED_AS_IS = frozenset({type(None), int, float, str, bytes, bool, bytearray, memoryview})
_LISTS = frozenset({list, tuple})
_ENCODERS: Mapping[type, Callable[[Any], object]] = {
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: str,
    UUID: str,
}


def refuse_naive_datetimes(parameters: Parameters) -> None:
    """
    Raises:
        InvalidArgumentError: code ``naive_datetime``; ``details["parameter"]`` is its position (1-based) or name.
    """
    for place, value in _named(parameters):
        if isinstance(value, datetime) and value.tzinfo is None:
            raise InvalidArgumentError(
                f"parameter {place} is a datetime without a time zone; give it one, such as datetime.UTC",
                code="naive_datetime",
                details={"parameter": place},
            )


def encode(parameters: Parameters) -> Parameters:
    """The same parameters with values that SQLite can store.

    Raises:
        InvalidArgumentError: code ``invalid_parameters`` for a string or anything else that is not a list, a tuple
            or a mapping of values.
    """
    if type(parameters) in _LISTS and _STORED_AS_IS.issuperset(map(type, parameters)):
        return parameters
    if isinstance(parameters, Mapping):
        return {name: _encode(value) for name, value in parameters.items()}
    if isinstance(parameters, Sequence) and not isinstance(parameters, str | bytes | bytearray | memoryview):
        return [_encode(value) for value in parameters]
    raise InvalidArgumentError(
        f"parameters are a {type(parameters).__name__}; give a list or tuple for ?, a mapping for :name",
        code="invalid_parameters",
    )


def _encode(value: object) -> object:
    encoder = _ENCODERS.get(type(value))
    return value if encoder is None else encoder(value)


def unsupported(parameters: Parameters, sql: str) -> InvalidArgumentError | None:
    """The first parameter that SQLite cannot store, as an error that names its position or name; else None."""
    for place, value in _named(parameters):
        fault = _fault(value)
        if fault is not None:
            return InvalidArgumentError(
                f"parameter {place} cannot be stored: {fault}",
                code="unsupported_parameter",
                details={"parameter": place, "sql": sql},
            )
    return None


def _named(parameters: Parameters) -> Iterable[tuple[str | int, object]]:
    return parameters.items() if isinstance(parameters, Mapping) else enumerate(parameters, start=1)


def _fault(value: object) -> str | None:
    match value:
        case str() if not _encodable(value):
            return "the text holds a lone surrogate, which UTF-8 has no bytes for"
        case int() if not -(2**63) <= value < 2**63:
            return "the integer does not fit 64 bits; pass it as text"
        case None | str() | int() | float() | bytes() | bytearray() | memoryview():
            return None
        case _:
            return f"SQLite has no type for {type(value).__name__}; turn it into text, a number or bytes"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
