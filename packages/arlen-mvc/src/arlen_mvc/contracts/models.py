"""Models as contracts: a request that becomes an instance, a response of which only the declared members are sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from arlen_http import Response
from arlen_http.query import MultiDict

from arlen_mvc.binding.bodies import json_content
from arlen_mvc.binding.description import resolved
from arlen_mvc.binding.returns import Answer
from arlen_mvc.composition import Conclude
from arlen_mvc.context import Context
from arlen_mvc.errors import ContractViolated, FieldError, ValidationFailed
from arlen_mvc.models import Model, members_of
from arlen_mvc.operations import Body, Components, Operation, Parameter

from .response_contract import is_promised, route_of


@dataclass(frozen=True, slots=True)
class ModelBody:
    """A JSON body that becomes an instance of the model."""

    model: Model
    reads_body: bool = True
    reads_form: bool = False

    def check(self, ctx: Context, form: MultiDict) -> tuple[Any, list[FieldError]]:
        content = json_content(ctx.request)
        if not content:
            return None, [FieldError("body", "missing", "is required")]
        try:
            return self.model.decode(content), []
        except ValidationFailed as refusal:
            return None, refusal.details

    def describe(self, components: Components) -> Operation:
        return Operation(body=Body({"application/json": self.model.schema(components)}))


@dataclass(frozen=True, slots=True)
class ModelParameters:
    """Path and query parameters that together become an instance; for routes whose methods have no body."""

    model: Model
    lists: frozenset[str]
    path_params: tuple[str, ...]
    reads_body: bool = False
    reads_form: bool = False

    @classmethod
    def of(cls, model: Model, path_params: Collection[str]) -> ModelParameters:
        members = members_of(model)
        lists = frozenset(name for name, schema in members.items() if schema.get("type") == "array")
        return cls(model, lists, tuple(path_params))

    def check(self, ctx: Context, form: MultiDict) -> tuple[Any, list[FieldError]]:
        query = ctx.request.query
        values = {name: query.get_all(name) if name in self.lists else query[name] for name in query}
        try:
            return self.model.coerce({**values, **ctx.path_params}), []
        except ValidationFailed as refusal:
            return None, refusal.details

    def describe(self, components: Components) -> Operation:
        schema = resolved(self.model.schema(components), components)
        required = schema.get("required", ())
        return Operation(
            tuple(
                Parameter(name, "path", True, member)
                if name in self.path_params
                else Parameter(name, "query", name in required, member)
                for name, member in schema.get("properties", {}).items()
            )
        )


@dataclass(frozen=True, slots=True)
class ModelPromise:
    """A model that every answer has the members of; other members are not sent."""

    model: Model
    answer: Answer

    @classmethod
    def of(cls, model: Model) -> ModelPromise:
        return cls(model, Answer(model, optional=True))

    def conclude(self, ctx: Context, result: Any, respond: Conclude) -> Response:
        if not ctx.committed and not isinstance(result, Response):
            return self.answer.conclude(ctx, result)
        response = respond(ctx, result)
        if is_promised(response):
            response.body = self._kept(ctx, bytes(response.body))
        return response

    def describe(self, components: Components) -> Operation:
        return Operation(responses={200: Body({"application/json": self.model.schema(components)})})

    def _kept(self, ctx: Context, body: bytes) -> bytes:
        """The members of the model in JSON that was written by somebody else."""
        try:
            return self.model.encode(self.model.decode(body))
        except ValidationFailed as refusal:
            raise ContractViolated(route_of(ctx), [_of_response(error) for error in refusal.details]) from None


def _of_response(error: FieldError) -> FieldError:
    field = error.field
    if field == "body":
        return replace(error, field="response")
    return replace(error, field=f"response{field}" if field.startswith("[") else f"response.{field}")
