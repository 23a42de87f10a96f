"""Values that come as text: parameters of path and query, headers, cookies, fields of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args, get_origin

from arlen_mvc.context import Context
from arlen_mvc.errors import FieldError, ValidationFailed
from arlen_mvc.forms import sent_form
from arlen_mvc.models import Model, members_of
from arlen_mvc.operations import Describe, Location
from arlen_mvc.scalars import Scalar, parse_boolean, scalar_for

from .annotations import without_none
from .constraints import Constraints, Violation, keep
from .description import (
    describing_form,
    describing_form_field,
    describing_members,
    describing_parameter,
    is_file,
)
from .markers import ABSENT, Marker
from .sources import NOTHING, Needs, Read, Source, Unbindable, Unreadable

_COLLECTIONS: Mapping[object, Callable[[list[object]], object]] = {
    list: list, tuple: tuple, set: set, frozenset: frozenset, Sequence: list,
}  # fmt: skip
FORM = Needs(form=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where texts are looked up by name: ``one`` the last of a name, ``many`` all of them."""

    location: Location | None
    one: Callable[[Context, str], str | None]
    many: Callable[[Context, str], list[str]]
    needs: Needs = NOTHING


QUERY = Place(
    "query",
    lambda ctx, name: ctx.request.query.get(name),
    lambda ctx, name: ctx.request.query.get_all(name),
)
HEADER = Place(
    "header",
    lambda ctx, name: ctx.request.headers.get(name),
    lambda ctx, name: ctx.request.headers.get_all(name),
)
COOKIE = Place(
    "cookie",
    lambda ctx, name: ctx.request.cookies.get(name),
    lambda ctx, name: ctx.request.cookies.get_all(name),
)
FIELD = Place(
    None,
    lambda ctx, name: sent_form(ctx).get(name),
    lambda ctx, name: sent_form(ctx).get_all(name),
    FORM,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One parameter of a signature: its name there, its name for the client, and what is said about it."""

    name: str
    field: str
    annotation: Any
    default: Any
    marker: Marker
    metadata: tuple[object, ...] = ()


def text_source(place: Place, wanted: Wanted) -> Source:
    """A scalar or a collection of scalars.

    Raises:
        Unbindable: no text could become what is wanted.
    """
    inner, optional = without_none(wanted.annotation)
    if optional and wanted.default is ABSENT:
        wanted = replace(wanted, default=None)
    constraints = constraints_of(wanted)
    collect = _COLLECTIONS.get(get_origin(inner) or inner)
    if collect is not None:
        item = (get_args(inner) or (str,))[0]
        read = _reading_many(place, wanted, known_scalar(wanted.name, item), constraints, collect)
    else:
        read = _reading_one(place, wanted, inner, known_scalar(wanted.name, inner), constraints)
    return Source.of(wanted.name, read, _describing(place, inner, wanted, constraints), place.needs)


def _describing(place: Place, inner: Any, wanted: Wanted, constraints: Constraints) -> Describe:
    if place.location is None:
        return describing_form_field(wanted.field, inner, constraints, wanted.default, wanted.marker)
    return describing_parameter(place.location, wanted.field, inner, constraints, wanted.default, wanted.marker)


def constraints_of(wanted: Wanted) -> Constraints:
    """The bounds of a parameter.

    Raises:
        Unbindable: a pattern is not a regular expression.
    """
    import re

    try:
        return Constraints.of((*wanted.metadata, wanted.marker))
    except re.error as error:
        raise Unbindable(f"the pattern of parameter {wanted.name!r} is malformed: {error}", "correct it") from None


def _reading_one(place: Place, wanted: Wanted, inner: Any, scalar: Scalar, constraints: Constraints) -> Read:
    name, field, default, one = wanted.name, wanted.field, wanted.default, place.one
    parse = constraints.checked(scalar.parse, constraints.of_collection)
    blank = "" if place is FIELD and inner is not str else None
    missing = FieldError(field, "missing", "is required")
    malformed = FieldError(field, scalar.code, scalar.message)

    def read(ctx: Context) -> Any:
        text = one(ctx, field)
        if text is None or text == blank:
            if default is ABSENT:
                raise Unreadable(name, [missing])
            return default
        try:
            return parse(text)
        except Violation as violation:
            raise Unreadable(name, [_violated(field, violation)]) from None
        except ValueError:
            raise Unreadable(name, [malformed]) from None

    return read


def _reading_many(
    place: Place,
    wanted: Wanted,
    scalar: Scalar,
    constraints: Constraints,
    collect: Callable[[list[object]], object],
) -> Read:
    name, field, default, many = wanted.name, wanted.field, wanted.default, place.many
    parse, rules = constraints.checked(scalar.parse), constraints.of_collection
    malformed = FieldError(field, scalar.code, scalar.message)

    def read(ctx: Context) -> Any:
        texts = many(ctx, field)
        if not texts and default is not ABSENT:
            return default
        try:
            keep(rules, texts)
            return collect([parse(text) for text in texts])
        except Violation as violation:
            raise Unreadable(name, [_violated(field, violation)]) from None
        except ValueError:
            raise Unreadable(name, [malformed]) from None

    return read


def _violated(field: str, violation: Violation) -> FieldError:
    return FieldError(field, violation.code, str(violation), {"type": violation.constraint})


def path_source(wanted: Wanted) -> Source:
    """A parameter of the route's path: what the router converted passes through, text is converted here."""
    name, field = wanted.name, wanted.field
    inner, _ = without_none(wanted.annotation)
    scalar = None if inner in (ABSENT, str, Any) else scalar_for(inner)
    constraints = constraints_of(wanted)
    rules = constraints.of_collection + constraints.of_values
    described = inner if scalar is not None else str
    describe = describing_parameter("path", field, described, constraints, ABSENT, wanted.marker)

    def read_plain(ctx: Context) -> Any:
        return ctx.path_params[field]

    if scalar is None and not rules:
        return Source(name, read_plain, lambda ctx: [], describe)
    parse = str if scalar is None else scalar.parse

    def read(ctx: Context) -> Any:
        value = ctx.path_params[field]
        try:
            if type(value) is str:
                value = parse(value)
            keep(rules, value)
        except Violation as violation:
            raise Unreadable(name, [_violated(field, violation)]) from None
        except ValueError:
            assert scalar is not None
            raise Unreadable(name, [FieldError(field, scalar.code, scalar.message)]) from None
        return value

    return Source.of(name, read, describe)


def members_source(place: Place, wanted: Wanted, model: Model) -> Source:
    """A model whose members are the texts of one place (and, in a form, the files)."""
    name = wanted.name
    lookups = [_lookup(place, member, schema) for member, schema in members_of(model).items()]
    coerce = model.coerce

    def read(ctx: Context) -> Any:
        found = {member: value for member, take in lookups if (value := take(ctx)) is not None}
        if not found and wanted.default is not ABSENT:
            return wanted.default
        try:
            return coerce(found)
        except ValidationFailed as failed:
            raise Unreadable(name, failed.details) from None

    required = wanted.default is ABSENT
    if place.location is None:
        describe = describing_form(model, required)
    else:
        describe = describing_members(place.location, model, required)
    return Source.of(name, read, describe, place.needs)


def _lookup(place: Place, name: str, schema: Mapping[str, Any]) -> tuple[str, Callable[[Context], object]]:
    """How to take one member from a place; ``None`` when it is not there."""
    one, many = place.one, place.many
    key = name.replace("_", "-") if place is HEADER else name
    kinds = _kinds(schema)
    if place is FIELD and is_file(schema):
        if "array" in kinds:
            return name, lambda ctx: [file for field, file in sent_form(ctx).files if field == key] or None
        return name, lambda ctx: sent_form(ctx).file(key)
    if "array" in kinds:
        return name, lambda ctx: many(ctx, key) or None
    if "string" in kinds or not kinds:
        return name, lambda ctx: one(ctx, key)
    if "boolean" in kinds:
        return name, lambda ctx: _as_boolean(one(ctx, key))
    return name, lambda ctx: one(ctx, key) or None


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return {branch["type"] for branch in branches if isinstance(branch.get("type"), str)} - {"null"}


def _as_boolean(text: str | None) -> object:
    """A word for a truth as that truth; other words as they are, for the model to refuse."""
    if not text:
        return None
    try:
        return parse_boolean(text)
    except ValueError:
        return text


def known_scalar(name: str, annotation: Any) -> Scalar:
    """How to read the annotation from a text.

    Raises:
        Unbindable: it is no scalar.
    """
    scalar = scalar_for(annotation)
    if scalar is None:
        kind = getattr(annotation, "__qualname__", str(annotation))
        raise Unbindable(
            f"nothing fills parameter '{name}: {kind}'",
            f"call app.provide({kind}, ...) for a resource, or give the parameter a type that a query text can become",
        )
    return scalar
