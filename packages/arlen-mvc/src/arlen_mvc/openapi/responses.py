"""What a route answers with, by status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arlen_mvc.errors import reason_phrase
from arlen_mvc.operations import Body, Components, Operation, Schema
from arlen_mvc.runtime import RouteInfo

from .replies import JSON, Reply

_BODILESS = frozenset((204, 205))
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TEXT: Schema = {"type": "string"}
_DETAIL: Schema = {
    "type": "object",
    "properties": {
        "field": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "meta": {"type": "object"},
    },
    "required": ["field", "code", "message"],
}
ERROR: Schema = {
    "type": "object",
    "title": "Error",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "a stable name of what went wrong"},
                "message": {"type": "string"},
                "status": {"type": "integer"},
                "request_id": {"type": "string"},
                "correlation_id": {"type": "string"},
                "trace_id": {"type": "string"},
            },
            "required": ["code", "message", "status", "request_id", "correlation_id"],
        },
        "details": {"type": "array", "items": _DETAIL},
    },
    "required": ["error"],
}
"""The shape of every refusal of the framework."""


def responses_of(route: RouteInfo, operation: Operation, elsewhere: bool, components: Components) -> dict[str, Any]:
    """The Responses Object of a route: what it declares, what its annotation promises, and what it is refused with.

    ``elsewhere`` tells whether values of its parameters may make its path another one.
    """
    declared = {
        status: Reply.of(each).body(components) for status, each in sorted(route.documentation.responses.items())
    }
    promised = dict(operation.responses or operation.usual)
    if any(200 < status < 300 for status in declared) and 200 not in declared:
        usual = promised.pop(200, Body({}))
        declared = {status: _with_content(status, body, usual) for status, body in declared.items()}
    elif not any(status < 300 for status in (*declared, *promised)):
        promised[200] = Body({})
    refused = {status: _error(components) for status in _refusals(route, operation, elsewhere)}
    answers = {**refused, **promised, **declared}
    return {str(status): response_object(status, answers[status]) for status in sorted(answers)}


def _with_content(status: int, body: Body, usual: Body) -> Body:
    """A success that says nothing of its content has the usual one."""
    if body.content or not 200 < status < 300 or status in _BODILESS:
        return body
    return Body(usual.content, description=body.description, examples=usual.examples, headers=body.headers)


def _refusals(route: RouteInfo, operation: Operation, elsewhere: bool) -> list[int]:
    """The statuses that the framework itself may answer with, because of what the route says."""
    statuses = [401, 403] if route.protection else []
    statuses += [404] if elsewhere else []
    if route.contract or operation.parameters or operation.body:
        statuses.append(422)
    if operation.body is not None:
        statuses += [413, 415]
        statuses += [400] if any(kind in operation.body.content for kind in _FORMS) else []
    return statuses


def _error(components: Components) -> Body:
    return Body({JSON: components.reference("Error", ERROR), "text/plain": _TEXT})


def response_object(status: int, body: Body) -> dict[str, Any]:
    """One answer."""
    usual = "Successful response" if status == 200 else reason_phrase(status)
    response: dict[str, Any] = {"description": body.description or usual}
    if body.headers:
        response["headers"] = {
            name: {"description": text, "schema": _TEXT} for name, text in sorted(body.headers.items())
        }
    if body.content:
        response["content"] = content_of(body.content, body.examples)
    return response


def content_of(content: Mapping[str, Schema], examples: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas by media type; the examples are of the first."""
    media = {kind: {"schema": schema} for kind, schema in content.items()}
    if media and examples:
        first: dict[str, Any] = next(iter(media.values()))
        first["examples"] = {name: {"value": value} for name, value in examples.items()}
    return media
