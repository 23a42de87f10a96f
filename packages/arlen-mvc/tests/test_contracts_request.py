"""Request contracts on routes: where fields come from, when they are checked, and what the action gets."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
import pytest
from arlen_http import Request, Server, ServerSettings
from arlen_mvc import Application, Context, Controller, get

JSON = {"accept": "application/json"}
SENT = {**JSON, "content-type": "application/json"}
FORM = {**JSON, "content-type": "application/x-www-form-urlencoded"}


def echoing(schema, path="/", methods=("GET", "POST"), **options):
    """An application whose only route answers with what was validated."""
    app = Application()

    @app.route(path, methods, request_schema=schema, **{"blocking": False, **options})
    def echo(ctx):
        return {"validated": ctx.validated}

    return app


def fields(answer):
    assert answer.status == 422
    return [(entry["field"], entry["code"]) for entry in answer.json["details"]]


@pytest.mark.parametrize(
    ("descriptor", "line", "options", "expected"),
    [
        ({"type": "integer"}, "GET /7", {}, 7),
        ({"source": "path"}, "GET /seven", {}, "seven"),
        ({"source": "route"}, "GET /seven", {}, "seven"),
        ({"source": "query", "type": "integer"}, "GET /7?f=8", {}, 8),
        ({"source": "header"}, "GET /7", {"headers": {"F": "x"}}, "x"),
        ({"source": "cookie", "type": "boolean"}, "GET /7", {"headers": {"cookie": "f=yes"}}, True),
        ({"source": "body", "type": "number"}, "POST /7", {"body": b'{"f": 1.5, "g": 2}'}, 1.5),
        ({"source": "form"}, "POST /7", {"headers": FORM, "body": b"f=a&g=b"}, "a"),
        ({"source": "form", "items": "integer"}, "POST /7", {"headers": FORM, "body": b"f=1&f=2"}, [1, 2]),
        ({"source": "query", "items": "string"}, "GET /7?f=a&f=b", {}, ["a", "b"]),
        ({"source": "query", "default": "d"}, "GET /7", {}, "d"),
    ],
)
def test_the_source_of_a_field(ask, descriptor, line, options, expected):
    answer = ask(echoing({"f": descriptor}, "/{f}"), line, **options)
    assert answer.json == {"validated": {"f": expected}}


def test_a_parameter_is_taken_from_the_path_then_from_the_query(ask):
    app = echoing({"id": "integer", "page": "integer"}, "/{id}")
    assert ask(app, "GET /7?id=8&page=2").json == {"validated": {"id": 7, "page": 2}}


@pytest.mark.parametrize(("kind", "expected"), [("integer", 7), ("string", "7")])
def test_a_parameter_that_the_router_converted_has_the_type_of_the_contract(ask, kind, expected):
    assert ask(echoing({"id": kind}, "/{id:int}"), "GET /7").json == {"validated": {"id": expected}}


def test_a_number_of_the_router_needs_no_coercion(ask):
    app = echoing({"id": {"type": "integer", "coerce": False}}, "/{id:int}")
    assert ask(app, "GET /7").json == {"validated": {"id": 7}}


def test_undeclared_input_is_dropped(ask):
    app = echoing({"a": {"source": "body", "type": "object", "properties": {"b": "string"}}})
    answer = ask(app, "POST /?x=1", body=b'{"a": {"b": "c", "d": "e"}, "z": 1}')
    assert answer.json == {"validated": {"a": {"b": "c"}}}


def test_errors_of_all_sources_come_together_sorted_by_name(ask):
    schema = {
        "z": {"type": "integer", "source": "query"},
        "a": {"source": "header", "required": True},
        "m": {"source": "body", "type": "object", "properties": {"tags": {"items": "integer"}}},
    }
    answer = ask(echoing(schema), "POST /?z=x", headers=JSON, body=b'{"m": {"tags": [1, "y"]}}')
    assert fields(answer) == [("a", "missing"), ("m.tags[1]", "invalid_type"), ("z", "invalid_type")]
    assert answer.json["error"]["code"] == "validation_failed"


@pytest.mark.parametrize("body", [b"{", b"[1]", b"7", b"\xff", b'{"f": NaN}', b"[" * 5000])
def test_a_body_that_is_no_json_object_is_one_error(ask, body):
    schema = {"f": {"source": "body", "required": True}, "q": {"required": True}}
    answer = ask(echoing(schema), "POST /", headers=JSON, body=body)
    assert fields(answer) == [("body", "invalid_json"), ("q", "missing")]
    assert answer.json["details"][0]["message"] == "must be a JSON object"


def test_an_empty_body_only_lacks_its_fields(ask):
    assert fields(ask(echoing({"f": {"source": "body", "required": True}}), "POST /", headers=JSON)) == [
        ("f", "missing")
    ]


@pytest.mark.parametrize(
    ("body", "errors"),
    [(b'[{"sku": 1}]', [("body[0].sku", "invalid_type")]), (b"{}", [("body", "invalid_type")]),
     (b"", [("body", "missing")]), (b"[", [("body", "invalid_json")])],
)  # fmt: skip
def test_a_contract_may_be_an_array_in_the_body(ask, body, errors):
    app = echoing({"type": "array", "items": {"sku": {"required": True}}})
    assert ask(app, "POST /", body=b'[{"sku": "a", "x": 1}]').json == {"validated": [{"sku": "a"}]}
    assert fields(ask(app, "POST /", headers=JSON, body=body)) == errors


def test_text_clients_get_the_refusal_as_text(ask):
    answer = ask(echoing({"n": {"required": True}}), "GET /")
    assert (answer.status, answer.text.lower()) == (422, "validation failed\nn: is required\n")


def test_an_empty_form_has_no_fields(ask):
    assert ask(echoing({"f": {"source": "form", "default": "d"}}), "POST /").json == {"validated": {"f": "d"}}


def test_an_action_may_read_the_form_again(ask):
    app = Application()

    @app.post("/", request_schema={"f": {"source": "form"}})
    async def index(ctx):
        return {"f": ctx.validated["f"], "again": (await ctx.request.text())}

    assert ask(app, "POST /", headers=FORM, body=b"f=a").json == {"f": "a", "again": "f=a"}


@pytest.mark.parametrize("blocking", [True, False])
def test_plain_actions_in_threads_and_on_the_loop_are_checked_alike(ask, blocking):
    app = echoing({"n": {"type": "integer", "source": "body"}}, blocking=blocking)
    assert ask(app, "POST /", body=b'{"n": "4"}').json == {"validated": {"n": 4}}


def test_the_order_is_authentication_contract_guards_action(ask):
    app = Application({"auth": {"bearer_secret": "s" * 32}})
    seen = []

    def guard(ctx):
        seen.append(ctx.validated)
        return False

    @app.get("/secured", request_schema={"n": "integer"}, required_scopes=["read"], blocking=False)
    def secured(ctx):
        raise AssertionError("refused before")

    @app.get("/guarded", request_schema={"n": "integer"}, guards=[guard], blocking=False)
    def guarded(ctx):
        raise AssertionError("refused before")

    assert ask(app, "GET /secured?n=x").status == 401
    assert ask(app, "GET /guarded?n=x").status == 422
    assert ask(app, "GET /guarded?n=7").status == 403
    assert seen == [{"n": 7}]


def test_params_and_single_values_know_what_was_validated(ask):
    app = Application()

    @app.get("/{id}", request_schema={"page": {"type": "integer", "default": 1}}, blocking=False)
    def index(ctx):
        return [ctx.params, ctx.param("page"), ctx.validated_value("page"), ctx.validated_value("id"), ctx.param("q")]

    assert ask(app, "GET /7?page=3&q=x").json == [{"id": "7", "page": 3, "q": "x"}, 3, 3, None, "x"]


def test_a_route_without_a_contract_has_nothing_validated(ask):
    assert ask(echoing(None), "GET /").json == {"validated": {}}


def test_the_errors_of_a_contract_are_known_to_error_handlers(ask):
    app = echoing({"n": "integer"})

    @app.error_handler(422)
    def refused(ctx, error):
        return {"fields": [entry.field for entry in ctx.errors]}

    answer = ask(app, "GET /?n=x")
    assert (answer.status, answer.json) == (422, {"fields": ["n"]})


def test_a_coded_body_is_refused_like_everywhere(ask):
    answer = ask(echoing({"n": {"source": "body"}}), "POST /", headers={"content-encoding": "gzip"}, body=b"x")
    assert answer.status == 415


class Item(msgspec.Struct):
    sku: str
    amount: int = 1


@dataclass
class Filter:
    page: int
    tags: list[str]


def test_a_model_is_the_json_body(ask):
    app = Application()

    @app.post("/", request_schema=Item, blocking=False)
    def index(ctx):
        assert isinstance(ctx.validated, Item)
        return {"amount": ctx.validated_value("amount"), "sku": ctx.params["sku"], "none": ctx.validated_value("x")}

    assert ask(app, "POST /", headers=SENT, body=b'{"sku": "a"}').json == {"amount": 1, "sku": "a", "none": None}
    assert fields(ask(app, "POST /", headers=SENT, body=b'{"sku": 1, "amount": "x"}')) == [
        ("sku", "invalid_type"),
        ("amount", "invalid_type"),
    ]
    assert ask(app, "POST /", headers={"content-type": "text/plain"}, body=b"{}").status == 415


@pytest.mark.parametrize(("body", "code"), [(b"", "missing"), (b"{", "invalid_json"), (b"[]", "invalid_json")])
def test_a_body_that_is_no_model_at_all(ask, body, code):
    assert fields(ask(echoing(Item), "POST /", headers=SENT, body=body)) == [("body", code)]


def test_a_list_of_models_is_the_json_body(ask):
    app = echoing(list[Item])
    assert ask(app, "POST /", headers=SENT, body=b'[{"sku": "a"}]').json == {"validated": [{"sku": "a", "amount": 1}]}


def test_a_model_is_filled_from_path_and_query_where_there_is_no_body(ask):
    app = Application()

    @app.get("/{page:int}", request_schema=Filter, blocking=False)
    def index(ctx):
        return ctx.validated

    assert ask(app, "GET /7?tags=a&tags=b&other=1").json == {"page": 7, "tags": ["a", "b"]}
    assert fields(ask(app, "GET /7", headers=JSON)) == [("tags", "missing")]


def test_controllers_have_contracts_too(ask):
    class Users(Controller):
        prefix = "/users"

        @get("/{id}", request_schema={"id": "integer"})
        async def show(self, ctx: Context):
            return ctx.validated

    app = Application()
    app.add_controller(Users)
    assert ask(app, "GET /users/7").json == {"id": 7}


@pytest.mark.parametrize("method", [b"POST", b"GET"])
def test_a_body_that_arrives_late_is_waited_for(run, method):
    arriving = asyncio.Event()

    async def announce(ctx, call_next):
        arriving.set()
        return await call_next(ctx)

    async def live():
        schema = {"n": {"type": "integer", "source": "body"}}
        app = echoing(schema, methods=(method.decode(),), middleware=[announce])
        async with Server(app, ServerSettings(port=0)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
            writer.write(method + b" / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 8\r\n\r\n")
            await arriving.wait()
            writer.write(b'{"n": 7}')
            answer = await reader.read()
            writer.close()
            return answer

    assert json.loads(run(live()).partition(b"\r\n\r\n")[2]) == {"validated": {"n": 7}}


def test_a_request_is_checked_without_a_coroutine_where_the_action_has_none():
    app = echoing({"n": {"type": "integer", "source": "body"}})
    response = app.handle(Request.build("POST", "/", body=b'{"n": 7}'))
    assert bytes(response.body) == b'{"validated":{"n":7}}'
