import json

import pytest

APP = """
from arlen_mvc import Application

app = Application(root=".")


@app.template_filter("shout")
def shout(text):
    return text.upper()


def create():
    return app
"""


@pytest.fixture
def templates(here):
    (here / "templates").mkdir()
    (here / "templates" / "good.html").write_text("<p>{{ name }}</p>")
    return here / "templates"


@pytest.fixture
def shop(here, templates):
    package = here / "src" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(APP)
    (here / "pyproject.toml").write_text('[tool.arlen]\napp = "shop:create"\n')
    (templates / "loud.html").write_text("{{ name|shout }}")
    return here


def test_check_needs_no_application(arlen, templates):
    ran = arlen("templates", "check")
    assert (ran.status, ran.out, ran.err) == (0, "templates: checked 1 templates\n", "")


def test_check_tells_each_error_on_a_line_and_fails(arlen, templates):
    (templates / "bad.html").write_text("{{ user. }}")
    ran = arlen("templates", "check")
    assert (ran.status, ran.out) == (1, "templates: checked 2 templates\n")
    assert ran.err.startswith("templates: error path=bad.html line=1 column=4 code=invalid_keypath message=")
    assert [each["code"] for each in json.loads(arlen("templates", "check", "--json").out)] == ["invalid_keypath"]
    assert arlen("templates", "check", "templates/good.html").status == 0


@pytest.mark.parametrize("chosen", [(), ("--app", "shop:app")])
def test_the_filters_of_the_application_here_count(arlen, shop, chosen):
    ran = arlen("templates", "check", *chosen)
    assert (ran.status, ran.out, ran.err) == (0, "templates: checked 2 templates\n", "")


def test_a_directory_that_is_named_is_checked_without_the_application(arlen, shop):
    ran = arlen("templates", "check", "--template-root", "templates")
    assert ran.status == 1
    assert "code=unknown_filter" in ran.err


def test_compile_writes_bytecode_and_a_manifest_or_nothing(arlen, shop):
    ran = arlen("templates", "compile", "--output-dir", "out")
    assert (ran.status, ran.out) == (0, "templates: compiled 2 templates to out\n")
    assert (shop / "out" / "manifest.json").is_file()
    (shop / "templates" / "bad.html").write_text("{% if %}")
    assert arlen("templates", "compile", "--output-dir", "none").status == 1
    assert not (shop / "none").exists()


def test_an_application_that_cannot_be_imported_is_told_with_its_place(arlen, shop):
    (shop / "src" / "shop" / "__init__.py").write_text("app = = 1")
    ran = arlen("templates", "check")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("arlen templates: build failed")
    assert "__init__.py:1:7" in ran.err


@pytest.mark.parametrize("arguments", [(), ("frob",), ("check", "--frob"), ("check", "nope.html")])
def test_wrong_usage_is_status_2(arlen, templates, arguments):
    ran = arlen("templates", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err


def test_each_action_lists_its_options(arlen, templates):
    ran = arlen("templates", "check", "--help")
    assert ran.status == 0
    assert "--warnings-as-errors" in ran.out
