"""What an action returned, made into a response (the table of implicit returns)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from arlen_http import Response, StreamResponse
from arlen_http.json import JSONError, dumps

from .errors import RenderError

if TYPE_CHECKING:
    from .context import Context

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
BINARY = "application/octet-stream"

Convert = Callable[["Context", Any], Response]


def encode_json(value: object) -> bytes:
    """Compact JSON of plain values, dataclasses, msgspec, attrs and pydantic models, dates, UUIDs, decimals and enums.

    Raises:
        RenderError: ``json_serialization_failed``; the message names what has no JSON form.
    """
    try:
        return dumps(value)
    except JSONError:
        return _encode_rich(value)


def _encode_rich(value: object) -> bytes:
    import msgspec

    try:
        return dumps(msgspec.to_builtins(value, str_keys=True, enc_hook=_dumped_model))
    except (JSONError, TypeError, ValueError, RecursionError) as error:
        raise RenderError(f"{type(value).__qualname__} cannot be written as JSON: {error}") from error


def _dumped_model(value: Any) -> object:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__qualname__} has no JSON form")


def respond(ctx: Context, result: Any) -> Response:
    """The response for an action's return value.

    An explicit render wins over the return value. A kind of value that was seen before is one dictionary look-up.

    Raises:
        RenderError: ``json_serialization_failed``, or ``unsupported_return_type`` for a value outside the table.
    """
    if ctx.committed:
        return ctx.response
    kind = type(result)
    convert = _converters.get(kind)
    if convert is None:
        convert = _converters[kind] = _converter_for(kind)
    return convert(ctx, result)


def _json(ctx: Context, result: Any) -> Response:
    return ctx.respond_with(encode_json(result), JSON)


def _text(ctx: Context, result: Any) -> Response:
    return ctx.respond_with(str(result).encode(), TEXT)


def _bytes(ctx: Context, result: Any) -> Response:
    draft = ctx._response
    said = TEXT if draft is None else draft.content_type
    return ctx.respond_with(bytes(result), BINARY if said == TEXT else said)


def _nothing(ctx: Context, result: None) -> Response:
    draft = ctx.response
    if not draft.body:
        draft.content_type = ""
        draft.status = 204 if draft.status == 200 else draft.status
    return draft


def _as_is(ctx: Context, result: Response) -> Response:
    return ctx.adopt(result)


def _stream(ctx: Context, result: Any) -> Response:
    return ctx.adopt(StreamResponse(result))


def _tuple(ctx: Context, result: tuple[Any, ...]) -> Response:
    if not 2 <= len(result) <= 3 or type(result[1]) is not int:
        raise _unsupported(f"a tuple of {len(result)}; (body, status) or (body, status, headers) is a response")
    body, status, *headers = result
    response = respond(ctx, body)
    response.status = status
    for name, value in dict(*headers).items():
        response.headers.set(name, value)
    return response


def _converter_for(kind: type[Any]) -> Convert:
    for base, convert in _FAMILIES:
        if issubclass(kind, base):
            return convert
    if any(hasattr(kind, mark) for mark in _MODEL_MARKS):
        return _json
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in _TEXT_TYPES:
        return _text

    def refuse(ctx: Context, result: object) -> Response:
        raise _unsupported(f"{name}; return a dict, list, str, bytes, a Response or None")

    return refuse


def _unsupported(what: str) -> RenderError:
    return RenderError(f"an action returned {what}", code="unsupported_return_type")


_converters: dict[type[Any], Convert] = {
    dict: _json, list: _json, str: _text, bytes: _bytes, type(None): _nothing, Response: _as_is, tuple: _tuple,
}  # fmt: skip

_FAMILIES: tuple[tuple[type[Any], Convert], ...] = (
    (Response, _as_is),
    (str, _text),
    (bytes, _bytes),
    (bytearray, _bytes),
    (memoryview, _bytes),
    (list, _json),
    (tuple, _tuple),
    (int, _text),
    (float, _text),
    (Mapping, _json),
    (AsyncIterator, _stream),
    (Iterator, _stream),
)

_MODEL_MARKS = ("__dataclass_fields__", "__struct_fields__", "__attrs_attrs__", "model_dump")

_TEXT_TYPES = frozenset({"decimal.Decimal", "uuid.UUID", "datetime.date", "datetime.time", "datetime.datetime"})
