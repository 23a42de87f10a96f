"""What a signature takes from the client, as its callers see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from arlen_mvc.models import Model, model_of
from arlen_mvc.operations import Body, Components, Describe, Location, Operation, Parameter, Schema
from arlen_mvc.scalars import DECIMAL

from .constraints import Constraints
from .markers import ABSENT, Marker
from .sources import Source

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def described(sources: Iterable[Source], components: Components) -> Operation:
    """What all of them take, together."""
    parameters: dict[tuple[str, str], Parameter] = {}
    body: Body | None = None
    for source in sources:
        operation = source.describe(components)
        parameters |= {(each.name, each.location): each for each in operation.parameters}
        body = operation.body if body is None else _joined(body, operation.body)
    return Operation(tuple(parameters.values()), body)


def _joined(body: Body, other: Body | None) -> Body:
    if other is None:
        return body
    shared = [kind for kind in body.content if kind in other.content] or [*body.content, *other.content]
    content = {
        kind: _both(body.content[kind], other.content[kind])
        if kind in body.content and kind in other.content
        else {**body.content, **other.content}[kind]
        for kind in shared
    }
    return Body(
        content,
        body.required or other.required,
        body.description or other.description,
        {**body.examples, **other.examples},
    )


def _both(schema: Schema, other: Schema) -> Schema:
    if "properties" in schema and "properties" in other:
        return {
            "type": "object",
            "properties": {**schema["properties"], **other["properties"]},
            "required": [*dict.fromkeys([*schema.get("required", ()), *other.get("required", ())])],
        }
    return {"allOf": [schema, other]}


def text_schema(
    annotation: Any, constraints: Constraints, default: object, marker: Marker, components: Components
) -> Schema:
    """The schema of a value that comes as text, or of several."""
    schema: dict[str, Any] = dict(model_of(annotation).schema(components))
    if schema.get("type") == "array":
        if constraints.value_schema:
            schema["items"] = {**schema.get("items", {}), **constraints.value_schema}
        schema |= {f"{name}Items": bound for name, bound in constraints.collection_schema.items()}
    else:
        schema |= constraints.value_schema
        schema |= {f"{name}Length": bound for name, bound in constraints.collection_schema.items()}
    for branch in (schema, *schema.get("anyOf", ())):
        if branch.get("format") == "decimal":
            branch["pattern"] = f"^{DECIMAL}$"
    if default is not ABSENT and default is not None:
        schema["default"] = _plain(default)
    if marker.example is not ABSENT:
        schema["examples"] = [_plain(marker.example)]
    return schema


def _plain(value: object) -> object:
    import msgspec

    return msgspec.to_builtins(value)


def describing_parameter(
    location: Location, name: str, annotation: Any, constraints: Constraints, default: object, marker: Marker
) -> Describe:
    """One parameter."""

    def describe(components: Components) -> Operation:
        schema = text_schema(annotation, constraints, default, marker, components)
        required = location == "path" or default is ABSENT
        return Operation((Parameter(name, location, required, schema, marker.description, marker.deprecated),))

    return describe


def describing_members(location: Location, model: Model, required_model: bool) -> Describe:
    """A parameter for each member of a model."""

    def describe(components: Components) -> Operation:
        schema = resolved(model.schema(components), components)
        required = schema.get("required", ()) if required_model else ()
        return Operation(
            tuple(
                Parameter(
                    name,
                    location,
                    name in required,
                    member,
                    member.get("description", ""),
                    member.get("deprecated", False),
                )
                for name, member in schema.get("properties", {}).items()
            )
        )

    return describe


def describing_form_field(
    name: str, annotation: Any, constraints: Constraints, default: object, marker: Marker
) -> Describe:
    """One field of a form."""

    def describe(components: Components) -> Operation:
        schema = {**text_schema(annotation, constraints, default, marker, components)}
        if marker.description:
            schema["description"] = marker.description
        form = one_member(name, schema, default is ABSENT)
        return Operation(body=Body({URLENCODED: form, MULTIPART: form}, default is ABSENT))

    return describe


def describing_file(name: str, many: bool, default: object, marker: Marker) -> Describe:
    """A file of a form, or several."""

    def describe(components: Components) -> Operation:
        file: dict[str, Any] = {"type": "string", "format": "binary"}
        schema: dict[str, Any] = {"type": "array", "items": file} if many else file
        if marker.description:
            schema = {**schema, "description": marker.description}
        return Operation(body=Body({MULTIPART: one_member(name, schema, default is ABSENT)}, default is ABSENT))

    return describe


def describing_form(model: Model, required: bool) -> Describe:
    """A form whose fields are the members of a model."""

    def describe(components: Components) -> Operation:
        schema = model.schema(components)
        files = any(map(is_file, resolved(schema, components).get("properties", {}).values()))
        kinds = (MULTIPART,) if files else (URLENCODED, MULTIPART)
        return Operation(body=Body(dict.fromkeys(kinds, schema), required))

    return describe


def describing_body(model: Model, required: bool, marker: Marker) -> Describe:
    """A JSON body."""
    examples = {} if marker.example is ABSENT else {"example": _plain(marker.example)}
    return lambda components: Operation(
        body=Body({JSON: model.schema(components)}, required, marker.description, examples)
    )


def describing_member(name: str, model: Model, required: bool) -> Describe:
    """A member of a JSON body."""
    return lambda components: Operation(
        body=Body({JSON: one_member(name, model.schema(components), required)}, required)
    )


def one_member(name: str, schema: Schema, required: bool) -> Schema:
    """An object with this member."""
    return {"type": "object", "properties": {name: schema}, "required": [name] if required else []}


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """What a reference points to; any other schema as it is."""
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema


def is_file(schema: Schema) -> bool:
    """Whether it is a file, or several."""
    branches = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    return any(branch.get("format") == "binary" for branch in branches)
