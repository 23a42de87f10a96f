"""One method of one route, as the document tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arlen_mvc.auth.security_schemes import Security
from arlen_mvc.documentation import Documentation
from arlen_mvc.operations import Body, Parameter

from .responses import content_of


def worded(documentation: Documentation) -> dict[str, Any]:
    """What its author says of it."""
    words = {
        "tags": list(documentation.tags),
        "summary": documentation.summary,
        "description": documentation.description,
    }
    return {name: value for name, value in words.items() if value}


def parameter_object(parameter: Parameter) -> dict[str, Any]:
    """The Parameter Object."""
    told: dict[str, Any] = {"name": parameter.name, "in": parameter.location, "required": parameter.required}
    if parameter.description:
        told["description"] = parameter.description
    if parameter.deprecated:
        told["deprecated"] = True
    return {**told, "schema": parameter.schema}


def request_body_object(body: Body, examples: Mapping[str, Any]) -> dict[str, Any]:
    """The Request Body Object."""
    told: dict[str, Any] = {"description": body.description} if body.description else {}
    return {**told, "content": content_of(body.content, examples or body.examples), "required": body.required}


def operation_object(
    documentation: Documentation,
    operation_id: str,
    parameters: Sequence[Parameter],
    body: Body | None,
    responses: Mapping[str, Any],
    security: Security,
) -> dict[str, Any]:
    """The Operation Object."""
    told = {**worded(documentation), "operationId": operation_id}
    if parameters:
        told["parameters"] = [parameter_object(each) for each in parameters]
    if body is not None:
        told["requestBody"] = request_body_object(body, documentation.examples)
    told["responses"] = responses
    if documentation.deprecated:
        told["deprecated"] = True
    if security.requirements:
        told["security"] = [dict(each) for each in security.requirements]
    return told
