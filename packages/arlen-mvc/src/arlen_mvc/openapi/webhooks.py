"""What the application sends of its own accord, to addresses that its callers name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arlen_mvc.documentation import Documentation
from arlen_mvc.operations import Body, Components

from .operation_objects import request_body_object, worded
from .replies import JSON, Reply, schema_for
from .responses import response_object


@dataclass(frozen=True, slots=True)
class Webhook:
    """One kind of message; ``payload`` is its body: a model, another type or a descriptor dict."""

    name: str
    payload: Any
    documentation: Documentation = field(default_factory=Documentation)
    method: str = "POST"

    def path_item(self, components: Components) -> Mapping[str, Any]:
        """The Path Item Object: the message, and how it should be answered.

        Raises:
            TypeError: the payload, or a response, has no schema.
            MissingDependencyError: its library is not installed.
        """
        documentation = self.documentation
        body = Body({JSON: schema_for(self.payload, components)})
        responses = documentation.responses or {200: "The message was understood"}
        told = {
            **worded(documentation),
            "operationId": documentation.operation_id or self.name,
            "requestBody": request_body_object(body, documentation.examples),
            "responses": {
                str(status): response_object(status, Reply.of(each).body(components))
                for status, each in sorted(responses.items())
            },
        }
        deprecated = {"deprecated": True} if documentation.deprecated else {}
        return {self.method.lower(): {**told, **deprecated}}
