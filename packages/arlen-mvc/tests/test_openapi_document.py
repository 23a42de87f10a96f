"""The OpenAPI document: which routes it tells of, and what it says of each."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec
import pytest
from arlen_mvc import Application, ApplicationError, Body, Context, Controller, Query, get
from arlen_mvc.auth import Anyone, ApiKey, KnownKeys
from arlen_mvc.openapi import Reply
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pydantic import BaseModel

SECRET = {"auth": {"bearer_secret": "a secret that is long enough to sign"}}


class Item(msgspec.Struct):
    name: str
    price: int = 0


class Order(BaseModel):
    items: list[int]


@dataclass
class Problem:
    reason: str


def valid(app, version=""):
    """The document, which is valid."""
    document = app.openapi(version)
    validate(document, cls=OpenAPIV31SpecValidator)
    return document


def operation(app, path="/", method="get"):
    return valid(app)["paths"][path][method]


def test_an_empty_application_has_a_document():
    assert valid(Application({"openapi": {"title": "Shop", "version": "2.0", "description": "Sells."}})) == {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "2.0", "description": "Sells."},
        "servers": [{"url": "http://127.0.0.1:3000"}],
        "paths": {},
    }


@pytest.mark.parametrize(
    ("settings", "servers"),
    [
        ({"host": "0.0.0.0", "port": 8080}, ["http://127.0.0.1:8080"]),
        ({"openapi": {"servers": ["https://a.example", "/v1"]}}, ["https://a.example", "/v1"]),
    ],
)
def test_servers_are_those_of_the_configuration(settings, servers):
    assert [each["url"] for each in valid(Application(settings))["servers"]] == servers


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/api", {}),
        ("/api/things", {}),
        ("/things", {"formats": ["html", "json"]}),
        ("/things", {"formats": ["*"]}),
        ("/things", {"request_schema": {"q": "string"}}),
        ("/things", {"response_schema": Item}),
        ("/things", {"required_scopes": ["read"]}),
        ("/things", {"required_roles": ["admin"]}),
        ("/things", {"responses": {404: Problem}}),
    ],
)
def test_routes_for_programs_are_included(path, options):
    app = Application(SECRET)
    app.get(path, **options)(lambda ctx: {})
    assert list(valid(app)["paths"]) == [path]
    assert app.openapi()["paths"][path].keys() == {"get"}


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/", {}),
        ("/apiary", {}),
        ("/things", {"formats": ["html"]}),
        ("/api/things", {"include_in_openapi": False}),
    ],
)
def test_pages_and_what_is_hidden_are_not_included(path, options):
    app = Application()
    app.get(path, **options)(lambda ctx: {})
    assert valid(app)["paths"] == {}


def test_a_typed_signature_is_included():
    app = Application()

    @app.get("/things")
    async def things(page: int = 1):
        return {}

    assert operation(app, "/things")["parameters"][0]["name"] == "page"


def test_paths_are_sorted_and_their_parameters_in_braces():
    app = Application()
    for path in ("/api/z/*rest", "/api/:id", "/api/a/{day:date}/v{major:int}.{minor:int}", "/api/ä"):
        app.get(path)(lambda ctx: {})
    paths = valid(app)["paths"]
    assert list(paths) == ["/api/%C3%A4", "/api/a/{day}/v{major}.{minor}", "/api/z/{rest}", "/api/{id}"]
    told = [(each["name"], each["schema"]) for each in paths["/api/a/{day}/v{major}.{minor}"]["get"]["parameters"]]
    assert told == [
        ("day", {"type": "string", "format": "date"}),
        ("major", {"type": "integer"}),
        ("minor", {"type": "integer"}),
    ]


def test_path_parameters_come_first_in_their_order_and_the_others_by_name():
    app = Application()

    @app.get("/{z}/{a}")
    async def show(
        a: int, z: str, c: int, b: Annotated[float, Query(ge=0, description="how much", deprecated=True)] = 1.5
    ):
        return {}

    parameters = operation(app, "/{z}/{a}")["parameters"]
    assert [(each["name"], each["in"], each["required"]) for each in parameters] == [
        ("z", "path", True),
        ("a", "path", True),
        ("b", "query", False),
        ("c", "query", True),
    ]
    assert parameters[2] == {
        "name": "b",
        "in": "query",
        "required": False,
        "description": "how much",
        "deprecated": True,
        "schema": {"type": "number", "minimum": 0, "default": 1.5},
    }


def test_a_decimal_parameter_says_how_it_is_written():
    app = Application()

    @app.get("/")
    async def show(price: Decimal):
        return {}

    assert operation(app)["parameters"][0]["schema"]["pattern"].startswith("^[+-]?")


@pytest.mark.parametrize(
    ("method", "path", "options", "ids"),
    [
        ("GET", "/api/users/:id", {}, {"get": "get__api_users_id"}),
        ("GET", "/api", {"name": "root"}, {"get": "root"}),
        ("GET", "/api", {"name": "root", "operation_id": "start"}, {"get": "start"}),
        (
            "ANY",
            "/api",
            {"name": "root"},
            {each: f"root_{each}" for each in ("get", "post", "put", "patch", "delete")},
        ),
    ],
)
def test_operation_ids_come_from_the_route(method, path, options, ids):
    app = Application()
    app.route(path, [method], **options)(lambda ctx: {})
    (item,) = valid(app)["paths"].values()
    assert {each: told["operationId"] for each, told in item.items()} == ids


def test_repeated_operation_ids_get_a_number():
    app = Application()
    for path in ("/api/c", "/api/a", "/api/b"):
        app.get(path, operation_id="same")(lambda ctx: {})
    paths = valid(app)["paths"]
    assert {path: item["get"]["operationId"] for path, item in paths.items()} == {
        "/api/c": "same",
        "/api/a": "same_2",
        "/api/b": "same_3",
    }


def test_templates_that_differ_in_names_only_are_one_path_with_the_names_of_the_first():
    app = Application()
    app.get("/api/{id:int}", operation_id="one")(lambda ctx: {})
    app.get("/api/{slug}", operation_id="hidden")(lambda ctx: {})
    app.put("/api/{slug}", operation_id="other")(lambda ctx: {})
    paths = valid(app)["paths"]
    assert list(paths) == ["/api/{id}"]
    assert {method: told["operationId"] for method, told in paths["/api/{id}"].items()} == {
        "get": "one",
        "put": "other",
    }
    assert paths["/api/{id}"]["put"]["parameters"][0]["name"] == "id"


def test_a_body_is_told_by_reference_and_models_of_the_same_name_stay_apart():
    app = Application()

    def declare(path, model):
        async def create(item):
            return {}

        create.__annotations__["item"] = model
        app.post(path)(create)

    declare("/items", Item)
    declare("/orders", Order)
    declare("/others", msgspec.defstruct("Item", [("other", str)]))
    document = valid(app)
    schemas = document["components"]["schemas"]
    assert document["paths"]["/items"]["post"]["requestBody"] == {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
        "required": True,
    }
    assert list(schemas) == ["Error", "Item", "Item_2", "Order"]
    assert schemas["Item_2"]["required"] == ["other"]


def test_a_body_may_have_examples():
    app = Application()

    @app.post("/items", examples={"cheap": {"name": "tea"}, "dear": {"name": "gold", "price": 9}})
    async def create(item: Item):
        return {}

    @app.put("/items")
    async def change(item: Annotated[Item, Body(example=Item("tea", 3), description="the item")]):
        return {}

    media = operation(app, "/items", "post")["requestBody"]["content"]["application/json"]
    assert media["examples"] == {"cheap": {"value": {"name": "tea"}}, "dear": {"value": {"name": "gold", "price": 9}}}
    body = operation(app, "/items", "put")["requestBody"]
    assert body["description"] == "the item"
    assert body["content"]["application/json"]["examples"] == {"example": {"value": {"name": "tea", "price": 3}}}


def test_a_get_of_an_any_route_has_no_body():
    app = Application()
    app.route("/api", ["ANY"], request_schema={"name": {"source": "body", "required": True}})(lambda ctx: {})
    item = valid(app)["paths"]["/api"]
    assert "requestBody" not in item["get"]
    assert item["post"]["requestBody"]["required"]


def statuses(told):
    return {status: each["description"] for status, each in told["responses"].items()}


def test_a_plain_route_answers_200():
    app = Application()
    app.get("/api")(lambda ctx: {})
    assert operation(app, "/api")["responses"] == {"200": {"description": "Successful response"}}


def test_refusals_of_the_framework_are_told_with_their_shape():
    app = Application(SECRET)

    @app.post("/api/{id:int}", required_scopes=["write"])
    async def create(id: int, item: Item) -> Item:
        return item

    told = operation(app, "/api/{id}", "post")
    assert list(told["responses"]) == ["200", "401", "403", "404", "413", "415", "422"]
    assert told["responses"]["422"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
        "text/plain": {"schema": {"type": "string"}},
    }
    assert told["security"] == [{"BearerAuth": ["write"]}]


def test_errors_have_the_shape_that_the_document_says(ask):
    app = Application(SECRET)

    @app.get("/api/{id:int}", required_scopes=["read"])
    async def show(id: int, page: int):
        return {}

    @app.get("/open")
    async def index(page: int):
        return {}

    from jsonschema import Draft202012Validator

    schema = valid(app)["components"]["schemas"]["Error"]
    for line, status in (("GET /api/1?page=1", 401), ("GET /open?page=x", 422), ("GET /api/x", 404)):
        answer = ask(app, line, headers={"accept": "application/json"})
        assert answer.status == status
        Draft202012Validator(schema).validate(answer.json)


def test_several_responses_and_media_types():
    app = Application()
    report = Reply(
        Item,
        "The report",
        content={"text/csv": str, "application/pdf": bytes},
        examples={"tea": {"name": "tea", "price": 1}},
        headers={"x-total": "how many there are"},
    )

    @app.get("/report", responses={200: report, 404: Problem, 409: "Somebody was faster", 410: {"reason": "string"}})
    async def show(ctx: Context):
        return {}

    responses = operation(app, "/report")["responses"]
    assert responses["200"] == {
        "description": "The report",
        "headers": {"x-total": {"description": "how many there are", "schema": {"type": "string"}}},
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Item"},
                "examples": {"tea": {"value": {"name": "tea", "price": 1}}},
            },
            "text/csv": {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
        },
    }
    assert responses["404"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert responses["409"] == {"description": "Somebody was faster"}
    assert responses["410"]["content"]["application/json"]["schema"]["properties"] == {"reason": {"type": "string"}}


def test_another_success_than_200_has_what_the_annotation_promises():
    app = Application()

    @app.post("/items", responses={201: Reply(description="It is there now", headers={"location": "where"}), 204: ""})
    async def create(item: Item) -> Item:
        return item

    responses = operation(app, "/items", "post")["responses"]
    assert list(responses) == ["201", "204", "413", "415", "422"]
    assert responses["201"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}
    assert responses["201"]["headers"].keys() == {"location"}
    assert "content" not in responses["204"]


def test_an_action_that_returns_nothing_answers_204_or_what_it_rendered():
    app = Application()

    @app.delete("/api")
    async def remove(ctx: Context) -> None:
        return None

    assert list(operation(app, "/api", "delete")["responses"]) == ["200", "204"]


def test_every_way_in_is_told_and_only_those_that_are_used():
    app = Application(SECRET)
    app.get("/a", auth=[ApiKey(KnownKeys({}), place="query", field="key"), Anyone()])(lambda ctx: {})
    document = valid(app)
    assert document["components"]["securitySchemes"] == {"ApiKeyAuth": {"type": "apiKey", "in": "query", "name": "key"}}
    assert document["paths"]["/a"]["get"]["security"] == [{"ApiKeyAuth": []}, {}]


def test_the_docstring_is_summary_and_description_where_nothing_else_is_said():
    app = Application()

    @app.get("/api/a")
    async def told(ctx):
        """Show
        an item.

        With **all** its parts.
        """
        return {}

    @app.get("/api/b", summary="Other", description="More", tags=[" x ", "y", "x"], deprecated=True)
    async def other(ctx):
        """Not this."""
        return {}

    first, second = (item["get"] for item in valid(app)["paths"].values())
    assert (first["summary"], first["description"]) == ("Show an item", "With **all** its parts.")
    assert (second["summary"], second["description"], second["tags"]) == ("Other", "More", ["x", "y"])
    assert second["deprecated"] is True


def test_groups_and_controllers_give_tags_and_responses_to_their_routes():
    app = Application()

    class Notes(Controller):
        prefix = "/api/notes"
        openapi_tags = ("notes",)
        openapi_responses: ClassVar = {404: Problem}

        @get("/")
        async def index(self):
            return {}

    with app.group("/api/shop", tags=["shop"], responses={404: "Nothing there", 409: "Busy"}) as shop:
        shop.get("/", tags=["list"], responses={404: "No shop"})(lambda ctx: {})
    with app.group("/api/inside", include_in_openapi=False) as inside:
        inside.get("/")(lambda ctx: {})
    app.add_controller(Notes)
    notes, shop_index = (item["get"] for item in valid(app)["paths"].values())
    assert notes["tags"] == ["notes"]
    assert list(notes["responses"]) == ["200", "404"]
    assert shop_index["tags"] == ["shop", "list"]
    assert statuses(shop_index) == {"200": "Successful response", "404": "No shop", "409": "Busy"}


def test_configure_route_gives_a_route_its_words():
    app = Application()
    app.get("/x", name="x")(lambda ctx: {})
    app.configure_route("x", summary="Ex", responses={200: Item})
    assert operation(app, "/x")["summary"] == "Ex"


def test_each_version_has_a_document():
    app = Application()
    app.get("/api/items", operation_id="plain")(lambda ctx: {})
    with app.version("v1", deprecated="2026-01-01") as v1:
        v1.get("/items", name="items", response_schema=Item)(lambda ctx: {})
    with app.version("v2", header="x-version") as v2:
        v2.get("/api/items", name="items", response_schema=Item)(lambda ctx: {})
    assert list(valid(app)["paths"]) == ["/api/items", "/v1/items"]
    assert operation(app, "/api/items")["operationId"] == "plain"
    first, second = valid(app, "v1"), valid(app, "v2")
    assert first["info"]["title"] == "Arlen API v1"
    assert first["paths"]["/v1/items"]["get"]["deprecated"] is True
    assert second["paths"]["/api/items"]["get"]["parameters"] == [
        {
            "name": "x-version",
            "in": "header",
            "required": True,
            "description": "version of the interface",
            "schema": {"type": "string", "const": "v2"},
        }
    ]
    with pytest.raises(ApplicationError, match="there is no version 'v3'; there are: v1, v2"):
        app.openapi("v3")


def test_webhooks_are_told():
    app = Application()
    app.webhook("item.sold", Item, summary="Sold", tags=["items"], responses={204: "Seen"}, deprecated=True)
    app.webhook("item.lost", {"name": "string"}, method="PUT")
    webhooks = valid(app)["webhooks"]
    assert list(webhooks) == ["item.lost", "item.sold"]
    sold = webhooks["item.sold"]["post"]
    assert sold["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Item"}
    assert (sold["summary"], statuses(sold), sold["deprecated"]) == ("Sold", {"204": "Seen"}, True)
    assert statuses(webhooks["item.lost"]["put"]) == {"200": "The message was understood"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"responses": {99: "x"}}, "responses names the status 99"),
        ({"responses": {404: lambda: 1}}, "the response 404 cannot be described"),
        ({"responses": {404: {"x": {"type": "nonsense"}}}}, "the response 404 cannot be described"),
    ],
)
def test_responses_that_are_none_keep_the_application_from_starting(run, options, told):
    app = Application()
    app.get("/api", **options)(lambda ctx: {})
    with pytest.raises(ApplicationError, match=told):
        run(app.start())


@pytest.mark.parametrize("server", ["shop", "https://a b", "https://a;script-src *", "http://[", "https://ä.example"])
def test_a_server_that_is_no_url_keeps_the_application_from_starting(run, server):
    with pytest.raises(ApplicationError, match=r"openapi\.servers: .* is no URL"):
        run(Application({"openapi": {"servers": [server]}}).start())


def test_documents_are_the_same_each_time_and_do_not_share_anything():
    app = Application()
    app.post("/items", response_schema=Item)(lambda ctx: {})
    first = app.openapi()
    again = app.openapi()
    assert json.dumps(first) == json.dumps(again)
    first["paths"].clear()
    assert app.openapi() == again


@pytest.mark.parametrize("pretty", [False, True])
def test_the_document_is_written_in_one_step(tmp_path, pretty):
    app = Application({"openapi": {"title": "Tēja"}})
    target = tmp_path / "openapi.json"
    target.write_text("older")
    app.write_openapi(target, pretty=pretty)
    assert json.loads(target.read_text("utf-8")) == app.openapi()
    assert ("\n  " in target.read_text("utf-8")) is pretty
    assert "Tēja" in target.read_text("utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["openapi.json"]


def test_a_document_that_cannot_be_made_leaves_the_file_as_it_is(tmp_path):
    app = Application()
    target = tmp_path / "openapi.json"
    target.write_text("older")
    with pytest.raises(ApplicationError):
        app.write_openapi(target, version="v9")
    assert target.read_text() == "older"


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (dict[str, int], {"application/json": {"type": "object", "additionalProperties": {"type": "integer"}}}),
        (list, {"application/json": {"type": "array"}}),
        (str, {"text/plain": {"type": "string"}}),
        (int, {}),
        (object, {}),
    ],
)
def test_an_annotation_without_a_model_tells_the_media_type(annotation, told):
    app = Application()

    async def show(ctx):
        return {}

    show.__annotations__["return"] = annotation
    app.get("/api")(show)
    content = operation(app, "/api")["responses"]["200"].get("content", {})
    assert {kind: media["schema"] for kind, media in content.items()} == told


@pytest.mark.parametrize("annotation", [None, str, dict])
def test_a_page_whose_return_is_annotated_is_still_a_page(annotation):
    app = Application()

    async def show(ctx):
        return None

    show.__annotations__["return"] = annotation
    app.get("/page")(show)
    assert valid(app)["paths"] == {}


def test_a_route_with_a_contract_may_refuse_with_422():
    app = Application()
    app.get("/items", response_schema=Item)(lambda ctx: {})
    assert list(operation(app, "/items")["responses"]) == ["200", "422"]
