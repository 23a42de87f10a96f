"""Templates: names, escaping, layouts, collections, key paths, and errors that name file and line."""

from types import SimpleNamespace

import pytest
from arlen_mvc import Application, ApplicationError, TemplateError
from arlen_mvc.templates import Templates


@pytest.fixture
def render(ask, write):
    """The text of the template ``page``, with these files and values."""

    def render(files, config=None, name="page", **values):
        options = {key: values.pop(key) for key in ("layout",) if key in values}
        app = Application(config or {}, root=write({f"templates/{file}": text for file, text in files.items()}))
        app.get("/", blocking=False, name="home")(lambda ctx: ctx.render(name, values, **options))
        answer = ask(app, "GET /", headers={"accept": "application/json"})
        if answer.status == 500:
            [detail] = answer.json["details"]
            raise AssertionError(detail["code"], detail["message"], detail["meta"]["file"], detail["meta"]["line"])
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return answer.text

    return render


@pytest.mark.parametrize("name", ["users/show", "users/show.html", "./users/show", "/users/show", "users\\show"])
def test_logical_names(render, name):
    assert render({"users/show.html": "shown"}, name=name) == "shown"


def test_output_is_escaped_and_safe_output_is_not(render):
    page = "{{ text }}|{{ text|safe }}|{{ nothing }}|{{ null }}{# unseen #}"
    assert render({"page.html": page}, text="a&b<c>d\"e'f", null=None) == (
        "a&amp;b&lt;c&gt;d&#34;e&#39;f|a&b<c>d\"e'f||"
    )


def test_text_templates_are_not_escaped(render):
    assert render({"mail.txt": "{{ text }}"}, name="mail.txt", text="a&b") == "a&b"


def test_a_layout_surrounds_the_page_and_sees_its_values(render):
    files = {"page.html": "<p>{{ who }}</p>", "layouts/main.html": "<h1>{{ who }}</h1>{{ content }}"}
    assert render(files, layout="layouts/main", who="A&B") == "<h1>A&amp;B</h1><p>A&amp;B</p>"
    config = {"templates": {"default_layout": "layouts/main"}}
    assert render(files, config, who="x") == "<h1>x</h1><p>x</p>"
    assert render(files, config, layout="", who="x") == "<p>x</p>"


def test_inheritance_and_partials_use_logical_names_and_the_includer_s_values(render):
    files = {
        "layouts/main.html": "<main>{% block body %}{% endblock %}</main>",
        "page.html": '{% extends "layouts/main" %}{% block body %}{% include "partials/_nav" %}{% endblock %}',
        "partials/_nav.html": "<nav>{{ user }}</nav>",
    }
    assert render(files, user="ada") == "<main><nav>ada</nav></main>"


def test_collections_render_a_partial_for_each_element(render):
    files = {
        "page.html": '{{ render_collection("partials/_row", rows, as="row") }}.',
        "partials/_row.html": "{{ row_index }}:{{ row }}{{ mark }} ",
    }
    assert render(files, rows=iter(["<a>", "b"]), mark="!") == "0:&lt;a&gt;! 1:b! ."
    assert render(files, rows=[]) == "."


@pytest.mark.parametrize(
    ("expression", "value", "text"),
    [
        ("v.items", {"items": "key"}, "key"),
        ("v.a.b", {"a": {"b": 1}}, "1"),
        ("v.a.b", SimpleNamespace(a={"b": 1}), "1"),
        ("v.a.b.c", {}, ""),
        ("v._private", SimpleNamespace(_private="secret"), ""),
        ("v.__class__", "text", ""),
        ("v['_private']", {"_private": 1}, "1"),
        ("missing.at.any.depth", None, ""),
    ],
)
def test_key_paths(render, expression, value, text):
    assert render({"page.html": f"{{{{ {expression} }}}}"}, v=value) == text


def test_shortcuts_reach_the_request_and_routes(render):
    page = "{{ request.path }} {{ url_for('home', q=1) }} {{ static_url('app.css') }} {{ ctx.route_name }}"
    assert render({"page.html": page}) == "/ /?q=1 /static/app.css home"


def test_without_a_context_the_stash_is_visible_and_with_one_it_is_not(ask, write):
    app = Application(root=write({"templates/page.html": "{{ a }}{{ b }}"}))

    @app.use
    async def fill(ctx, call_next):
        ctx.stash["a"] = "stashed"
        return await call_next(ctx)

    app.get("/stash", blocking=False)(lambda ctx: ctx.render("page", b="!"))
    app.get("/context", blocking=False)(lambda ctx: ctx.render("page", {"b": "?"}))
    assert ask(app, "GET /stash").text == "stashed!"
    assert ask(app, "GET /context").text == "?"


def test_the_application_adds_globals_filters_and_tests(ask, write):
    app = Application(root=write({"templates/page.html": "{{ shop }} {{ 3|double }} {{ 4 is even_ }}"}))
    app.template_global("shop", "Books")
    app.template_filter("double")(lambda number: number * 2)
    app.template_test("even_")(lambda number: number % 2 == 0)
    app.get("/", blocking=False)(lambda ctx: ctx.render("page"))
    assert ask(app, "GET /").text == "Books 6 True"


