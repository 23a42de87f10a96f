"""The kinds of type that msgspec knows: as annotations again, as JSON, and in words."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import inspect as kinds

_ARRAY = frozenset(("array",))
_ANY = frozenset(("null", "boolean", "number", "string", "array", "object"))
_TEXTS: tuple[type[kinds.Type], ...] = (
    kinds.BytesType, kinds.ByteArrayType, kinds.MemoryViewType, kinds.DateTimeType, kinds.TimeType, kinds.DateType,
    kinds.TimeDeltaType, kinds.UUIDType,
)  # fmt: skip
_ARRAYS: tuple[type[kinds.Type], ...] = (
    kinds.ListType, kinds.SetType, kinds.FrozenSetType, kinds.VarTupleType, kinds.TupleType, kinds.NamedTupleType,
)  # fmt: skip
_OBJECTS: tuple[type[kinds.Type], ...] = (
    kinds.StructType, kinds.DataclassType, kinds.TypedDictType, kinds.DictType,
)  # fmt: skip


class _Kinds(dict[type[kinds.Type], frozenset[str]]):
    def __missing__(self, kind: type[kinds.Type]) -> frozenset[str]:
        return _ANY


_BY_KIND: dict[type[kinds.Type], frozenset[str]] = {
    kinds.NoneType: frozenset(("null",)),
    kinds.BoolType: frozenset(("boolean",)),
    kinds.IntType: frozenset(("number",)),
    kinds.FloatType: frozenset(("number",)),
    kinds.DecimalType: frozenset(("number", "string")),
    kinds.StrType: frozenset(("string",)),
    **dict.fromkeys(_TEXTS, frozenset(("string",))),
    **dict.fromkeys(_ARRAYS, _ARRAY),
    **dict.fromkeys(_OBJECTS, frozenset(("object",))),
}
_JSON_KINDS: Mapping[type[kinds.Type], frozenset[str]] = _Kinds(_BY_KIND)

_NOUNS: Mapping[type[kinds.Type], str] = {
    kinds.NoneType: "null",
    kinds.BoolType: "a boolean",
    kinds.IntType: "an integer",
    kinds.FloatType: "a number",
    kinds.DecimalType: "a number",
    kinds.StrType: "a string",
    **dict.fromkeys(_TEXTS, "a string"),
    **dict.fromkeys(_ARRAYS, "an array"),
    **dict.fromkeys(_OBJECTS, "an object"),
}

BARE: Mapping[type[kinds.Type], Any] = {
    kinds.IntType: int, kinds.FloatType: float, kinds.DecimalType: decimal.Decimal, kinds.BoolType: bool,
}  # fmt: skip
"""The kinds of type that a text can become, without their bounds."""


def json_kinds_of(kind: kinds.Type) -> frozenset[str]:
    """The kinds of JSON value that may become it."""
    return _ARRAY if isinstance(kind, kinds.StructType) and kind.array_like else _JSON_KINDS[type(kind)]


def plain(kind: kinds.Type) -> kinds.Type:
    """Without what is only said about it."""
    while isinstance(kind, kinds.Metadata):
        kind = kind.type
    return kind


def json_kind(value: object) -> str:
    """The name that JSON has for a plain value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float() | decimal.Decimal():
            return "number"
        case str():
            return "string"
        case list() | tuple() | set() | frozenset():
            return "array"
        case _:
            return "object"


def _limited(annotation: Any, kind: Any, *names: str) -> Any:
    limits = {name: getattr(kind, name) for name in names if getattr(kind, name) is not None}
    return Annotated[annotation, msgspec.Meta(**limits)] if limits else annotation


def _number(annotation: Any) -> Callable[[Any], Any]:
    return lambda kind: _limited(annotation, kind, "gt", "ge", "lt", "le", "multiple_of")


