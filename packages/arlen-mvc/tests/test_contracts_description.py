"""Contracts as the callers of a route see them."""

import msgspec
from arlen_mvc import Application
from arlen_mvc.contracts.description import merged
from arlen_mvc.operations import Body, Components, Operation, Parameter


class Item(msgspec.Struct):
    sku: str
    amount: int = 1


def described(request=None, response=None, path="/{id:int}", method="POST"):
    app = Application()

    @app.route(path, (method,), request_schema=request, response_schema=response)
    async def index(ctx):
        raise AssertionError

    components = Components()
    return app.routes[0].describe(components), components


def test_parameters_come_from_path_query_header_and_cookie():
    operation, _ = described({
        "id": "integer",
        "page": {
            "type": "integer", "minimum": 1, "default": 1, "required": True, "description": "From 1 on.",
            "transformer": "trim",
        },
        "q": {"required": True, "enum": ["a"], "example": "a", "title": "Query"},
        "x-key": {"source": "header", "required": True},
        "seen": {"source": "cookie", "type": "boolean"},
    })  # fmt: skip
    assert operation.parameters == (
        Parameter("id", "path", True, {"type": "integer"}),
        Parameter("page", "query", False, {"type": "integer", "minimum": 1, "default": 1}, "From 1 on."),
        Parameter("q", "query", True, {"type": "string", "enum": ["a"], "title": "Query", "examples": ["a"]}),
        Parameter("seen", "cookie", False, {"type": "boolean"}),
        Parameter("x-key", "header", True, {"type": "string"}),
    )
    assert operation.body is None


def test_a_body_of_json_members_and_one_of_form_fields():
    lines = {"items": {"sku": {"required": True}}, "source": "body", "maxItems": 3, "required": True}
    json, _ = described({"lines": lines})
    assert json.body == Body(
        {
            "application/json": {
                "type": "object",
                "properties": {
                    "lines": {
                        "type": "array",
                        "maxItems": 3,
                        "items": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]},
                    }
                },
                "required": ["lines"],
            }
        }
    )
    form, _ = described({"name": {"source": "form"}})
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    assert form.body == Body({"application/x-www-form-urlencoded": schema, "multipart/form-data": schema}, False)


def test_a_whole_body_and_a_response():
    operation, _ = described({"type": "array", "items": "string"}, {"id": "integer"})
    assert operation.body == Body({"application/json": {"type": "array", "items": {"type": "string"}}})
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    assert operation.responses == {200: Body({"application/json": schema})}


def test_models_are_components():
    operation, components = described(Item, list[Item])
    reference = {"$ref": "#/components/schemas/Item"}
    assert operation.body == Body({"application/json": reference})
    assert operation.responses == {200: Body({"application/json": {"type": "array", "items": reference}})}
    assert components["Item"]["required"] == ["sku"]


def test_a_model_of_a_route_without_a_body_is_parameters():
    operation, _ = described(Item, path="/{sku}", method="GET")
    assert [(each.name, each.location, each.required) for each in operation.parameters] == [
        ("sku", "path", True),
        ("amount", "query", False),
    ]


def test_the_contract_wins_over_the_signature_and_leaves_the_rest():
    signature = Operation(
        (Parameter("id", "path", True, {"type": "string"}), Parameter("page", "query", False, {"type": "integer"})),
        Body({"application/json": {}}),
        {200: Body({"text/plain": {}}), 404: Body({})},
    )
    contract = Operation(
        (Parameter("id", "path", True, {"type": "integer"}),), None, {200: Body({"application/json": {}})}
    )
    assert merged(signature, contract) == Operation(
        (contract.parameters[0], signature.parameters[1]),
        signature.body,
        {200: Body({"application/json": {}}), 404: Body({})},
    )
