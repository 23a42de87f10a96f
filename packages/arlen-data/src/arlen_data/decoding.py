"""Decoding: what a driver puts into a row becomes a value of the declared type. Generated modules are built on it.

A `Decoder` accepts what the drivers give for its type: psycopg gives Python values, SQLite gives numbers and text.
"""

from __future__ import annotations

import json as _json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date as _date
from datetime import datetime, timedelta
from datetime import time as _time
from decimal import Decimal
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_interface,
    ip_network,
)
from typing import Any, Generic, Self, TypeAlias, TypeVar, get_args
from uuid import UUID

from .errors import ArlenDataError

__all__ = [
    "Decoder",
    "Inet",
    "JSONValue",
    "Network",
    "Number",
    "RowReader",
    "TypedDecodeError",
    "anything",
    "binary",
    "boolean",
    "date",
    "decimal",
    "decode_rows",
    "inet",
    "integer",
    "interval",
    "json",
    "json_parameter",
    "json_text",
    "list_of",
    "network",
    "number",
    "one_of",
    "real",
    "text",
    "time",
    "timestamp",
    "uuid",
]

T = TypeVar("T")

JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"
"""A JSON document as Python has it (RFC 8259)."""

Number: TypeAlias = int | float | Decimal
Inet: TypeAlias = IPv4Address | IPv6Address | IPv4Interface | IPv6Interface
Network: TypeAlias = IPv4Network | IPv6Network


class TypedDecodeError(ArlenDataError):
    """A row does not hold what the generated code was promised.

    Codes: ``missing_field``, ``invalid_type``. The value itself is in neither message nor details.

    Attributes:
        field: the name of the field, or ``row`` and ``rows`` for what is no row at all; also in ``details``.
        expected_type: the type that was declared; also in ``details``.
    """

    def __init__(self, message: str, *, code: str, field: str, expected_type: str) -> None:
        super().__init__(message, code=code, details={"field": field, "expected_type": expected_type})
        self.field = field
        self.expected_type = expected_type

    @classmethod
    def missing(cls, field: str, expected_type: str) -> Self:
        return cls(
            f'the row has no value for "{field}", declared as {expected_type}; select it, or declare it nullable',
            code="missing_field",
            field=field,
            expected_type=expected_type,
        )

    @classmethod
    def invalid(cls, field: str, expected_type: str, value: object) -> Self:
        return cls(
            f'"{field}" is declared as {expected_type} and cannot be read from this {type(value).__name__}; '
            "generate the code again if the database has changed",
            code="invalid_type",
            field=field,
            expected_type=expected_type,
        )


@dataclass(frozen=True, slots=True)
class Decoder(Generic[T]):
    """How the values of one type are read.

    Attributes:
        expected_type: the type, as errors name it.
        read: the value for what a driver gave; raises LookupError, ValueError or ArithmeticError when it cannot be.
    """

    expected_type: str
    read: Callable[[Any], T]


class RowReader:
    """Reads the fields of one row, and says which one is wrong."""

    __slots__ = ("_error", "_row")

    def __init__(self, row: object, error: type[TypedDecodeError]) -> None:
        if not isinstance(row, Mapping):
            raise error.invalid("row", "mapping", row)
        self._row: Mapping[object, object] = row
        self._error = error

    def required(self, field: str, decoder: Decoder[T]) -> T:
        """The value of a field that is never NULL.

        Raises:
            TypedDecodeError: ``missing_field``, ``invalid_type``.
        """
        value = self._row.get(field)
        if value is None:
            raise self._error.missing(field, decoder.expected_type)
        return self._read(field, decoder, value)

    def optional(self, field: str, decoder: Decoder[T]) -> T | None:
        """The value of a field, None for NULL or when the row does not have the field.

        Raises:
            TypedDecodeError: ``invalid_type``.
        """
        value = self._row.get(field)
        return None if value is None else self._read(field, decoder, value)

    def _read(self, field: str, decoder: Decoder[T], value: object) -> T:
        try:
            return decoder.read(value)
        except (LookupError, ValueError, ArithmeticError):
            raise self._error.invalid(field, decoder.expected_type, value) from None


