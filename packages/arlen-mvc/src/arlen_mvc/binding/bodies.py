"""Values that come in the body: JSON as a whole or by member, the form and its files."""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from arlen_http import Request, RequestRefused

from arlen_mvc.context import Context
from arlen_mvc.errors import FieldError, ValidationFailed
from arlen_mvc.forms import sent_form
from arlen_mvc.models import Model

from .annotations import without_none
from .description import describing_body, describing_file, describing_member
from .markers import ABSENT
from .sources import Needs, Source, Unreadable
from .texts import FORM, Wanted, constraints_of

_JSON = re.compile(rb"application/(?:[!#$&^_.a-z0-9-]{1,64}\+)?json[ \t]*(?:;|$)", re.IGNORECASE)
_BODY = Needs(body=True)
_MISSING = FieldError("body", "missing", "is required")
_NO_OBJECT = FieldError("body", "invalid_json", "must be a JSON object")


def json_content(request: Request) -> bytes:
    """The body of a request that says that it is JSON; empty when there is none.

    Raises:
        RequestRefused: 415 for another media type, or a content coding that the server does not decode.
    """
    content = request.content
    last = request.head.last
    kind = last.get(b"content-type", b"")
    if content and kind != b"application/json" and not _JSON.match(kind):
        sent = kind.decode("latin-1") or "a body without Content-Type"
        raise RequestRefused(415, "not_json", f"{sent} is not JSON; send application/json")
    if b"content-encoding" in last:
        request.refuse_coded_body()
    return content


def body_source(wanted: Wanted, model: Model) -> Source:
    """The whole JSON body."""
    name, default, decode = wanted.name, wanted.default, model.decode

    def read(ctx: Context) -> Any:
        content = json_content(ctx.request)
        if not content:
            if default is ABSENT:
                raise Unreadable(name, [_MISSING])
            return default
        try:
            return decode(content)
        except ValidationFailed as failed:
            raise Unreadable(name, failed.details) from None

    return Source.of(name, read, describing_body(model, default is ABSENT, wanted.marker), _BODY)


class _Document(dict[str, Any]):
    """The members of a JSON body that several parameters share."""


def member_source(wanted: Wanted, model: Model) -> Source:
    """One member of the JSON body."""
    name, field, default, convert = wanted.name, wanted.field, wanted.default, model.convert
    missing = FieldError(field, "missing", "is required")

    def read(ctx: Context) -> Any:
        value = _document(ctx, name).get(field, ABSENT)
        if value is ABSENT:
            if default is ABSENT:
                raise Unreadable(name, [missing])
            return default
        try:
            return convert(value)
        except ValidationFailed as failed:
            raise Unreadable(name, [_inside(field, error) for error in failed.details]) from None

    return Source.of(name, read, describing_member(field, model, default is ABSENT), _BODY)


def _document(ctx: Context, name: str) -> _Document:
    kept = ctx.kept(_Document)
    if kept is not None:
        return kept
    from arlen_http.json import JSONError, loads

    content = json_content(ctx.request)
    try:
        value = loads(content) if content else {}
    except JSONError:
        value = None
    if not isinstance(value, dict):
        raise Unreadable(name, [_NO_OBJECT])
    return ctx.keep(_Document, _Document(value))


def _inside(field: str, error: FieldError) -> FieldError:
    return replace(error, field=field) if error.field == "body" else error.below(field)


def form_source(name: str) -> Source:
    """The form itself."""
    return Source(name, sent_form, lambda ctx: [], needs=FORM)


def takes_files(annotation: Any) -> bool:
    """Whether it is an ``UploadFile``, an optional one, or a collection of them."""
    inner, _ = without_none(annotation)
    return any(is_of_forms(each, "UploadFile") for each in (inner, *typing.get_args(inner)))


def is_of_forms(annotation: Any, name: str) -> bool:
    """Whether it is this class of ``arlen_http.forms``, which programs without forms do not import."""
    return getattr(annotation, "__module__", "") == "arlen_http.forms" and annotation.__name__ == name


def file_source(wanted: Wanted) -> Source:
    """A file of the form, several, or the content of one."""
    inner, optional = without_none(wanted.annotation)
    name, field = wanted.name, wanted.field
    default = None if optional and wanted.default is ABSENT else wanted.default
    many = (typing.get_origin(inner) or inner) in (list, tuple, Sequence)
    lengths = constraints_of(wanted).of_collection
    missing = FieldError(field, "missing", "is required")

    def read_one(ctx: Context) -> Any:
        file = sent_form(ctx).file(field)
        if file is None or not (file.filename or file.size):
            if default is ABSENT:
                raise Unreadable(name, [missing])
            return default
        return file

    def read_many(ctx: Context) -> Any:
        sent = [file for each, file in sent_form(ctx).files if each == field and (file.filename or file.size)]
        if not sent:
            if default is ABSENT:
                raise Unreadable(name, [missing])
            return default
        for rule in lengths:
            if not rule.holds(sent):
                raise Unreadable(name, [FieldError(field, rule.code, rule.message, {"type": rule.constraint})])
        return tuple(sent) if typing.get_origin(inner) is tuple else sent

    def read_content(ctx: Context) -> Any:
        file = read_one(ctx)
        return default if file is default else file.read()

    read = read_many if many else read_content if inner is bytes else read_one
    return Source.of(name, read, describing_file(field, many, default, wanted.marker), FORM)
