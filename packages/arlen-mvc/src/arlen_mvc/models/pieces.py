"""A value that can be taken apart: the bytes of a JSON document, or what was made of them already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import msgspec

_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

Names = Sequence[tuple[str, str]]
"""Attribute and key of each member."""


class Piece(Protocol):
    """A part of a value, beside the judgement of msgspec."""

    @property
    def plain(self) -> Any:
        """The part as plain Python data."""

    def read_as(self, annotation: Any) -> Any:
        """The part as this type where it may become that, else as it is."""

    def refusal(self, annotation: Any) -> str | None:
        """Why it is not of this type; ``None`` when it is."""

    def key_refusal(self, key: str, annotation: Any) -> str | None:
        """The same for one key of its members."""

    def members(self, names: Names) -> Mapping[str, Piece] | None:
        """Its members by key, if it is an object."""

    def items(self) -> Sequence[Piece] | None:
        """Its items, if it is an array."""


@dataclass(frozen=True, slots=True)
class JSONPiece:
    """Bytes of a JSON document that is known to be well-formed."""

    data: Any

    @property
    def plain(self) -> Any:
        try:
            return msgspec.json.decode(self.data)
        except _REFUSALS:
            return None

    def read_as(self, annotation: Any) -> Any:
        return self.plain

    def refusal(self, annotation: Any) -> str | None:
        return _refusal_of(self.data, annotation)

    def key_refusal(self, key: str, annotation: Any) -> str | None:
        return _refusal_of(msgspec.json.encode({key: None}), dict[annotation, None])

    def members(self, names: Names) -> Mapping[str, Piece] | None:
        try:
            raws = msgspec.json.decode(self.data, type=dict[str, msgspec.Raw])
        except _REFUSALS:
            return None
        return {key: JSONPiece(raw) for key, raw in raws.items()}

    def items(self) -> Sequence[Piece] | None:
        try:
            raws = msgspec.json.decode(self.data, type=list[msgspec.Raw])
        except _REFUSALS:
            return None
        return [JSONPiece(raw) for raw in raws]


@lru_cache(maxsize=1024)
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(annotation)


def _refusal_of(data: Any, annotation: Any) -> str | None:
    try:
        _decoder(annotation).decode(data)
    except _REFUSALS as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class ValuePiece:
    """A Python value; ``strict`` is that of ``msgspec.convert``, and attributes are members too."""

    plain: Any
    strict: bool = True

    def read_as(self, annotation: Any) -> Any:
        try:
            return msgspec.convert(self.plain, annotation, strict=self.strict)
        except _REFUSALS:
            return self.plain

    def refusal(self, annotation: Any) -> str | None:
        try:
            msgspec.convert(self.plain, annotation, strict=self.strict, str_keys=True, from_attributes=True)
        except _REFUSALS as error:
            return str(error)
        return None

    def key_refusal(self, key: str, annotation: Any) -> str | None:
        return ValuePiece({key: None}, self.strict).refusal(dict[annotation, None])

    def members(self, names: Names) -> Mapping[str, Piece] | None:
        value = self.plain
        if isinstance(value, Mapping):
            return {str(key): ValuePiece(member, self.strict) for key, member in value.items()}
        found = {key: getattr(value, name) for name, key in names if hasattr(value, name)}
        return {key: ValuePiece(member, self.strict) for key, member in found.items()} or None

    def items(self) -> Sequence[Piece] | None:
        if isinstance(self.plain, list | tuple | set | frozenset):
            return [ValuePiece(item, self.strict) for item in self.plain]
        return None
