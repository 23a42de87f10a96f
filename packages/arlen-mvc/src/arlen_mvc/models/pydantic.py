"""Models that pydantic validates."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from arlen_mvc.errors import FieldError, MissingDependencyError, RenderError, ValidationFailed
from arlen_mvc.operations import Components, Schema

from .model import BOUNDS
from .references import TEMPLATE, with_components

try:
    import pydantic
    from pydantic_core import PydanticSerializationError, from_json
except ImportError as error:
    raise MissingDependencyError("pydantic models need pydantic", extra="pydantic") from error

MAX_ERRORS = 100

_CODES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "is required"),
    "extra_forbidden": ("unknown_field", "is not a known field"),
    "json_invalid": ("invalid_json", "must be a JSON object"),
    "string_type": ("invalid_type", "must be a string"),
    "int_type": ("invalid_type", "must be an integer"),
    "int_parsing": ("invalid_type", "must be an integer"),
    "int_from_float": ("invalid_type", "must be an integer"),
    "float_type": ("invalid_type", "must be a number"),
    "float_parsing": ("invalid_type", "must be a number"),
    "finite_number": ("invalid_type", "must be a number"),
    "decimal_type": ("invalid_type", "must be a number"),
    "decimal_parsing": ("invalid_type", "must be a number"),
    "bool_type": ("invalid_type", "must be a boolean"),
    "bool_parsing": ("invalid_type", "must be a boolean"),
    "dict_type": ("invalid_type", "must be an object"),
    "model_type": ("invalid_type", "must be an object"),
    "model_attributes_type": ("invalid_type", "must be an object"),
    "dataclass_type": ("invalid_type", "must be an object"),
    "list_type": ("invalid_type", "must be an array"),
    "tuple_type": ("invalid_type", "must be an array"),
    "set_type": ("invalid_type", "must be an array"),
    "string_too_short": ("too_short", "is shorter than minLength"),
    "string_too_long": ("too_long", "is longer than maxLength"),
    "too_short": ("too_short", "is shorter than minLength"),
    "too_long": ("too_long", "is longer than maxLength"),
    "greater_than": ("too_small", "is lower than minimum"),
    "greater_than_equal": ("too_small", "is lower than minimum"),
    "less_than": ("too_large", "is greater than maximum"),
    "less_than_equal": ("too_large", "is greater than maximum"),
    "multiple_of": ("not_a_multiple", "is not a multiple of the step"),
    "enum": ("invalid_enum", "must be one of the allowed values"),
    "literal_error": ("invalid_enum", "must be one of the allowed values"),
    "union_tag_invalid": ("invalid_enum", "must be one of the allowed values"),
    "string_pattern_mismatch": ("invalid_format", "has an invalid format"),
}
_FORMATS = ("date_", "time_", "datetime_", "timedelta_", "uuid_", "url_", "bytes_")
_WHOLE = frozenset(("dict_type", "model_type", "model_attributes_type", "dataclass_type"))


class PydanticModel:
    """A type that pydantic validates, in ``TypeAdapter``'s ordinary (lax) mode, and serialises by alias.

    Raises:
        TypeError: pydantic cannot make a validator of this type.
    """

    __slots__ = ("_adapter", "annotation")

    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation
        try:
            self._adapter = pydantic.TypeAdapter(_with_bounds(annotation))
        except pydantic.errors.PydanticUserError as error:
            raise TypeError(str(error)) from error

    def decode(self, data: bytes) -> Any:
        try:
            return self._adapter.validate_json(data)
        except pydantic.ValidationError as error:
            whole = error.errors(include_url=False, include_context=False)[0]["type"] == "json_invalid"
            raise ValidationFailed(_field_errors(error, None if whole else from_json(data), "body")) from None

    def convert(self, value: object) -> Any:
        try:
            return self._adapter.validate_python(value)
        except pydantic.ValidationError as error:
            raise ValidationFailed(_field_errors(error, value, "body")) from None

    coerce = convert

    def encode(self, value: object) -> bytes:
        if type(value) is not self.annotation:
            try:
                value = self._adapter.validate_python(value, from_attributes=True)
            except pydantic.ValidationError as error:
                raise ValidationFailed(_field_errors(error, value, "response", "response")) from None
        try:
            return self._adapter.dump_json(value, by_alias=True, warnings=False)
        except PydanticSerializationError as error:
            raise RenderError(f"{type(value).__qualname__} cannot be written as JSON: {error}") from error

    def schema(self, components: Components) -> Schema:
        schema = self._adapter.json_schema(ref_template=TEMPLATE + "{model}")
        named = schema.pop("$defs", {})
        title = schema.get("title")
        if title is not None and "properties" in schema:
            named[title] = schema
            schema = {"$ref": TEMPLATE + title}
        return with_components(schema, named, components)


def _with_bounds(annotation: Any) -> Any:
    """The annotation with bounds that another library's ``Meta`` sets, which pydantic would not look at."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(_with_bounds, typing.get_args(annotation)))]  # noqa: UP007
    if typing.get_origin(annotation) is not typing.Annotated:
        return annotation
    inner, *metadata = typing.get_args(annotation)
    fields = [pydantic.Field(**bounds) for each in metadata if (bounds := _bounds_of(each))]
    return typing.Annotated[(_with_bounds(inner), *metadata, *fields)]


def _bounds_of(metadata: object) -> dict[str, Any]:
    if not isinstance(metadata, msgspec.Meta):
        return {}
    return {name: bound for name in BOUNDS if (bound := getattr(metadata, name)) is not None}


def _field_errors(error: pydantic.ValidationError, value: object, root: str, prefix: str = "") -> list[FieldError]:
    entries = error.errors(include_url=False, include_context=False)[:MAX_ERRORS]
    return [_field_error(cast("Mapping[str, Any]", entry), value, root, prefix) for entry in entries]


def _field_error(entry: Mapping[str, Any], value: object, root: str, prefix: str) -> FieldError:
    kind, location = entry["type"], entry["loc"]
    code, message = _CODES.get(kind) or _reading(kind, entry["msg"])
    if not location and root == "body" and kind in _WHOLE:
        code, message = _CODES["json_invalid"]
    field = prefix + "".join(_steps(location, value, kind))
    return FieldError(field.removeprefix(".") or root, code, message, {"type": kind})


def _reading(kind: str, text: str) -> tuple[str, str]:
    if kind.startswith(_FORMATS):
        return "invalid_format", "has an invalid format"
    return "invalid", text.removeprefix("Value error, ")


def _steps(location: Sequence[int | str], value: object, kind: str) -> Iterator[str]:
    """The way through the value; a location also names the branches of unions, which are not on it."""
    for number, part in enumerate(location, 1):
        match value:
            case list() | tuple() if isinstance(part, int) and part < len(value):
                value = value[part]
                yield f"[{part}]"
            case Mapping() if part in value:
                value = value[part]
                yield f".{part}"
            case _ if kind == "missing" and number == len(location):
                yield f".{part}"
            case _ if isinstance(part, str) and not isinstance(value, Mapping) and hasattr(value, part):
                value = getattr(value, part)
                yield f".{part}"
            case _:
                continue
