"""What a return annotation promises: the members that are sent, and no others."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arlen_http import Response

from arlen_mvc.context import Context
from arlen_mvc.contracts.response_contract import route_of
from arlen_mvc.errors import ContractViolated, FieldError, Mistake, ValidationFailed
from arlen_mvc.models import Model, is_model, mentions_model, model_of
from arlen_mvc.operations import Body, Components, Operation
from arlen_mvc.results import JSON, respond

from .annotations import bare
from .description import JSON as MEDIA_TYPE
from .plan import hints_of

_PLAIN: Mapping[Any, str] = {
    dict: MEDIA_TYPE, list: MEDIA_TYPE, Mapping: MEDIA_TYPE, str: "text/plain", bytes: "application/octet-stream",
}  # fmt: skip
_CONTAINERS = (list, set, frozenset, tuple, dict, Sequence, Mapping)


@dataclass(frozen=True, slots=True)
class Answer:
    """The model of what an action returns; ``optional`` where it may be nothing, which is answered with 204."""

    model: Model
    optional: bool

    def conclude(self, ctx: Context, result: Any) -> Response:
        """The response for what the action returned, with the members of the model only.

        Responses, what was rendered already, and answers with a status from 300 on are left as they are. In a tuple
        ``(body, status)`` or ``(body, status, headers)`` the body is that of the model.

        Raises:
            ContractViolated: it does not have what the model declares.
        """
        if ctx.committed or isinstance(result, Response) or (result is None and self.optional):
            return respond(ctx, result)
        draft = ctx._response
        if draft is not None and draft.status >= 300:
            return respond(ctx, result)
        try:
            if type(result) is tuple and 2 <= len(result) <= 3 and type(result[1]) is int:
                return self._with_status(ctx, *result)
            return ctx.respond_with(self.model.encode(result), JSON)
        except ValidationFailed as failed:
            raise ContractViolated(route_of(ctx), [_of_response(each) for each in failed.details]) from None

    def _with_status(self, ctx: Context, body: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
        if status >= 300 or isinstance(body, Response | None):
            return respond(ctx, (body, status, headers or {}))
        response = ctx.respond_with(self.model.encode(body), JSON)
        response.status = status
        for name, value in (headers or {}).items():
            response.headers.set(name, value)
        return response

    def describe(self, components: Components) -> Operation:
        """The answer of a success."""
        answers = {200: Body({MEDIA_TYPE: self.model.schema(components)})}
        return Operation(responses={**answers, 204: Body({})} if self.optional else answers)


def answer_of(action: Callable[..., Any]) -> tuple[Answer | None, list[Mistake]]:
    """What the return annotation of an action promises; nothing where it mentions no model."""
    try:
        annotation, _ = bare(hints_of(action).get("return"))
    except NameError:
        return None, []
    members = list(_members(annotation))
    kinds = [each for each in members if each is not type(None)]
    if not kinds or not all(map(_has_shape, kinds)) or not any(map(mentions_model, kinds)):
        return None, []
    try:
        model = model_of(typing.Union[tuple(kinds)])  # noqa: UP007
    except (TypeError, NameError, RuntimeError) as error:
        return None, [Mistake("return", f"the returned type cannot be written as JSON: {error}", "return another type")]
    return Answer(model, type(None) in members), []


def usual_answers(action: Callable[..., Any]) -> Mapping[int, Body]:
    """What an annotation without a model says of the answers, by the table of implicit returns."""
    try:
        annotation, _ = bare(hints_of(action).get("return"))
    except NameError:
        return {}
    if annotation is type(None):
        return {200: Body({}), 204: Body({})}  # what it rendered, or nothing
    kind = typing.get_origin(annotation) or annotation
    if kind not in _PLAIN:
        return {}
    try:
        schema = model_of(annotation).schema(Components())
    except (TypeError, NameError, RuntimeError):
        schema = {}
    return {200: Body({_PLAIN[kind]: schema})}


def _members(annotation: Any) -> Iterator[Any]:
    """The members of a union without responses; the body of ``tuple[body, int]``."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        for each in arguments:
            yield from _members(each)
    elif origin is tuple and len(arguments) >= 2 and arguments[1] is int:
        yield from _members(arguments[0])
    elif not (isinstance(annotation, type) and issubclass(annotation, Response)):
        yield annotation


def _has_shape(annotation: Any) -> bool:
    return is_model(annotation) or typing.get_origin(annotation) in _CONTAINERS


def _of_response(error: FieldError) -> FieldError:
    return error if error.field.startswith("response") else error.below("response")
