"""Implicit returns: what a value returned by an action becomes."""

import dataclasses
import math
from collections import OrderedDict
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import msgspec
import pytest
from arlen_mvc import Application, Response

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"


@dataclasses.dataclass
class Point:
    x: int
    day: date


class Struct(msgspec.Struct):
    x: int


class Model:
    """Shaped like a pydantic model."""

    def model_dump(self, mode):
        return {"mode": mode}


def returning(value):
    app = Application()
    app.get("/", blocking=False)(lambda: value)
    return app


@pytest.mark.parametrize(
    ("value", "status", "content_type", "body"),
    [
        ({"a": [1, None]}, 200, JSON, b'{"a":[1,null]}'),
        ([1, "2"], 200, JSON, b'[1,"2"]'),
        (OrderedDict(b=1, a=2), 200, JSON, b'{"b":1,"a":2}'),
        (MappingProxyType({"a": 1}), 200, JSON, b'{"a":1}'),
        ({"day": date(2026, 11, 22)}, 200, JSON, b'{"day":"2026-11-22"}'),
        ({"at": datetime(2026, 11, 22, tzinfo=UTC), "id": UUID(int=1), "price": Decimal("1.10")}, 200, JSON,
         b'{"at":"2026-11-22T00:00:00Z","id":"00000000-0000-0000-0000-000000000001","price":"1.10"}'),
        (Point(1, date(2026, 11, 22)), 200, JSON, b'{"x":1,"day":"2026-11-22"}'),
        ([Point(1, date(2026, 11, 22))], 200, JSON, b'[{"x":1,"day":"2026-11-22"}]'),
        (Struct(1), 200, JSON, b'{"x":1}'),
        (Model(), 200, JSON, b'{"mode":"json"}'),
        ("héllo", 200, TEXT, "héllo".encode()),
        (b"\x00\x01", 200, BINARY, b"\x00\x01"),
        (bytearray(b"ab"), 200, BINARY, b"ab"),
        (memoryview(b"ab"), 200, BINARY, b"ab"),
        (7, 200, TEXT, b"7"),
        (True, 200, TEXT, b"True"),
        (1.5, 200, TEXT, b"1.5"),
        (Decimal("1.10"), 200, TEXT, b"1.10"),
        (UUID(int=1), 200, TEXT, b"00000000-0000-0000-0000-000000000001"),
        (date(2026, 11, 22), 200, TEXT, b"2026-11-22"),
        (None, 204, "", b""),
        (({"a": 1}, 201), 201, JSON, b'{"a":1}'),
        (("made", 201, {"x-made": "yes"}), 201, TEXT, b"made"),
        (Response(b"own", 418), 418, TEXT, b"own"),
    ],
)  # fmt: skip
def test_the_table_of_implicit_returns(ask, value, status, content_type, body):
    answer = ask(returning(value), "GET /")
    assert (answer.status, answer.headers["content-type"], answer.body) == (status, content_type, body)


def test_the_headers_of_a_triple_are_sent(ask):
    assert ask(returning(("made", 201, {"X-Made": "yes"})), "GET /").headers["x-made"] == "yes"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": object()}, "json_serialization_failed"),
        ({"a": math.nan}, "json_serialization_failed"),
        ([{1, object()}], "json_serialization_failed"),
        (object(), "unsupported_return_type"),
        ((1, 2, 3, 4), "unsupported_return_type"),
        (("body", "status"), "unsupported_return_type"),
    ],
)
def test_a_value_that_cannot_be_answered_is_500_with_its_code(ask, caplog, value, code):
    answer = ask(returning(value), "GET /", headers={"accept": "application/json"})
    assert (answer.status, answer.json["error"]["code"]) == (500, code)
    assert caplog.records[0].levelname == "ERROR"


def test_an_explicit_render_wins_over_the_return_value(ask):
    app = Application()

    @app.get("/", blocking=False)
    def action(ctx):
        ctx.render_text("rendered", 202)
        return {"ignored": True}

    answer = ask(app, "GET /")
    assert (answer.status, answer.text) == (202, "rendered")


def test_status_and_headers_set_on_the_context_shape_an_implicit_return(ask):
    app = Application()

    @app.get("/", blocking=False)
    def action(ctx):
        ctx.status = 201
        ctx.set_header("X-Made", "yes")
        return {"made": True}

    answer = ask(app, "GET /")
    assert (answer.status, answer.headers["x-made"], answer.json) == (201, "yes", {"made": True})


def test_headers_set_on_the_context_are_added_to_a_returned_response_that_lacks_them(ask):
    app = Application()

    @app.get("/", blocking=False)
    def action(ctx):
        ctx.set_header("X-A", "context")
        ctx.set_header("X-B", "context")
        return Response("own", headers={"x-b": "own"})

    headers = ask(app, "GET /").headers
    assert (headers["x-a"], headers["x-b"]) == ("context", "own")


def test_cookies_of_the_context_and_of_the_returned_response_are_all_set(ask):
    app = Application()

    @app.get("/", blocking=False)
    def action(ctx):
        ctx.response.set_cookie("a", "1")
        response = Response("own")
        response.set_cookie("b", "2")
        return response

    cookies = ask(app, "GET /").response.headers.get_all("set-cookie")
    assert sorted(cookie[:3] for cookie in cookies) == ["a=1", "b=2"]


def test_none_with_a_body_on_the_draft_answers_with_that_body(ask):
    app = Application()

    @app.get("/", blocking=False)
    def action(ctx):
        ctx.response.body = b"drafted"

    assert ask(app, "GET /").text == "drafted"


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), memoryview(b"x")])
def test_bytes_have_the_content_type_that_was_set_before(ask, value):
    app = Application()

    @app.get("/attribute", blocking=False)
    def attribute(ctx):
        ctx.response.content_type = "image/png"
        return value

    @app.get("/header", blocking=False)
    def header(ctx):
        ctx.set_header("Content-Type", "image/png")
        return value

    assert ask(app, "GET /attribute").headers["content-type"] == "image/png"
    assert ask(app, "GET /header").headers["content-type"] == "image/png"


def test_generators_are_streamed(run):
    from arlen_http import Request, StreamResponse

    app = Application()

    @app.get("/sync")
    def sync():
        yield b"a"
        yield b"b"

    @app.get("/async")
    async def asynchronous():
        yield b"c"

    async def pieces():
        first = app.handle(Request.build("GET", "/sync"))
        second = app.handle(Request.build("GET", "/async"))
        assert type(first) is StreamResponse
        return list(first.content), [piece async for piece in second.content]

    assert run(pieces()) == ([b"a", b"b"], [b"c"])


def test_a_response_of_the_action_keeps_what_the_answer_varies_by(ask):
    app = Application()

    @app.get("/")
    async def index(ctx):
        ctx.vary("Accept-Language", "Cookie")
        return Response("x", headers={"vary": "Accept"})

    assert ask(app, "GET /").response.headers["vary"] == "Accept, Accept-Language, Cookie"
