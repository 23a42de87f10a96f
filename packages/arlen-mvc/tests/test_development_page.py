"""The development page: everything a developer needs, nothing that is secret, and no other file."""

import base64
import hashlib
import re

import pytest
from arlen_mvc import Application

pytestmark = pytest.mark.usefixtures("caplog")


def failing_app(environment="development", root="."):
    app = Application({"environment": environment}, root=root)

    @app.get("/orders/{id:int}", name="order", blocking=False)
    def show(ctx, id: int):
        password = "hunter2-local"  # noqa: F841
        settings = {"api_key": "hunter2-key", "url": "postgres://ada:hunter2-url@db/shop", "shown": "<visible>"}
        raise LookupError(f"no <order> {id} {len(settings)}")

    return app


@pytest.fixture
def page(ask):
    headers = {"authorization": "Bearer hunter2-header", "x-shown": "header value"}
    return ask(failing_app(), "GET /orders/7?page=2", headers=headers)


def test_it_is_a_500_page_with_the_labels_that_tools_look_for(page):
    assert (page.status, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    for label in ("Arlen Development Exception", "Request ID", "Error Code", "Message", "controller_exception"):
        assert label in page.text
    assert page.headers["x-request-id"] in page.text


def test_it_shows_source_locals_route_request_and_timings(page):
    assert "raise LookupError(f&#34;no &lt;order&gt; {id} {len(settings)}&#34;)" in page.text
    assert "test_development_page.py:" in page.text
    assert "GET /orders/{id:int}" in page.text
    assert "header value" in page.text
    assert "&lt;visible&gt;" in page.text
    assert "total" in page.text


def test_everything_is_escaped(page):
    assert "no &lt;order&gt; 7 3" in page.text
    assert "<order>" not in page.text


def test_values_of_secret_looking_names_are_masked(page):
    shown = re.sub(r"<pre>.*?</pre>", "", page.text, flags=re.DOTALL)
    assert "hunter2" not in shown
    assert shown.count("•••") >= 4


def test_its_own_policy_allows_its_style_sheet_and_nothing_else(page):
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    for source in ("<script", "<link", "<img", "src=", "href=", "style=", "@import", "url("):
        assert source not in page.text


def test_json_clients_get_the_same_facts_as_one_detail(ask):
    answer = ask(failing_app(), "GET /orders/7", headers={"accept": "application/json"})
    [detail] = answer.json["details"]
    assert (detail["field"], detail["code"]) == ("", "controller_exception")
    assert detail["message"] == "LookupError: no <order> 7 3"
    assert detail["meta"]["name"] == "LookupError"
    assert detail["meta"]["file"] == __file__
    assert any("in failing_app.<locals>.show" in frame for frame in detail["meta"]["stack"])


def test_production_never_shows_it(ask):
    answer = ask(failing_app("production"), "GET /orders/7")
    assert answer.text == "internal server error\n"


def test_a_template_s_failure_names_file_and_line_and_shows_the_cause(ask, write):
    root = write({"templates/page.html": "one\n{{ total / count }}\n"})
    app = Application(root=root)

    @app.get("/", blocking=False)
    def index(ctx):
        return ctx.render("page", {"total": 1, "count": 0})

    page = ask(app, "GET /")
    assert "template_error" in page.text
    assert f"{root}/templates/page.html:2" in page.text
    assert "Caused by ZeroDivisionError" in page.text
    [shown] = re.findall(r"<h2>Template</h2>.*?</section>", page.text, re.DOTALL)
    assert '<span data-line="2" class="current">{{ total / count }}</span>' in shown


def test_a_broken_repr_does_not_break_the_page(ask):
    class Rude:
        def __repr__(self):
            raise RuntimeError

    app = Application()

    @app.get("/", blocking=False)
    def index():
        rude = Rude()  # noqa: F841
        raise ValueError

    assert "its repr failed with RuntimeError" in ask(app, "GET /").text


@pytest.mark.parametrize("accept", ["text/html", "application/json", "application/problem+json"])
def test_it_refuses_to_show_itself_in_production_whoever_calls_it(ask, accept):
    from arlen_mvc.error_pages.answers import Failure
    from arlen_mvc.error_pages.development import show_developed

    app = Application({"environment": "production"})
    failure = Failure(500, "controller_exception", "ValueError: hunter2", cause=ValueError("hunter2"))
    app.get("/", blocking=False)(lambda ctx: show_developed(ctx, failure))
    answer = ask(app, "GET /", headers={"accept": accept})
    assert answer.status == 500
    assert "hunter2" not in answer.body.decode()