def decode_rows(rows: object, decode: Callable[[Any], T], error: type[TypedDecodeError]) -> list[T]:
    """Every row, decoded.

    Raises:
        TypedDecodeError: ``invalid_type`` with the field ``rows`` when these are no rows, else what ``decode`` raises.
    """
    if not isinstance(rows, Iterable):
        raise error.invalid("rows", "iterable", rows)
    return [decode(row) for row in rows]


def _same(value: T) -> T:
    return value


def _as_is(*types: type) -> dict[type, Callable[[Any], Any]]:
    return dict.fromkeys(types, _same)


def _by_type(expected_type: str, readers: Mapping[type, Callable[[Any], T]]) -> Decoder[T]:
    return Decoder(expected_type, lambda value: readers[type(value)](value))


_TRUTH = {0: False, 1: True}

integer: Decoder[int] = _by_type("int", _as_is(int))
real: Decoder[float] = _by_type("float", {float: _same, int: float})
decimal: Decoder[Decimal] = _by_type(
    "Decimal", {Decimal: _same, int: Decimal, str: Decimal, float: lambda value: Decimal(repr(value))}
)
number: Decoder[Number] = _by_type("number", _as_is(int, float, Decimal))
boolean: Decoder[bool] = _by_type("bool", {bool: _same, int: _TRUTH.__getitem__})
text: Decoder[str] = _by_type("str", _as_is(str))
binary: Decoder[bytes] = _by_type("bytes", {bytes: _same, bytearray: bytes, memoryview: bytes})
uuid: Decoder[UUID] = _by_type("UUID", {UUID: _same, str: UUID})
timestamp: Decoder[datetime] = _by_type("datetime", {datetime: _same, str: datetime.fromisoformat})
date: Decoder[_date] = _by_type("date", {_date: _same, str: _date.fromisoformat})
time: Decoder[_time] = _by_type("time", {_time: _same, str: _time.fromisoformat})
interval: Decoder[timedelta] = _by_type("timedelta", _as_is(timedelta))
inet: Decoder[Inet] = _by_type(
    "inet", {**_as_is(IPv4Address, IPv6Address, IPv4Interface, IPv6Interface), str: ip_interface}
)
network: Decoder[Network] = _by_type("cidr", {**_as_is(IPv4Network, IPv6Network), str: ip_network})
json: Decoder[JSONValue] = _by_type("JSON", _as_is(bool, int, float, str, list, dict))
json_text: Decoder[JSONValue] = _by_type("JSON text", {str: _json.loads})
anything: Decoder[object] = Decoder("object", _same)

_ARRAY = re.compile(r'\{(?:"(?:[^"\\]|\\.)*"|[^{}"\\])*\}', re.DOTALL)
_MEMBER = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"\\]+)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def list_of(member: Decoder[T]) -> Decoder[list[T]]:
    """An array of one dimension without NULL.

    psycopg gives arrays of types that it does not know, such as enums, as text: ``{a,"b c"}``.
    """

    def members(values: list[object]) -> list[T]:
        return [member.read(value) for value in values]

    return _by_type(f"list[{member.expected_type}]", {list: members, str: lambda literal: members(_members(literal))})


def one_of(literal: object) -> Decoder[Any]:
    """One of the labels of a ``Literal``, as an enum has them."""
    known = {label: label for label in get_args(literal)}
    return Decoder(" | ".join(map(repr, known)), lambda value: known[str(value)])


def json_parameter(value: JSONValue) -> str | None:
    """A JSON document as the parameter of a statement: its text, or NULL for None."""
    return None if value is None else _json.dumps(value)


def _members(literal: str) -> list[object]:
    """The members of an array as PostgreSQL writes it (documentation, section 8.15.6)."""
    if not _ARRAY.fullmatch(literal):
        raise ValueError("no array of one dimension")
    return [_ESCAPED.sub(r"\1", quoted) if not bare else _bare(bare) for quoted, bare in _MEMBER.findall(literal)]


def _bare(word: str) -> str | None:
    return None if word.upper() == "NULL" else word
