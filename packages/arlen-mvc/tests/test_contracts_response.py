"""Response contracts: what is checked, what is let through, and what a violation tells to whom."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec
import pytest
from arlen_mvc import Application, HTTPError, Response, StreamResponse

JSON = {"accept": "application/json"}
USER = {"id": {"type": "integer", "required": True}, "email": {"format": "email"}}


class User(msgspec.Struct):
    id: int
    name: str = "?"


def answering(result, schema=USER, config=None, **options):
    app = Application(config or {})

    @app.get("/", response_schema=schema, name="user", blocking=False, **options)
    def index(ctx):
        return result(ctx) if callable(result) else result

    return app


@pytest.mark.parametrize(
    ("result", "schema"),
    [
        ({"id": 1, "email": "a@b.c"}, USER),
        ({"id": 1, "undeclared": 2}, USER),
        (({"id": 1}, 201), USER),
        (SimpleNamespace, {}),
        ([1, 2], {"items": "integer"}),
        ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, {"at": {"format": "date-time"}}),
        (User(1), USER),
        ({"at": "2026-01-01"}, {"at": {"transformer": "iso8601_date"}}),
    ],
)
def test_a_response_that_keeps_its_promise_is_sent_as_it_is(ask, result, schema):
    app, plain = answering(lambda ctx: result if result is not SimpleNamespace else {}, schema), Application()

    @plain.get("/", blocking=False)
    def index():
        return result if result is not SimpleNamespace else {}

    answer, expected = ask(app, "GET /"), ask(plain, "GET /")
    assert (answer.status, answer.body) == (expected.status, expected.body)


@pytest.mark.parametrize(
    ("result", "schema", "errors"),
    [
        ({"email": "x"}, USER, [("response.email", "invalid_format"), ("response.id", "missing")]),
        ({"id": "1"}, USER, [("response.id", "invalid_type")]),
        ([{"id": 1}], USER, [("response", "invalid_type")]),
        ([1, "2"], {"items": "integer"}, [("response[1]", "invalid_type")]),
        ({"a": [{}]}, {"a": {"items": {"b": {"required": True}}}}, [("response.a[0].b", "missing")]),
        ("plain text", USER, [("response", "invalid_json")]),
        (Response(b"null", content_type="application/json"), USER, [("response", "missing")]),
        (lambda ctx: ctx.render_json({"id": None}), USER, [("response.id", "missing")]),
        (SimpleNamespace(id=1, name=5), User, [("response.name", "invalid_type")]),
        ({"name": "a"}, User, [("response.id", "missing")]),
        ("plain text", User, [("response", "invalid_type")]),
        (lambda ctx: ctx.render_json({"id": "1"}), User, [("response.id", "invalid_type")]),
        (lambda ctx: ctx.render_json([]), User, [("response", "invalid_json")]),
    ],
)
def test_a_broken_promise_is_a_fault_of_the_server_told_to_developers(ask, result, schema, errors):
    answer = ask(answering(result, schema), "GET /", headers=JSON)
    assert (answer.status, answer.json["error"]["code"]) == (500, "response_contract_failed")
    (detail,) = answer.json["details"]
    assert detail["meta"]["route"] == "user"
    assert [(each["field"], each["code"]) for each in detail["meta"]["contract_errors"]] == errors


def test_production_tells_nothing_about_a_broken_promise_and_logs_it_once(ask, caplog):
    app = answering({"id": "secret"}, config={"environment": "production"})
    answer = ask(app, "GET /", headers=JSON)
    assert (answer.status, answer.json["error"]["message"]) == (500, "Internal Server Error")
    assert b"secret" not in answer.body
    assert b"response.id" not in answer.body
    assert [(each.message, each.levelno) for each in caplog.records] == [("response contract failed", logging.ERROR)]


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (None, 204),
        (({"error": "x"}, 409), 409),
        (Response.redirect("/elsewhere"), 302),
        (Response(b"<p>", content_type="text/html; charset=utf-8"), 200),
        (StreamResponse(iter([b"x"]), content_type="application/json"), 200),
    ],
)
@pytest.mark.parametrize("schema", [USER, User], ids=["descriptor", "model"])
def test_refusals_redirections_pages_streams_and_empty_answers_are_not_spoken_of(ask, result, status, schema):
    assert ask(answering(lambda ctx: result, schema), "GET /").status == status


def test_an_error_of_the_action_is_not_held_against_the_contract(ask):
    def fail(ctx):
        raise HTTPError(404)

    assert ask(answering(fail), "GET /").status == 404


@dataclass
class Row:
    id: int
    name: str
    password: str = "hidden"


@pytest.mark.parametrize(
    "result",
    [
        {"id": 1, "name": "a", "password": "hidden"},
        Row(1, "a"),
        SimpleNamespace(id=1, name="a", password="hidden"),
        User(1, "a"),
        ({"id": 1, "name": "a", "password": "hidden"}, 200),
        lambda ctx: ctx.render_json({"id": 1, "name": "a", "password": "hidden"}),
    ],
)
def test_a_model_lets_only_its_declared_members_out(ask, result):
    answer = ask(answering(result, User), "GET /")
    assert (answer.status, answer.json) == (200, {"id": 1, "name": "a"})


def test_a_return_annotation_filters_what_a_descriptor_is_held_against(ask):
    app = Application()

    @app.get("/", response_schema={"id": {"type": "integer", "minimum": 1}})
    async def index(id: int) -> User:
        return Row(id, "a")

    assert ask(app, "GET /?id=1").json == {"id": 1, "name": "a"}
    assert ask(app, "GET /?id=0", headers=JSON).status == 500


def test_coroutines_are_held_to_their_promise_too(ask):
    app = Application()

    @app.get("/", response_schema=USER)
    async def index():
        return {"id": "x"}

    assert ask(app, "GET /", headers=JSON).status == 500