def _sized(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda kind: _limited(make(kind), kind, "min_length", "max_length")


_ANNOTATIONS: Mapping[type[kinds.Type], Callable[[Any], Any]] = {
    kinds.AnyType: lambda kind: Any,
    kinds.NoneType: lambda kind: None,
    kinds.BoolType: lambda kind: bool,
    kinds.IntType: _number(int),
    kinds.FloatType: _number(float),
    kinds.DecimalType: lambda kind: decimal.Decimal,
    kinds.StrType: lambda kind: _limited(str, kind, "min_length", "max_length", "pattern"),
    kinds.BytesType: _sized(lambda kind: bytes),
    kinds.ByteArrayType: _sized(lambda kind: bytearray),
    kinds.MemoryViewType: _sized(lambda kind: memoryview),
    kinds.DateTimeType: lambda kind: _limited(datetime.datetime, kind, "tz"),
    kinds.TimeType: lambda kind: _limited(datetime.time, kind, "tz"),
    kinds.DateType: lambda kind: datetime.date,
    kinds.TimeDeltaType: lambda kind: datetime.timedelta,
    kinds.UUIDType: lambda kind: uuid.UUID,
    kinds.RawType: lambda kind: msgspec.Raw,
    kinds.LiteralType: lambda kind: Literal[kind.values],
    kinds.UnionType: lambda kind: _either([annotation_of(each) for each in kind.types]),
    kinds.ListType: _sized(lambda kind: list[annotation_of(kind.item_type)]),  # type: ignore[misc]
    kinds.SetType: _sized(lambda kind: set[annotation_of(kind.item_type)]),  # type: ignore[misc]
    kinds.FrozenSetType: _sized(lambda kind: frozenset[annotation_of(kind.item_type)]),  # type: ignore[misc]
    kinds.VarTupleType: _sized(lambda kind: tuple[annotation_of(kind.item_type), ...]),  # type: ignore[misc]
    kinds.TupleType: lambda kind: tuple[tuple(map(annotation_of, kind.item_types))],  # type: ignore[misc]
    kinds.DictType: _sized(lambda kind: dict[annotation_of(kind.key_type), annotation_of(kind.value_type)]),  # type: ignore[misc]
    kinds.Metadata: lambda kind: annotation_of(kind.type),
}


def annotation_of(kind: kinds.Type) -> Any:
    """The annotation that msgspec reads as this kind."""
    make = _ANNOTATIONS.get(type(kind))
    return make(kind) if make else kind.cls  # type: ignore[attr-defined]


def _either(annotations: list[Any]) -> Any:
    return Union[tuple(annotations)]  # noqa: UP007


def explain(kind: kinds.Type, value: Any, refusal: str) -> tuple[str, str, str]:
    """Code and message of a part that was refused as a whole, and the kind's own name."""
    name = type(kind).__name__.removesuffix("Type").lower()
    if isinstance(kind, kinds.EnumType | kinds.LiteralType):
        return "invalid_enum", "must be one of the allowed values", name
    if isinstance(kind, kinds.UnionType):
        nouns = dict.fromkeys(_NOUNS.get(type(plain(each)), "another value") for each in kind.types)
        return "invalid_type", f"must be {' or '.join(nouns)}", name
    wanted = json_kinds_of(kind)
    noun = "an array" if wanted is _ARRAY else _NOUNS.get(type(kind))
    if noun is not None and json_kind(value) not in wanted:
        return "invalid_type", f"must be {noun}", name
    if isinstance(kind, kinds.IntType) and (type(value) is not int or "range" in refusal):
        return "invalid_type", "must be an integer", name
    for limit, broken, code, message in _LIMITS:
        bound = getattr(kind, limit, None)
        if bound is not None and broken(value, bound):
            return code, message, limit
    if isinstance(kind, _FORMATTED):
        return "invalid_format", "has an invalid format", name
    if isinstance(kind, kinds.TupleType | kinds.NamedTupleType | kinds.StructType) and isinstance(value, list | tuple):
        return "invalid_length", "has the wrong number of items", name
    return "invalid", refusal.partition(" - at ")[0], name


_FORMATTED: tuple[type[kinds.Type], ...] = (kinds.StrType, kinds.DecimalType, *_TEXTS)

_LIMITS: tuple[tuple[str, Callable[[Any, Any], bool], str, str], ...] = (
    ("ge", lambda value, bound: value < bound, "too_small", "is lower than minimum"),
    ("gt", lambda value, bound: value <= bound, "too_small", "is lower than minimum"),
    ("le", lambda value, bound: value > bound, "too_large", "is greater than maximum"),
    ("lt", lambda value, bound: value >= bound, "too_large", "is greater than maximum"),
    ("multiple_of", lambda value, bound: True, "not_a_multiple", "is not a multiple of the step"),
    ("min_length", lambda value, bound: len(value) < bound, "too_short", "is shorter than minLength"),
    ("max_length", lambda value, bound: len(value) > bound, "too_long", "is longer than maxLength"),
)
