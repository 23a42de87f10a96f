"""Where the fields of a request come from: path, query, headers, cookies, a JSON body, a form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from arlen_http import Request
from arlen_http.json import JSONError, loads
from arlen_http.query import MultiDict

from .faults import Faults
from .node import ABSENT, Node

_AS_ROUTED = frozenset(("integer", "number"))


@dataclass(slots=True)
class Sent:
    """What came in. ``document`` is the JSON body, and absent when it could not be read."""

    request: Request
    path_params: Mapping[str, Any]
    document: Any
    form: MultiDict


Read = Callable[[Sent], Any]


def reader(name: str, node: Node, path_params: Collection[str]) -> Read:
    """How to find the field of this name in a request."""
    many = node.shape.kind == "array"
    match node.source:
        case "path":
            return _from_path(name, node)
        case "param" if name in path_params:
            return _from_path(name, node)
        case "header":
            return lambda sent: sent.request.headers.get(name, ABSENT)
        case "cookie":
            return lambda sent: sent.request.cookies.get(name, ABSENT)
        case "body":
            return lambda sent: sent.document.get(name, ABSENT)
        case "form":
            return (lambda sent: _all(sent.form, name)) if many else (lambda sent: sent.form.get(name, ABSENT))
        case _:
            return (
                (lambda sent: _all(sent.request.query, name))
                if many
                else (lambda sent: sent.request.query.get(name, ABSENT))
            )


def _from_path(name: str, node: Node) -> Read:
    """Numbers that the router made pass; for other types the text of the path is read again."""
    if node.shape.kind in _AS_ROUTED:
        return lambda sent: sent.path_params.get(name, ABSENT)

    def read(sent: Sent) -> Any:
        value = sent.path_params.get(name, ABSENT)
        return value if value is ABSENT else str(value)

    return read


def _all(values: MultiDict, name: str) -> Any:
    return values.get_all(name) or ABSENT


def read_object(content: bytes, faults: Faults) -> Any:
    """The members of a JSON body; an empty body has none."""
    document = read_document(content, faults, _NO_OBJECT) if content else {}
    if document is ABSENT or isinstance(document, dict):
        return document
    faults.add("invalid_json", _NO_OBJECT)
    return ABSENT


def read_document(content: bytes, faults: Faults, message: str = "must be JSON") -> Any:
    """The value of a JSON body."""
    try:
        return loads(content)
    except JSONError as error:
        faults.add("invalid_json", message, {"reason": str(error)})
        return ABSENT


_NO_OBJECT = "must be a JSON object"
