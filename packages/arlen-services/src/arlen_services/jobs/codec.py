"""Arguments of a task as JSON values, and back, as their annotations say."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Codec:
    """Both ways of one type. Each raises TypeError or ValueError for what does not fit."""

    encode: Convert
    decode: Convert


def codec_of(annotation: Any) -> Codec:
    """The codec of an annotation: JSON types, moments, identifiers, decimals, enumerations, and what holds them.

    Raises:
        TypeError: values of this type do not travel in a payload.
    """
    if annotation in SCALARS:
        return SCALARS[annotation]
    if annotation is Any:
        return Codec(_same, _same)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Codec(_of_type(annotation, lambda member: member.value), annotation)
    origin, arguments = get_origin(annotation) or annotation, get_args(annotation)
    composed = COMPOSED.get(origin)
    if composed is None:
        raise TypeError(f"{annotation!r} is not a type of JSON")
    return composed(arguments)


def _same(value: Any) -> Any:
    return value


def _exactly(kind: type) -> Codec:
    def check(value: Any) -> Any:
        if type(value) is not kind and not (isinstance(value, kind) and not isinstance(value, bool)):
            raise TypeError(f"{value!r} is not {kind.__name__}")
        return value

    return Codec(check, check)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not float")
    return float(value)


def _of_type(kind: type, encode: Convert) -> Convert:
    def checked(value: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} is not {kind.__name__}")
        return encode(value)

    return checked


def _text_of(kind: type, encode: Convert, decode: Convert) -> Codec:
    return Codec(_of_type(kind, encode), _of_type(str, decode))


def _list(arguments: tuple[Any, ...]) -> Codec:
    item = codec_of(arguments[0] if arguments else Any)

    def convert(one: Convert) -> Convert:
        def every(values: Any) -> list[Any]:
            if not isinstance(values, list | tuple):
                raise TypeError(f"{values!r} is not a list")
            return [one(value) for value in values]

        return every

    return Codec(convert(item.encode), convert(item.decode))


def _mapping(arguments: tuple[Any, ...]) -> Codec:
    key, item = arguments or (str, Any)
    if key is not str:
        raise TypeError("the keys of a JSON object are text")
    inner = codec_of(item)

    def convert(one: Convert) -> Convert:
        def every(values: Any) -> dict[str, Any]:
            if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
                raise TypeError(f"{values!r} is not an object with text as keys")
            return {name: one(value) for name, value in values.items()}

        return every

    return Codec(convert(inner.encode), convert(inner.decode))


def _literal(arguments: tuple[Any, ...]) -> Codec:
    def check(value: Any) -> Any:
        if not any(value == known and type(value) is type(known) for known in arguments):
            raise ValueError(f"{value!r} is none of {arguments}")
        return value

    return Codec(check, check)


def _union(arguments: tuple[Any, ...]) -> Codec:
    choices = [codec_of(argument) for argument in arguments]

    def first(converters: Sequence[Convert]) -> Convert:
        def convert(value: Any) -> Any:
            for converter in converters:
                try:
                    return converter(value)
                except (TypeError, ValueError):
                    continue
            raise TypeError(f"{value!r} fits none of {arguments}")

        return convert

    return Codec(first([choice.encode for choice in choices]), first([choice.decode for choice in choices]))


SCALARS: dict[Any, Codec] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    type(None): _exactly(type(None)),
    None: _exactly(type(None)),
    float: Codec(_number, _number),
    datetime: _text_of(datetime, datetime.isoformat, datetime.fromisoformat),
    date: _text_of(date, date.isoformat, date.fromisoformat),
    timedelta: Codec(_of_type(timedelta, timedelta.total_seconds), lambda seconds: timedelta(seconds=seconds)),
    UUID: _text_of(UUID, str, UUID),
    Decimal: _text_of(Decimal, str, Decimal),
}
COMPOSED: dict[Any, Callable[[tuple[Any, ...]], Codec]] = {
    list: _list,
    Sequence: _list,
    dict: _mapping,
    Mapping: _mapping,
    Literal: _literal,
    Union: _union,
    types.UnionType: _union,
}
