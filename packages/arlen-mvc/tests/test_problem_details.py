"""Problem Details (RFC 9457): for clients that ask for them, and for all where the settings say so."""

import json

import pytest
from arlen_mvc import Application, FieldError, HTTPError

PROBLEM = {"accept": "application/problem+json"}


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return json.loads(answer.body)


@pytest.fixture
def app():
    return failing_app()


def failing_app(config=None, **options):
    app = Application(config or {}, **options)

    @app.get("/sold/{what}", blocking=False)
    def sold(ctx, what: str):
        raise HTTPError(409, "sold_out", "Sold out", [FieldError("sku", "gone", "is gone", {"left": 0})], {"x-a": "b"})

    @app.get("/broken", blocking=False)
    def broken(ctx):
        raise ValueError("hunter2")

    @app.get("/number", blocking=False)
    def number(ctx, page: int):
        return page

    return app


def test_a_problem_has_the_members_of_the_standard_and_ours(ask, app):
    answer = ask(app, "GET /sold/a%20b?c=d", headers=PROBLEM)
    assert problem(answer) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Sold out",
        "instance": "/sold/a%20b",
        "code": "sold_out",
        "request_id": answer.headers["x-request-id"],
        "errors": [{"field": "sku", "code": "gone", "message": "is gone", "meta": {"left": 0}}],
    }
    assert (answer.status, answer.headers["x-a"]) == (409, "b")


def test_the_title_is_not_repeated_as_detail(ask, app):
    told = problem(ask(app, "GET /nowhere", headers=PROBLEM))
    assert (told["title"], told["code"], "detail" in told, "errors" in told) == ("Not Found", "not_found", False, False)


def test_validation_errors_are_listed(ask, app):
    told = problem(ask(app, "GET /number?page=x", headers=PROBLEM))
    assert (told["status"], told["code"], [each["field"] for each in told["errors"]]) == (
        422,
        "validation_failed",
        ["page"],
    )


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/problem+json", "application/problem+json"),
        ("application/json, application/problem+json;q=0.9", "application/problem+json"),
        ("application/json", "application/json; charset=utf-8"),
        ("application/vnd.shop.v1+json", "application/json; charset=utf-8"),
        ("application/json, application/problem+json;q=0", "application/json; charset=utf-8"),
        ("application/json, application/problem+jsonx", "application/json; charset=utf-8"),
        ("text/html, application/problem+json;q=0.5", "text/plain; charset=utf-8"),
    ],
)
def test_who_gets_a_problem(ask, app, accept, content_type):
    assert ask(app, "GET /nowhere", headers={"accept": accept}).headers["content-type"] == content_type


def test_the_settings_make_it_the_shape_of_all_errors_as_json(ask):
    app = failing_app({"errors": {"format": "problem"}})
    assert problem(ask(app, "GET /nowhere", headers={"accept": "application/json"}))["code"] == "not_found"
    assert ask(app, "GET /nowhere").text == "not found\n"


def test_development_tells_the_exception_and_production_does_not(ask, caplog):
    told = problem(ask(failing_app(), "GET /broken", headers=PROBLEM))
    assert (told["detail"], told["errors"][0]["meta"]["name"]) == ("ValueError: hunter2", "ValueError")
    told = problem(ask(failing_app({"environment": "production"}), "GET /broken", headers=PROBLEM))
    assert told.keys() == {"type", "title", "status", "instance", "code", "request_id"}
    assert told["code"] == "controller_exception"


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/problem+json", "*/*"])
@pytest.mark.parametrize("target", ["/broken", "/sold/a", "/nowhere", "/number?page=x"])
def test_caches_are_told_that_the_form_of_an_error_depends_on_accept(ask, environment, accept, target):
    app = failing_app({"environment": environment})
    assert ask(app, f"GET {target}", headers={"accept": accept}).headers["vary"] == "Accept"
