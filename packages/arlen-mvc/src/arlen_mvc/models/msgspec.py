"""Models that msgspec reads: Structs, dataclasses, TypedDicts, attrs classes, containers and unions of them."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from msgspec import inspect

from arlen_mvc.errors import FieldError, RenderError, ValidationFailed
from arlen_mvc.operations import Components, Schema

from .faults import Faults
from .patterns import unbounded_patterns
from .pieces import JSONPiece, Piece, ValuePiece
from .references import TEMPLATE, with_components
from .whole_numbers import whole, with_whole_numbers

_logger = logging.getLogger("arlen")

_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_ROOTS = {"array": "must be a JSON array", "object": "must be a JSON object"}


class MsgspecModel:
    """A type that msgspec knows; its decoder and encoder are made once.

    Raises:
        TypeError: msgspec cannot read this type; the message says why.
    """

    __slots__ = ("_decode", "_encode", "_kind", "annotation")

    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation
        self._decode = msgspec.json.Decoder(annotation).decode
        self._encode = msgspec.json.Encoder().encode
        self._kind = inspect.type_info(annotation)
        for pattern in unbounded_patterns(self._kind):
            fields = {"model": getattr(annotation, "__qualname__", str(annotation)), "pattern": pattern}
            _logger.warning("a pattern without max_length is tried on texts of any length", extra={"fields": fields})

    def decode(self, data: bytes) -> Any:
        try:
            return self._decode(data)
        except _REFUSALS as error:
            refusal: Exception = error
        try:
            mended = with_whole_numbers(data)
            if mended is not None:
                data = mended
                return self._decode(data)
        except _REFUSALS as error:
            refusal = error
        raise ValidationFailed(self._json_faults(data, refusal))

    def convert(self, value: object) -> Any:
        try:
            return msgspec.convert(value, self.annotation, str_keys=True)
        except _REFUSALS:
            return self._converted(whole(value), True, "body")

    def coerce(self, value: object) -> Any:
        return self._converted(value, False, "body")

    def encode(self, value: object) -> bytes:
        if type(value) is not self.annotation:
            value = self._shaped(value)
        try:
            return self._encode(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise RenderError(f"{type(value).__qualname__} cannot be written as JSON: {error}") from error

    def schema(self, components: Components) -> Schema:
        (schema,), named = msgspec.json.schema_components(
            [self.annotation], schema_hook=_foreign_schema, ref_template=TEMPLATE + "{name}"
        )
        return with_components(schema, named, components)

    def _shaped(self, value: object) -> Any:
        try:
            return msgspec.convert(value, self.annotation, str_keys=True, from_attributes=True)
        except _REFUSALS as error:
            faults = self._faults(ValuePiece(value), "", error)
            raise ValidationFailed([each.below("response") for each in faults]) from None

    def _converted(self, value: object, strict: bool, root: str) -> Any:
        try:
            return msgspec.convert(value, self.annotation, strict=strict, str_keys=True)
        except _REFUSALS as error:
            raise ValidationFailed(self._faults(ValuePiece(value, strict), root, error)) from None

    def _json_faults(self, data: bytes, error: Exception) -> list[FieldError]:
        try:
            msgspec.json.decode(data)
        except msgspec.ValidationError:
            pass
        except _REFUSALS:
            return [self._no_json()]
        faults = self._faults(JSONPiece(data), "body", error)
        whole = [each for each in faults if each.field == "body" and each.code == "invalid_type"]
        return [self._no_json()] if whole else faults

    def _faults(self, piece: Piece, root: str, error: Exception) -> list[FieldError]:
        faults = Faults(root)
        faults.find(self._kind, piece)
        return faults.errors or [FieldError(root, "invalid", str(error))]

    def _no_json(self) -> FieldError:
        wanted = self.schema(Components()).get("type", "object")
        return FieldError("body", "invalid_json", _ROOTS.get(wanted, "must be JSON of the declared type"))


def _foreign_schema(kind: type[Any]) -> dict[str, Any]:
    if (kind.__module__, kind.__name__) == ("arlen_http.forms", "UploadFile"):
        return {"type": "string", "format": "binary"}
    raise NotImplementedError
