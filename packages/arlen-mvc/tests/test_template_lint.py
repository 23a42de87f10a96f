"""The linter: every kind of finding, its place, and what is not one."""

import json
import os
import subprocess
import sys

import pytest
from arlen_mvc import Application
from arlen_mvc.templates import Templates
from hypothesis import given
from hypothesis import strategies as st

POLICY = "default-src 'self'"


@pytest.fixture
def lint(write):
    def lint(source, path="page.html", csrf=False, policy=""):
        root = write({"templates/part.html": "", "templates/layouts/main.html": ""}) / "templates"
        linter = Templates(root, reload=False).linter(csrf=csrf, content_security_policy=policy)
        return [(each.level, each.code, each.line, each.column) for each in linter.lint(source, path)]

    return lint


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        ("fine {{ a.b }}\n{% if a %}{% endif %}{# c #}{% raw %}{{ }}{% endraw %}", []),
        ("a\n  {{ user.name", [("unclosed_tag", 2, 6)]),
        ("{{ user.name <p>\n{{ x }}", [("unclosed_tag", 1, 4)]),
        ("a {% if x", [("unclosed_tag", 1, 6)]),
        ("a {# x", [("unclosed_tag", 1, 5)]),
        ("a {% raw %} x", [("unclosed_tag", 1, 12)]),
        ("\n {% if x %}\n{% for y in x %}{% endfor %}", [("unclosed_tag", 2, 5)]),
        ("{% block a %}{% for y in x %}{% endblock %}", [("syntax_error", 1, 1)]),
        ("{% set x = 1 %}{% set y %}", [("unclosed_tag", 1, 19)]),
        ("{{ }} {{}}\n{{- -}}", [("empty_expression", 1, 3), ("empty_expression", 1, 9), ("empty_expression", 2, 4)]),
        ("{{ user. }}", [("invalid_keypath", 1, 4)]),
        ("{{ user..name }} {% if a. %}{% endif %}", [("invalid_keypath", 1, 4), ("invalid_keypath", 1, 21)]),
        ("{{ user.[0] }}", [("invalid_keypath", 1, 4)]),
        ("\n{{ a b }}", [("syntax_error", 2, 4)]),
        ("{{ a ? b }}", [("syntax_error", 1, 4)]),
        ("{% nothing %}", [("syntax_error", 1, 4)]),
        ("{% endif %}", [("syntax_error", 1, 4)]),
        ("a\r\n{{ }}\r\n{{ b. }}", [("empty_expression", 2, 3), ("invalid_keypath", 3, 4)]),
        ('{% include "part" %}{% include "gone" %}', [("missing_template", 1, 24)]),
        ('{% extends "layouts/gone" %}', [("missing_template", 1, 4)]),
        ('{% import "gone" as g %}', [("missing_template", 1, 4)]),
        ('\n{% from "gone" import a %}', [("missing_template", 2, 4)]),
        ('{% include ["gone", "part"] %}{% include ["g", "h"] ignore missing %}{% include "g" ignore missing %}', []),
        ('{% include "../../secret" %}', [("missing_template", 1, 4)]),
        ("{{ a|upper|shout }}", [("unknown_filter", 1, 12)]),
        ("{% filter shout %}{% endfilter %}", [("unknown_filter", 1, 11)]),
        ("{{ a is tall }} {{ a is not odd }} {{ a is not tall }}", [("unknown_test", 1, 9), ("unknown_test", 1, 48)]),
        ("{{ a|upper if a is defined else 'is x|y' }}", []),
    ],
)  # fmt: skip
def test_errors(lint, source, findings):
    assert lint(source) == [("error", *finding) for finding in findings]


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        ("{% include name %}{% include name ignore missing %}", [("unguarded_include", 1, 4)]),
        ('{% include "part" ~ n %}{% include "pa" ~ "rt" %}', [("unguarded_include", 1, 4)]),
        ("{% extends name %}", []),
        ("{{ a|safe }} {{ '<b>'|safe }} {{ b|safe }}", [("raw_output", 1, 6), ("raw_output", 1, 36)]),
        ("{% autoescape false %}{{ a }}{% endautoescape %}", [("raw_output", 1, 4)]),
        ("{% autoescape false %}text{{ 'x' }}{% endautoescape %}", []),
        ("{% autoescape true %}{{ a }}{% endautoescape %}", []),
        ("{# locals: a, b #}{{ a }}{{ b.c }}{{ d.a }}\n{{ d }}{{ url_for('x') }}", [("undeclared_local", 1, 38)]),
        ("{# locals: #}{% for x in [1] %}{{ x }}{% endfor %}{% set y = 1 %}{{ y }}{{ loop }}",
         [("undeclared_local", 1, 76)]),
        ("{# a comment #}{{ a }}", []),
    ],
)  # fmt: skip
def test_warnings(lint, source, findings):
    assert lint(source) == [("warning", *finding) for finding in findings]


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        ('<p>\n <form action="{{ a }}" method="post"><input></form>', [("form_without_csrf", 2, 2)]),
        ("<form METHOD='POST'>{{ csrf_field() }}</form><FORM method=post></FORM>", [("form_without_csrf", 1, 46)]),
        ('<form method="post">{% if a > b %}<input name="csrf_token">{% endif %}', []),
        ('<form method="get"></form><form></form>', []),
    ],
)
def test_a_form_that_posts_needs_a_token_where_csrf_protection_is_on(lint, source, findings):
    assert lint(source, csrf=True) == [("warning", *finding) for finding in findings]
    assert lint(source) == []


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        ("<a\n href='x' onclick='f()'>", [("inline_handler", 1, 1)]),
        ("<p>\n<script>f()</script>", [("inline_handler", 2, 1)]),
        ('<script nonce="{{ csp_nonce() }}">f()</script><script src="/a.js"></script>', []),
        ("<script type='module' src='{{ static_url('a.js') }}'></script>", []),
        ("<p {% if a %}class='x'{% endif %} title='onclick='>", []),
    ],
)
def test_inline_scripts_are_told_under_a_policy_that_forbids_them(lint, source, findings):
    assert lint(source, policy=POLICY) == [("warning", *finding) for finding in findings]
    assert lint(source, policy="script-src 'unsafe-inline'; default-src 'none'") == lint(source) == []


