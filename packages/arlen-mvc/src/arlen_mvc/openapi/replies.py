"""What comes with a status, as routes declare it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from arlen_mvc.contracts.descriptors import parse_response
from arlen_mvc.contracts.json_schemas import schema_of
from arlen_mvc.errors import MissingDependencyError, Mistake
from arlen_mvc.models import model_of
from arlen_mvc.operations import Body, Components, Schema

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a route: ``responses={409: Reply(Problem, "Somebody was faster")}``.

    Attributes:
        model: a model, another type or a descriptor dict; ``None`` where there is no body.
        description: what it means, in CommonMark.
        media_type: that of the model.
        content: models of further media types, by media type; ``bytes`` for what has no structure.
        examples: bodies by name, of ``media_type``.
        headers: descriptions of headers by name.
    """

    model: Any = None
    description: str = ""
    media_type: str = JSON
    content: Mapping[str, Any] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Any) -> Reply:
        """From what a route gives for a status: a reply, a description, a model or a descriptor dict."""
        match declared:
            case Reply():
                return declared
            case str():
                return cls(description=declared)
            case _:
                return cls(declared)

    @property
    def models(self) -> Mapping[str, Any]:
        """Every model by its media type."""
        return {**({} if self.model is None else {self.media_type: self.model}), **self.content}

    def body(self, components: Components) -> Body:
        """The same with schemas.

        Raises:
            TypeError: a model has no schema.
            MissingDependencyError: its library is not installed.
        """
        content = {kind: schema_for(model, components) for kind, model in self.models.items()}
        return Body(content, description=self.description, examples=self.examples, headers=self.headers)


def schema_for(model: Any, components: Components) -> Schema:
    """The schema of a model, another type or a descriptor dict.

    Raises:
        TypeError: there is none.
        MissingDependencyError: the library of the model is not installed.
    """
    if model is bytes:
        return {"type": "string", "format": "binary"}
    if not isinstance(model, Mapping):
        return model_of(model).schema(components)
    node, diagnostics = parse_response(model)
    for diagnostic in diagnostics:
        raise TypeError(diagnostic.message)
    return {} if node is None else schema_of(node)


def find_mistakes(place: str, responses: Mapping[int, Any]) -> Iterator[Mistake]:
    """Statuses that are none, and models without a schema."""
    for status, declared in responses.items():
        if not (isinstance(status, int) and 200 <= status <= 599):
            yield Mistake(place, f"responses names the status {status!r}", "use one from 200 to 599")
        try:
            Reply.of(declared).body(Components())
        except (TypeError, NameError, MissingDependencyError) as error:
            yield Mistake(place, f"the response {status} cannot be described: {error}", "use a model, or a Reply")