def test_render_negotiated_gives_json_clients_the_data(ask, write):
    app = Application(root=write({"templates/page.html": "<p>{{ a }}</p>"}))
    app.get("/", blocking=False)(lambda ctx: ctx.render_negotiated("page", {"a": 1}))
    app.get("/own", blocking=False)(lambda ctx: ctx.render_negotiated("page", {"a": 1}, json={"b": 2}))
    html, json = ask(app, "GET /"), ask(app, "GET /", headers={"accept": "application/json"})
    assert (html.text, json.json) == ("<p>1</p>", {"a": 1})
    assert html.headers["vary"] == json.headers["vary"] == "Accept"
    assert ask(app, "GET /own", headers={"accept": "application/json"}).json == {"b": 2}


@pytest.mark.parametrize(
    ("files", "code", "message", "file", "line"),
    [
        ({}, "template_not_found", "template 'page.html' not found in", "page.html", None),
        ({"page.html": "\n{% include 'gone' %}"}, "template_not_found", "'gone.html' not found in", "page.html", 2),
        ({"page.html": "\n\n{% if %}"}, "template_syntax", "Expected an expression", "page.html", 3),
        ({"page.html": "a\n{{ 1 / 0 }}"}, "template_execution_failed", "ZeroDivisionError", "page.html", 2),
        ({"page.html": "{{ url_for('gone') }}"}, "template_execution_failed", "gone", "page.html", 1),
        (
            {"page.html": "{% include 'partials/_bad' %}", "partials/_bad.html": "\n\n{{ 1 / 0 }}"},
            "template_execution_failed",
            "ZeroDivisionError",
            "_bad.html",
            3,
        ),
        ({"../page.html": "outside"}, "template_not_found", "not found", "../page.html", None),
    ],
)
def test_a_failure_names_its_kind_file_and_line(render, caplog, files, code, message, file, line):
    name = "../page" if "../page.html" in files else "page"
    with pytest.raises(AssertionError) as caught:
        render(files, name=name)
    found_code, found_message, found_file, found_line = caught.value.args
    assert (found_code, found_line) == (code, line)
    assert message in found_message
    assert found_file.endswith(file)


def test_development_reads_changed_templates_and_production_does_not(ask, write):
    texts = {}
    for environment in ("development", "production"):
        root = write({"templates/page.html": "old"})
        app = Application({"environment": environment}, root=root)
        app.get("/", blocking=False)(lambda ctx: ctx.render("page"))
        before = ask(app, "GET /").text
        (root / "templates/page.html").write_text("a newer one")
        touch_later(root / "templates/page.html")
        texts[environment] = (before, ask(app, "GET /").text)
    assert texts == {"development": ("old", "a newer one"), "production": ("old", "old")}


def touch_later(path):
    import os

    stat = path.stat()
    os.utime(path, (stat.st_atime, stat.st_mtime + 10))


def test_production_compiles_every_template_at_start_and_lists_all_mistakes(run, write):
    root = write(
        {
            "templates/a.html": "{% extends 'layouts/gone' %}",
            "templates/b.html": "fine\n{% include 'partials/_gone' %}{% include 'maybe' ignore missing %}",
            "templates/c.html": "{% for %}",
            "templates/d.html": "{% include ['gone', 'a'] %}{{ x }}",
            "templates/e.html": "{% include name %}",
        }
    )
    with pytest.raises(ApplicationError) as caught:
        run(Application({"environment": "production"}, root=root).start())
    templates = root / "templates"
    assert [(each.place, each.problem) for each in caught.value.mistakes] == [
        (f"{templates}/a.html:1:4", "extends of 'layouts/gone', which is missing"),
        (f"{templates}/b.html:2:4", "include of 'partials/_gone', which is missing"),
        (f"{templates}/c.html:1:4", "Expected an expression, got 'end of statement block'"),
    ]
    run(Application({"environment": "development"}, root=root).start())


def test_a_template_that_is_not_text_is_a_mistake(run, write):
    root = write({"templates/a.html": ""})
    (root / "templates/a.html").write_bytes(b"\xff\xfe")
    with pytest.raises(ApplicationError, match="is not UTF-8 text"):
        run(Application({"environment": "production"}, root=root).start())


def test_templates_render_from_many_threads_at_once(run, write):
    from concurrent.futures import ThreadPoolExecutor

    from arlen_http import Request

    app = Application(root=write({"templates/page.html": "{{ n }}"}))
    app.get("/{n}", blocking=False)(lambda ctx: ctx.render("page", {"n": ctx.path_params["n"]}))
    run(app.start())
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda n: app.handle(Request.build("GET", f"/{n}")).body, range(200)))
    assert bodies == [str(n).encode() for n in range(200)]


def test_only_files_below_the_directory_exist(write):
    templates = Templates(write({"templates/page.html": "", "outside.html": ""}) / "templates", reload=False)
    assert templates.exists("page")
    assert not templates.exists("gone")
    assert not templates.exists("../outside")


def test_an_error_of_templates_says_where():
    error = TemplateError("gone", code="template_not_found", path="page.html")
    assert (error.code, error.details) == ("template_not_found", {"path": "page.html", "line": None, "column": 1})
