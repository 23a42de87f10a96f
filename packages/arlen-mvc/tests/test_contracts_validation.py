"""Errors that an action collects by itself."""

import logging

import pytest
from arlen_mvc import Application

JSON = {"accept": "application/json"}


def answering(action, **options):
    app = Application()
    app.get("/{id}", blocking=False, **options)(action)
    return app


@pytest.mark.parametrize(
    ("query", "value", "error"),
    [
        ("?name=Ada", "Ada", None),
        ("", None, ("name", "missing", "is required")),
        ("?name=", None, ("name", "missing", "is required")),
    ],
)
def test_a_required_text(ask, query, value, error):
    def index(ctx):
        return [ctx.require_string("name"), [(each.field, each.code, each.message) for each in ctx.errors]]

    assert ask(answering(index), f"GET /7{query}").json == [value, [list(error)] if error else []]


@pytest.mark.parametrize(
    ("query", "value", "error"),
    [
        ("?n=%207", 7, None),
        ("?n=-7", -7, None),
        ("", None, ("n", "missing", "is required")),
        ("?n=", None, ("n", "missing", "is required")),
        ("?n=x", None, ("n", "invalid_integer", "must be an integer")),
        ("?n=9223372036854775808", None, ("n", "invalid_integer", "must be an integer")),
    ],
)
def test_a_required_integer(ask, query, value, error):
    def index(ctx):
        return [ctx.require_int("n"), [(each.field, each.code, each.message) for each in ctx.errors]]

    assert ask(answering(index), f"GET /7{query}").json == [value, [list(error)] if error else []]


def test_a_required_value_may_be_a_validated_one(ask):
    def index(ctx):
        return [ctx.require_int("n"), ctx.require_string("n"), ctx.string_param("id"), ctx.string_param("x")]

    app = answering(index, request_schema={"n": {"type": "integer", "default": 5}})
    assert ask(app, "GET /7").json == [5, "5", "7", None]


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_recorded_errors_are_answered_as_json_whoever_asks(ask, accept):
    def index(ctx):
        ctx.add_error("start", "after_end", "is after the end", {"end": 3})
        ctx.add_error("other")
        ctx.set_header("x-kept", "1")
        assert ctx.render_errors()
        return "ignored"

    answer = ask(answering(index), "GET /7", headers={"accept": accept})
    assert (answer.status, answer.headers["x-kept"]) == (422, "1")
    assert answer.json["error"]["code"] == "validation_failed"
    assert "trace_id" in answer.json["error"]
    assert answer.json["details"] == [
        {"field": "start", "code": "after_end", "message": "is after the end", "meta": {"end": 3}},
        {"field": "other", "code": "invalid", "message": "invalid value"},
    ]


def test_without_errors_nothing_is_rendered(ask):
    def index(ctx):
        assert ctx.render_errors() is False
        return {"errors": ctx.errors}

    assert ask(answering(index), "GET /7").json == {"errors": []}


def test_the_list_of_errors_is_a_copy(ask):
    def index(ctx):
        ctx.add_error("a")
        ctx.errors.clear()
        return len(ctx.errors)

    assert ask(answering(index), "GET /7").text == "1"


def test_refused_values_are_not_logged(ask, caplog):
    app = answering(lambda ctx: None, request_schema={"password": {"minLength": 30}})
    with caplog.at_level(logging.DEBUG):
        ask(app, "GET /7?password=hunter2", headers=JSON)
    assert "hunter2" not in caplog.text
