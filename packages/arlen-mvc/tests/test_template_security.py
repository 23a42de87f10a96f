"""Attacks through templates: what users send is shown, never run, and what is shown is escaped."""

from urllib.parse import quote

import pytest
from arlen_mvc import Application

ATTACKS = [
    "{{ 7 * 7 }}",
    "{{ ctx.runtime.settings }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "${7*7} #{7*7} <%= 7*7 %>",
]


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_template_injection_user_text_is_shown_and_never_compiled(ask, write, attack, environment):
    files = {"templates/page.html": "{{ text }}|{% include 'part' %}", "templates/part.html": "{{ text }}"}
    app = Application({"environment": environment}, root=write(files))
    app.post("/", blocking=False)(lambda ctx: ctx.render("page", text=ctx.query("text")))
    shown = attack.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
    assert ask(app, f"POST /?text={quote(attack)}").text == f"{shown}|{shown}"


@pytest.mark.parametrize(
    "expression",
    [
        "v.__class__", "v['__class__']", "v|attr('__class__')", "([v]|map(attribute='__class__')|list)[0]",
        "v.__init__.__globals__", "url_for.__self__", "ctx._response",
    ],
)  # fmt: skip
def test_private_attributes_are_out_of_reach(ask, write, expression):
    app = Application(root=write({"templates/page.html": f"{{{{ {expression} }}}}"}))
    app.get("/", blocking=False)(lambda ctx: ctx.render("page", v="text"))
    assert ask(app, "GET /").text == ""


@pytest.mark.parametrize("name", ["../secret", "..\\secret", "a/../../secret.txt", "/../secret.txt", "....//secret"])
def test_path_traversal_no_template_name_leads_out_of_the_directory(ask, write, caplog, name):
    app = Application(root=write({"secret.txt": "secret", "secret.html": "secret", "templates/a/page.html": ""}))
    app.get("/", blocking=False)(lambda ctx: ctx.render(ctx.query("name")))
    answer = ask(app, f"GET /?name={quote(name, safe='')}", headers={"accept": "application/json"})
    assert (answer.status, answer.json["details"][0]["code"]) == (500, "template_not_found")


@pytest.mark.parametrize("where", ["<p>{0}</p>", '<a title="{0}">', "{{% set x %}}{0}{{% endset %}}{{{{ x }}}}"])
@pytest.mark.parametrize("file", ["page.html", "page.htm", "page.xml"])
def test_autoescape_markup_of_users_is_text(ask, write, where, file):
    page = where.format("{{ text }}")
    app = Application(root=write({f"templates/{file}": page}))
    app.get("/", blocking=False)(lambda ctx: ctx.render(file, text="""<script>alert("1")</script>'&"""))
    text = ask(app, "GET /").text
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&#39;&amp;" in text
    assert "<script" not in text


@pytest.fixture
def sandboxed(ask, write):
    def sandboxed(page, **values):
        root = write({"templates/page.html": page, "templates/part.html": "{{ v.__class__ }}"})
        app = Application({"templates": {"sandboxed": True}, "environment": "production"}, root=root)
        app.get("/", blocking=False, name="home")(lambda ctx: ctx.render("page", values))
        return ask(app, "GET /", headers={"cookie": "id=hunter2"})

    return sandboxed


class Account:
    balance = 7

    def close(self):
        raise AssertionError("closed")

    close.unsafe_callable = True


@pytest.mark.parametrize(
    "page",
    [
        "{{ '{0.__class__}'.format(v) }}",
        "{{ v.append(1) }}",
        "{{ account.close() }}",
        "{{ range(10000000) }}",
        "{{ ctx.runtime.settings }}",
        "{{ request.cookies.id }}",
        "{{ session }}",
        "{{ url_for.__self__.request }}",
        "{% include 'part' %}",
    ],
)
def test_a_sandboxed_template_reaches_neither_the_request_nor_python(sandboxed, caplog, page):
    value = [1]
    answer = sandboxed(page, v=value, account=Account())
    assert "hunter2" not in answer.text
    assert "class" not in answer.text
    assert (answer.status, answer.text) in ((200, ""), (500, "internal server error\n"))
    assert value == [1]


def test_a_sandboxed_template_still_does_its_work(sandboxed):
    page = "{{ url_for('home') }} {{ account.balance }} {% for x in v %}{{ x|upper }}{% endfor %}{% include 'part' %}"
    assert sandboxed(page, v=["<a>"], account=Account()).text == "/ 7 &lt;A&gt;"
