"""A contract as the callers of its route see it, together with what the signature says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from arlen_mvc.operations import Body, Location, Operation, Parameter, Schema

from .json_schemas import needed, object_schema, schema_of
from .node import Node
from .request_contract import Field

_LOCATIONS: Mapping[str, Location] = {"path": "path", "header": "header", "cookie": "cookie"}


def described_fields(fields: Sequence[Field], path_params: Collection[str]) -> Operation:
    """Parameters and body of a contract of fields."""
    parameters = [
        _parameter(each.name, each.node, path_params) for each in fields if each.node.source not in ("body", "form")
    ]
    return Operation(tuple(parameters), _body(fields))


def _parameter(name: str, node: Node, path_params: Collection[str]) -> Parameter:
    location = _LOCATIONS.get(node.source, "path" if name in path_params and node.source == "param" else "query")
    schema = {key: value for key, value in schema_of(node).items() if key != "description"}
    return Parameter(name, location, location == "path" or needed(node), schema, node.notes.description)


def _body(fields: Sequence[Field]) -> Body | None:
    members = {
        source: tuple((each.name, each.node) for each in fields if each.node.source == source)
        for source in ("body", "form")
    }
    content: dict[str, Schema] = {}
    if members["body"]:
        content["application/json"] = object_schema(members["body"])
    if members["form"]:
        form = object_schema(members["form"])
        content |= {"application/x-www-form-urlencoded": form, "multipart/form-data": form}
    if not content:
        return None
    return Body(content, any(needed(node) for each in members.values() for _, node in each))


def merged(signature: Operation, contract: Operation) -> Operation:
    """Both together; where both speak of the same thing, the contract does."""
    declared = {(each.name, each.location) for each in contract.parameters}
    others = (each for each in signature.parameters if (each.name, each.location) not in declared)
    return Operation(
        (*contract.parameters, *others),
        contract.body or signature.body,
        {**signature.responses, **contract.responses},
        signature.usual,
    )