def test_text_templates_have_no_markup(lint):
    assert lint("<form method=post></form>", "mail.txt", csrf=True, policy=POLICY) == []


PIECES = st.lists(
    st.sampled_from(
        ["{{ ", " }}", "{% ", " %}", "{#", "#}", "{% raw %}", "{% endraw %}", "a", ".", "|", "is", "if ", "endif",
         "for x in y", "include 'z'", "set a", "=", "\n", "<form method=post>", "<script>", "'", '"', "-%}", "{%-", "&",
         "é", "(", "]"]
    ),
    max_size=25,
)  # fmt: skip


@given(PIECES)
def test_any_source_is_read_alike_twice_in_order_and_within_its_lines(tmp_path_factory, pieces):
    source = "".join(pieces)
    linter = Templates(tmp_path_factory.getbasetemp(), reload=False).linter(csrf=True, content_security_policy=POLICY)
    findings = linter.lint(source, "page.html")
    assert findings == linter.lint(source, "page.html")
    assert findings == sorted(findings, key=lambda each: (each.line, each.column, each.code, each.message))
    lines = source.split("\n")
    assert all(1 <= each.column <= len(lines[each.line - 1]) + 1 for each in findings)


def test_what_the_linter_finds_no_error_in_compiles(write):
    root = write({"templates/a.html": "{{ a|upper }}{% if a is odd %}{% endif %}"}) / "templates"
    templates = Templates(root, reload=False)
    assert templates.linter().lint_file("a.html") == []
    templates.environment.get_template("a.html")


def command(root, *arguments):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ARLEN", "PYTEST", "COV"))}
    argv = [sys.executable, "-m", "arlen_mvc", "templates", *arguments]
    return subprocess.run(argv, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_tells_each_finding_in_a_line_and_counts(write):
    root = write({"templates/b.html": "{{ a|safe }}", "templates/a/b.html": "\n{{ }}", "templates/c.md": "{{"})
    done = command(root, "check")
    assert (done.returncode, done.stdout) == (1, "templates: checked 2 templates\n")
    first, second = done.stderr.splitlines()
    assert first.startswith("templates: error path=a/b.html line=2 column=3 code=empty_expression message=")
    assert second.startswith("templates: warning path=b.html line=1 column=6 code=raw_output message=")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["check", "b.html"], 0),
        (["check", "--warnings-as-errors", "b.html"], 1),
        (["check", "a"], 1),
        (["check", "templates/b.html"], 0),
        (["check", "templates/a/"], 1),
        (["check", "./templates"], 1),
        (["check", "gone.html"], 2),
        (["check", "--template-root", "nowhere"], 2),
        (["check", "--app", "nowhere:app"], 2),
        (["check", "--unknown"], 2),
        ([], 2),
    ],
)
def test_the_exit_status_of_the_command(write, monkeypatch, capsys, arguments, status):
    from arlen_mvc.__main__ import main

    monkeypatch.chdir(write({"templates/b.html": "{{ a|safe }}", "templates/a/b.html": "{{ }}"}))
    assert main(["templates", *arguments]) == status


def test_the_command_prints_json(write, monkeypatch, capsys):
    from arlen_mvc.__main__ import main

    monkeypatch.chdir(write({"templates/b.html": "{{ a|safe }}"}))
    assert main(["templates", "check", "--json"]) == 0
    [finding] = json.loads(capsys.readouterr().out)
    told = [finding[name] for name in ("level", "code", "path", "line", "column")]
    assert told == ["warning", "raw_output", "b.html", 1, 6]


def test_only_templates_is_a_command(capsys):
    from arlen_mvc.__main__ import main

    assert main(["other"]) == main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_an_application_s_own_filters_and_protection_count(write, monkeypatch, capsys):
    from arlen_mvc.__main__ import main

    program = (
        "from arlen_mvc import Application\n"
        "app = Application({'session': {'enabled': True, 'secret': 's' * 32}})\n"
        "app.template_filter('shout')(str.upper)\n"
    )
    page = "{{ a|shout }}<form method=post><p onclick='f()'></form>"
    monkeypatch.chdir(write({"templates_app.py": program, "templates/a.html": page}))
    monkeypatch.syspath_prepend(".")
    assert main(["templates", "check", "--app", "templates_app:app"]) == 0
    told = capsys.readouterr().err
    assert "form_without_csrf" in told
    assert "inline_handler" in told
    assert "unknown_filter" not in told


def test_the_start_reports_errors_and_leaves_warnings(run, write):
    app = Application({"environment": "production"}, root=write({"templates/a.html": "{{ a|safe }}"}))
    run(app.start())
    run(app.shutdown())
