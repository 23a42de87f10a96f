"""Path templates, and the operations below them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from arlen_router import Pattern
from arlen_router.converters import BUILTIN, Converter
from arlen_router.paths import encode_segment
from arlen_router.pattern import Kind, Literal, Mixed, Param, Segment

from arlen_mvc.operations import Parameter, Schema

_SCHEMAS: Mapping[Converter, Schema] = {
    BUILTIN["int"]: {"type": "integer"},
    BUILTIN["float"]: {"type": "number"},
    BUILTIN["uuid"]: {"type": "string", "format": "uuid"},
    BUILTIN["date"]: {"type": "string", "format": "date"},
    BUILTIN["slug"]: {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
}
_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def template_of(pattern: Pattern) -> str:
    """``/users/{id:int}`` is ``/users/{id}``."""
    texts = [_text(segment) for segment in pattern.segments]
    if pattern.wildcard is not None:
        texts.append(f"{{{pattern.wildcard}}}")
    return "/" + "/".join(texts) + ("/" if pattern.trailing_slash and texts else "")


def _text(segment: Segment) -> str:
    match segment:
        case Literal(text=text):
            return encode_segment(text)
        case Param(name=name):
            return f"{{{name}}}"
        case Mixed(parts=parts):
            return "".join(map(_text, parts))


def path_parameters(pattern: Pattern) -> list[Parameter]:
    """The parameters of a pattern in their order, as far as it tells what they are."""
    params = [part for segment in pattern.segments for part in getattr(segment, "parts", (segment,))]
    found = {part.name: part.converter for part in params if isinstance(part, Param)}
    return [
        Parameter(name, "path", True, _SCHEMAS.get(found[name], _TEXT) if name in found else _TEXT)
        for name in pattern.names
    ]


_TEXT: Schema = {"type": "string"}


def may_refuse(pattern: Pattern) -> bool:
    """Whether there are values of its parameters that make it another path, which is answered with 404."""
    return any(segment.kind is Kind.CONVERTED for segment in pattern.segments)


class PathItems:
    """Operations by template and method.

    Templates that differ only in the names of their parameters are one to OpenAPI (3.1.0, section 4.8.8.2): the names
    of the first are used, and of two operations for one method the first one stays.
    """

    __slots__ = ("_items", "_templates")

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Any]] = {}
        self._templates: dict[str, str] = {}

    def template(self, own: str) -> str:
        """The template under which the operations of a route with this one are listed."""
        return self._templates.setdefault(_PLACEHOLDER.sub("{}", own), own)

    def holds(self, template: str, method: str) -> bool:
        return method in self._items.get(template, {})

    def add(self, template: str, method: str, operation: Mapping[str, Any]) -> None:
        self._items.setdefault(template, {})[method] = operation

    def sorted(self) -> dict[str, dict[str, Any]]:
        """The Paths Object."""
        return {template: self._items[template] for template in sorted(self._items)}


def renamed(parameters: list[Parameter], own: str, template: str) -> list[Parameter]:
    """The same parameters, called as another spelling of their template calls them."""
    if own == template:
        return parameters
    names = dict(zip(_PLACEHOLDER.findall(own), _PLACEHOLDER.findall(template), strict=True))
    return [
        replace(each, name=names[f"{{{each.name}}}"][1:-1]) if each.location == "path" else each for each in parameters
    ]
