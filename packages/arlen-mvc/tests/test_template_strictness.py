"""Strict renders: what is missing, or has no text, fails the page and says where."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from arlen_config import Config
from arlen_http import Request
from arlen_mvc import Application, TemplateError
from arlen_mvc.templates import Strictness


@pytest.fixture
def render(run, write):
    """The text of the template ``page`` with these files and values; what fails is raised."""

    def render(files, strictness, environment="development", **values):
        app = Application({"environment": environment}, root=write({f"templates/{k}": v for k, v in files.items()}))
        caught = []

        @app.get("/", blocking=False)
        def index(ctx):
            try:
                return ctx.render("page", values, strictness=strictness)
            except TemplateError as error:
                caught.append(error)

        body = app.handle(Request.build("GET", "/")).body
        if caught:
            raise caught[0]
        return bytes(body).decode()

    return render


LOCALS, STRINGIFY = Strictness(locals=True), Strictness(stringify=True)
USER = {"user": {"profile": {"email": "a@b"}, "tags": [1]}, "thing": SimpleNamespace(x=1)}


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize(
    ("page", "missing"),
    [
        ("{{ gone }}", ("gone", "gone", "gone")),
        ("{{ gone.at.depth }}", ("gone", "gone.at.depth", "gone")),
        ("{{ user.name }}", ("user", "user.name", "name")),
        ("{{ user.profile.phone.number }}", ("user", "user.profile.phone.number", "phone")),
        ("{{ user['profile'].phone }}", ("user", "user.profile.phone", "phone")),
        ("{{ thing.y }}", ("thing", "thing.y", "y")),
        ("{{ thing._private }}", ("thing", "thing._private", "_private")),
        ("{{ thing['_private'] }}", ("thing", "thing._private", "_private")),
        ("{{ user.tags[3].name }}", ("user", "user.tags.3.name", "3")),
        ("{% for x in user.items_ %}{% endfor %}", ("user", "user.items_", "items_")),
        ("{% if gone %}{% endif %}", ("gone", "gone", "gone")),
        ("{{ gone() }}", ("gone", "gone", "gone")),
        ("{{ gone + 1 }}", ("gone", "gone", "gone")),
        ("{{ user.name ~ 'x' }}", ("user", "user.name", "name")),
        ("{{ user.name|upper }}", ("user", "user.name", "name")),
        ("{{ (user.tags|first).name }}", ("", "name", "name")),
    ],
)
def test_strict_locals_tell_the_root_the_path_and_the_segment(render, page, missing, environment):
    with pytest.raises(TemplateError) as caught:
        render({"page.html": f"\n  {page}"}, LOCALS, environment, **USER)
    details = caught.value.details
    assert (details["local"], details["key_path"], details["segment"]) == missing
    assert (caught.value.code, caught.value.line) == ("template_execution_failed", 2)


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("{{ gone is defined }}", "False"),
        ("{{ user.profile.phone.number is defined }}", "False"),
        ("{{ user.profile.phone.number is undefined }}", "True"),
        ("{{ gone|default('d') }}", "d"),
        ("{{ user.profile.phone|default('none') }}", "none"),
        ("{{ user.profile.email }}", "a@b"),
        ("{{ none_ }}", ""),
        ("{% for t in user.tags %}{{ loop.index }}{{ t }}{% endfor %}", "11"),
        ("{% set x = 1 %}{{ x }}", "1"),
    ],
)
def test_strict_locals_let_questions_and_defaults_pass(render, page, text, environment):
    assert render({"page.html": page}, LOCALS, environment, none_=None, **USER) == text


@pytest.mark.parametrize("environment", ["development", "production"])
def test_strictness_holds_inside_layouts_and_partials(render, environment):
    files = {
        "layout.html": "{% block body %}{% endblock %}",
        "page.html": '{% extends "layout" %}{% block body %}{% include "partial" %}{% endblock %}',
        "partial.html": "\n\n  {{ user.phone }}",
    }
    with pytest.raises(TemplateError) as caught:
        render(files, LOCALS, environment, **USER)
    assert caught.value.path.endswith("partial.html")
    assert (caught.value.line, caught.value.column) == (3, 6)
    assert render(files, None, environment, **USER).strip() == ""


class Described:
    def __str__(self):
        return "described"


class Marked:
    def __html__(self):
        return "<b>marked</b>"


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), [1], (1,), {"a": 1}, {1}, object(), SimpleNamespace()])
def test_strict_stringify_refuses_what_has_no_text(render, value, environment):
    with pytest.raises(TemplateError, match="has no text to show") as caught:
        render({"page.html": "{{ v }}"}, STRINGIFY, environment, v=value)
    if type(value) is not SimpleNamespace:
        assert type(value).__qualname__ in str(caught.value)
    assert "has no text" not in render({"page.html": "{{ v }}"}, None, environment, v=value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("<", "&lt;"), (1, "1"), (1.5, "1.5"), (True, "True"), (None, ""), (Described(), "described"),
     (Marked(), "<b>marked</b>")],
)  # fmt: skip
def test_strict_stringify_shows_what_has_one(render, value, text):
    assert render({"page.html": "{{ v }}{{ gone }}"}, STRINGIFY, "production", v=value) == text


def test_the_settings_say_what_is_strict_where_a_render_does_not(ask, write):
    config = {"templates": {"strict_locals": True, "strict_stringify": True}}
    app = Application(config, root=write({"templates/page.html": "{{ v }}", "templates/gone.html": "{{ gone }}"}))
    app.get("/list", blocking=False)(lambda ctx: ctx.render("page", v=[1]))
    app.get("/gone", blocking=False)(lambda ctx: ctx.render("gone"))
    app.get("/lenient", blocking=False)(lambda ctx: ctx.render("page", v=[1], strictness=Strictness()))
    app.error_handler(500)(lambda ctx, error: error.message if hasattr(error, "message") else str(error))
    assert "a list has no text" in ask(app, "GET /list").text
    assert "gone is missing" in ask(app, "GET /gone").text
    assert ask(app, "GET /lenient").text == "[1]"


@pytest.mark.parametrize("environment", ["development", "production"])
def test_concurrent_renders_of_different_strictness_do_not_affect_each_other(write, environment):
    files = {"templates/page.html": "{% include 'part' %}", "templates/part.html": "[{{ user.name }}{{ v }}]"}
    app = Application({"environment": environment}, root=write(files))

    @app.get("/{n:int}", blocking=False)
    def index(ctx, n: int):
        try:
            ctx.render("page", {"user": {}, "v": [n]}, strictness=Strictness(bool(n & 1), bool(n & 2)))
        except TemplateError as error:
            return ctx.render_text("locals" if "key_path" in error.details else "stringify")

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda n: bytes(app.handle(Request.build("GET", f"/{n}")).body).decode(), range(200)))
    expected = {0: lambda n: f"[[{n}]]", 1: lambda n: "locals", 2: lambda n: "stringify", 3: lambda n: "locals"}
    assert texts == [expected[n % 4](n) for n in range(200)]


@pytest.mark.parametrize(
    ("page", "column"),
    [
        ("ab {{ 1 / 0 }}", 7),
        ("<p>{% if gone.x == 1 / 0 %}{% endif %}", 1),
        ("{{ a }} {{ 1 / 0 }}", 1),
        ("  {% include 'gone' %}", 15),
    ],
)
def test_an_error_has_a_column_where_it_can_be_told(render, page, column):
    with pytest.raises(TemplateError) as caught:
        render({"page.html": f"\n{page}"}, None)
    assert (caught.value.line, caught.value.column) == (2, column)
    assert caught.value.details["column"] == column


@pytest.mark.parametrize("name", ["", None, 7])
def test_what_is_no_template_name_is_refused(write, name):
    app = Application(root=write({"templates/page.html": ""}))
    caught = []

    @app.get("/", blocking=False)
    def index(ctx):
        with pytest.raises(TemplateError) as refused:
            ctx.render(name)
        caught.append(refused.value.code)

    app.handle(Request.build("GET", "/"))
    assert caught == ["template_invalid_argument"]


@pytest.mark.parametrize(
    ("variable", "source"),
    [("ARLEN_TEMPLATES_STRICT_LOCALS", "{{ nobody }}"), ("ARLEN_TEMPLATES_STRICT_STRINGIFY", "{{ [1] | list }}")],
)
def test_the_environment_makes_every_render_strict(ask, write, variable, source):
    for value, status in (("true", 500), ("false", 200)):
        root = write({"templates/page.html": source})
        app = Application(Config.load(root, "development", {variable: value}), root=root)
        app.get("/", blocking=False)(lambda ctx: ctx.render("page"))
        assert ask(app, "GET /").status == status


@pytest.mark.parametrize("environment", ["development", "production"])
def test_a_constant_is_shown_as_any_other_value(render, environment):
    page = "{{ none }}|{{ [1] }}|{{ 1 }}|{{ '<' }}|{{ true }}"
    assert render({"page.html": page}, Strictness(), environment) == "|[1]|1|&lt;|True"
    assert render({"page.html": "{{ none }}|{{ 1.5 }}"}, Strictness(True, True), environment) == "|1.5"
    with pytest.raises(TemplateError, match="a list has no text to show"):
        render({"page.html": "{{ [1] }}"}, Strictness(stringify=True), environment)
