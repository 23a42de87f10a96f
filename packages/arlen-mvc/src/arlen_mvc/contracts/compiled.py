"""The contract of one route, made ready at start: what checks, what describes, and what is wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from arlen_mvc.errors import MissingDependencyError, Mistake
from arlen_mvc.models import mentions_model, model_of
from arlen_mvc.operations import Body, Components, Describe, Operation, undescribed
from arlen_mvc.runtime import RouteInfo

from .contract import Contract
from .description import described_fields, merged
from .descriptors import parse_request, parse_response
from .diagnostics import Diagnostic
from .json_schemas import schema_of
from .models import ModelBody, ModelParameters, ModelPromise
from .node import Node
from .request_contract import BodyContract, Field, FieldsContract, RequestContract
from .response_contract import Promise, ResponseContract
from .shapes import Fields
from .sources import reader

_logger = logging.getLogger("arlen")

BODILESS = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(frozen=True, slots=True)
class CompiledContract:
    """``request`` and ``response`` are ``None`` where a route asks or promises nothing."""

    request: RequestContract | None = None
    response: ResponseContract | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    describe_request: Describe = undescribed
    describe_response: Describe = undescribed

    @property
    def reads_body(self) -> bool:
        """Whether the body has to have arrived before the request is checked."""
        return self.request is not None and self.request.reads_body

    def describe(self, signature: Describe, components: Components) -> Operation:
        """What the contract and the signature of a route say together."""
        operation = merged(signature(components), self.describe_request(components))
        return merged(operation, self.describe_response(components))


NO_CONTRACT = CompiledContract()


def compile_contract(contract: Contract, methods: Collection[str], path_params: Collection[str]) -> CompiledContract:
    """The contract of a route for these methods, whose path has these parameters."""
    compiled = NO_CONTRACT
    if contract.request is not None:
        compiled = _with_request(compiled, contract.request, path_params, BODILESS.issuperset(methods))
    if contract.response is not None:
        compiled = _with_response(compiled, contract.response)
    return compiled


def _with_request(
    compiled: CompiledContract, schema: Any, path_params: Collection[str], bodiless: bool
) -> CompiledContract:
    if mentions_model(schema):
        try:
            model = model_of(schema)
        except (TypeError, MissingDependencyError) as error:
            return replace(compiled, diagnostics=(*compiled.diagnostics, _unreadable("request", schema, error)))
        contract = ModelParameters.of(model, path_params) if bodiless else ModelBody(model)
        return replace(compiled, request=contract, describe_request=contract.describe)
    node, found = parse_request(schema)
    diagnostics = (*compiled.diagnostics, *found)
    if node is None:
        return replace(compiled, diagnostics=diagnostics)
    if not isinstance(node.shape, Fields):
        return replace(
            compiled, request=BodyContract(node), diagnostics=diagnostics, describe_request=partial(_question, node)
        )
    fields = tuple(Field(name, each, reader(name, each, path_params)) for name, each in node.shape.members)
    return replace(
        compiled,
        request=FieldsContract.of(fields),
        diagnostics=(*diagnostics, *_misplaced(fields, path_params)),
        describe_request=lambda components: described_fields(fields, path_params),
    )


def _with_response(compiled: CompiledContract, schema: Any) -> CompiledContract:
    if mentions_model(schema):
        try:
            promise = ModelPromise.of(model_of(schema))
        except (TypeError, MissingDependencyError) as error:
            return replace(compiled, diagnostics=(*compiled.diagnostics, _unreadable("response", schema, error)))
        return replace(compiled, response=promise, describe_response=promise.describe)
    node, found = parse_response(schema)
    diagnostics = (*compiled.diagnostics, *found)
    if node is None:
        return replace(compiled, diagnostics=diagnostics)
    return replace(compiled, response=Promise(node), diagnostics=diagnostics, describe_response=partial(_answer, node))


def _answer(node: Node, components: Components) -> Operation:
    return Operation(responses={200: Body({"application/json": schema_of(node)})})


def _question(node: Node, components: Components) -> Operation:
    return Operation(body=Body({"application/json": schema_of(node)}))


def _unreadable(field: str, schema: Any, error: Exception) -> Diagnostic:
    message = f"{schema!r} cannot be used as a model: {error}"
    return Diagnostic(field, "error", "unsupported_type", message, "mend the class, or use another one", schema)


def _misplaced(fields: Collection[Field], path_params: Collection[str]) -> list[Diagnostic]:
    return [
        Diagnostic(
            f"request.{each.name}",
            "warning",
            "unknown_path_param",
            f"the path has no parameter {each.name!r}",
            f"write {{{each.name}}} into the path, or give the field another source",
            {"source": "path"},
        )
        for each in fields
        if each.node.source == "path" and each.name not in path_params
    ]


def find_mistakes(contract: CompiledContract, info: RouteInfo, *, warnings_too: bool) -> list[Mistake]:
    """The errors of a contract, and its warnings where they count as such; otherwise warnings are logged."""
    warnings = [each for each in contract.diagnostics if each.severity == "warning"]
    if warnings_too:
        return [each.at(info.place) for each in contract.diagnostics]
    if warnings:
        fields = {
            "route_name": info.name,
            "route_path": info.path,
            "controller": info.controller,
            "diagnostics": [each.as_dict() for each in warnings],
        }
        _logger.warning("route compile warning", extra={"fields": fields})
    return [each.at(info.place) for each in contract.diagnostics if each.severity == "error"]
