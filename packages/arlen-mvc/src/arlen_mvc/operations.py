"""A route as its callers see it: parameters, body and responses, with their JSON Schemas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Schema = Mapping[str, Any]
"""A JSON Schema (draft 2020-12). References point into ``#/components/schemas/``."""

Location = Literal["path", "query", "header", "cookie"]


class Components(dict[str, Schema]):
    """Named schemas that several operations refer to."""

    def reference(self, name: str, schema: Schema) -> Schema:
        """Keep the schema under its name (another name when a different one has it), and point to it."""
        candidate, number = name, 1
        while self.setdefault(candidate, schema) != schema:
            number += 1
            candidate = f"{name}_{number}"
        return {"$ref": f"#/components/schemas/{candidate}"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a caller sends beside the body."""

    name: str
    location: Location
    required: bool
    schema: Schema
    description: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What a caller sends, or what comes back: a schema for each media type.

    ``examples`` are by name, and of the first media type; ``headers`` are descriptions by the name of a header.
    """

    content: Mapping[str, Schema]
    required: bool = True
    description: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """Everything about one route that a caller can see; ``responses`` maps a status to what comes with it.

    ``usual`` is what it answers where ``responses`` names nothing: what an annotation says without promising it.
    """

    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    responses: Mapping[int, Body] = field(default_factory=dict)
    usual: Mapping[int, Body] = field(default_factory=dict)

    @property
    def typed(self) -> bool:
        """Whether the route says anything about what it takes and gives."""
        return bool(self.parameters or self.body or self.responses)


Describe = Callable[[Components], Operation]
"""Asked when somebody wants the document, not at start."""


def undescribed(components: Components) -> Operation:
    """Nothing is known."""
    return Operation()
