"""Answers in one frame: by hand, and for every JSON answer."""

import json

import pytest
from arlen_mvc import Application, HTTPError, Response, StreamResponse

ENVELOPED = {"api_helpers": {"response_envelope_enabled": True}}


def answering(result, settings=ENVELOPED, **options):
    app = Application({"environment": "production", **settings})
    app.get("/", blocking=False, **options)(lambda ctx: result(ctx) if callable(result) else result)
    return app


def test_an_envelope_holds_the_ids_of_the_request(ask):
    app = answering(lambda ctx: ctx.envelope([1], {"page": 2}), {})
    answer = ask(app, "GET /")
    meta = answer.json["meta"]
    assert answer.json["data"] == [1]
    assert meta["page"] == 2
    assert meta["request_id"] == meta["correlation_id"] == answer.headers["x-request-id"]
    assert meta["trace_id"] in answer.headers["traceparent"]


def test_what_the_caller_says_of_itself_stays_and_without_traces_there_is_no_trace_id(ask):
    app = answering(
        lambda ctx: ctx.render_envelope(None, {"request_id": "own"}, 201),
        {"observability": {"trace_propagation_enabled": False}},
    )
    answer = ask(app, "GET /")
    assert (answer.status, answer.json["data"], answer.json["meta"]["request_id"]) == (201, None, "own")
    assert "trace_id" not in answer.json["meta"]


@pytest.mark.parametrize(
    ("result", "framed"),
    [
        ({"a": 1}, {"data": {"a": 1}}),
        ([1, 2], {"data": [1, 2]}),
        ({}, {"data": {}}),
        ({"data": None, "error": None}, {"data": {"data": None, "error": None}}),
        ({"data": 1}, {"data": 1}),
        ({"data": 1, "meta": {"page": 1}}, {"data": 1, "meta": {"page": 1}}),
        ({"error": "x"}, {"error": "x"}),
        (({"why": "so"}, 409), {"error": {"why": "so"}}),
        (({"error": {"code": "c"}}, 409), {"error": {"code": "c"}}),
    ],
)
def test_json_answers_are_framed_unless_they_are(ask, result, framed):
    answer = ask(answering(result), "GET /")
    request_id = answer.headers["x-request-id"]
    assert answer.json == {**framed, "meta": {**framed.get("meta", {}), "request_id": request_id}}


def test_a_request_id_and_a_meta_of_the_action_s_own_stay(ask):
    assert ask(answering({"data": 1, "meta": {"request_id": "own"}}), "GET /").json["meta"] == {"request_id": "own"}
    assert ask(answering({"data": 1, "meta": 7}), "GET /").json == {"data": 1, "meta": 7}


def test_numbers_and_blanks_are_kept_as_they_were_written(ask):
    text = '  {"n": 1.10, "big": 123456789012345678901234567890}\n'
    answer = ask(answering(lambda ctx: Response(text, content_type="application/json")), "GET /")
    assert answer.body.startswith(b'{"data":{"n": 1.10, "big": 123456789012345678901234567890},"meta":')
    assert json.loads(answer.body)["data"]["n"] == 1.1


def test_errors_of_the_framework_get_their_meta(ask):
    def refuse(ctx):
        raise HTTPError(409, "taken")

    answer = ask(answering(refuse), "GET /", headers={"accept": "application/json"})
    assert answer.json["error"]["code"] == "taken"
    assert answer.json["meta"] == {"request_id": answer.headers["x-request-id"]}


async def pieces():
    yield b"{}"


@pytest.mark.parametrize(
    "result",
    [
        "text",
        lambda ctx: Response(b"", content_type="application/json"),
        lambda ctx: Response(b"{broken", content_type="application/json"),
        lambda ctx: Response(b"{}", 304, content_type="application/json"),
        lambda ctx: Response(b"{}", content_type="application/problem+json"),
        lambda ctx: Response(b"{}", headers={"content-type": "text/html"}, content_type="application/json"),
        lambda ctx: StreamResponse(pieces(), content_type="application/json"),
    ],
)
def test_everything_else_is_left_alone(ask, result):
    assert ask(answering(result), "GET /").body == ask(answering(result, {}), "GET /").body


def test_switched_off_nothing_is_touched(ask):
    assert ask(answering({"a": 1}, {}), "GET /").json == {"a": 1}


def test_an_automatic_tag_is_that_of_the_framed_answer(ask):
    plain = {"api_helpers": {"automatic_etags": True}}
    both = {"api_helpers": {"automatic_etags": True, "response_envelope_enabled": True}}
    assert ask(answering([1], plain), "GET /").headers["etag"] != ask(answering([1], both), "GET /").headers["etag"]
