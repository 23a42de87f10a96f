"""Cross-site request forgery: what a foreign page makes a browser send is refused, what our own pages send is not."""

import asyncio
import json
import re

import pytest
from arlen_http import Request, Server, ServerSettings
from arlen_mvc import Application, Controller, Router, csrf_exempt, get, post
from arlen_mvc.csrf.tokens import is_token, masked
from hypothesis import given
from hypothesis import strategies as st

SECRET = "a secret of thirty-two bytes or so"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def app():
    app = Application({"session": {"enabled": True, "secret": SECRET}})

    @app.get("/form", blocking=False)
    def form(ctx):
        return {"token": ctx.csrf_token}

    @app.get("/page", blocking=False)
    def page(ctx):
        return "no form here"

    @app.route("/transfer", ["POST", "PUT", "PATCH", "DELETE", "GET"], blocking=False)
    async def transfer(ctx):
        return {"done": True, "body": (await ctx.request.body()).decode()}

    @app.post("/upload", blocking=False)
    async def upload(ctx):
        form = await ctx.request.form()
        return {"name": form["name"], "file": form.file("file").read().decode()}

    @app.post("/login", blocking=False)
    def login(ctx):
        ctx.rotate_session()
        ctx.session["user"] = 7

    return app


@pytest.fixture
def visit(app, ask):
    """Read the form: the cookie that the browser has then, and the token on the page."""

    def visit(cookie=None):
        answer = ask(app, "GET /form", headers={"cookie": cookie} if cookie else {})
        lines = answer.response.headers.get_all("set-cookie")
        return lines[0].partition(";")[0] if lines else cookie, answer.json["token"]

    return visit


def refused(answer):
    return (answer.status, answer.text) == (403, "csrf verification failed\n")


HTML = {"accept": "text/html"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_with_the_token_in_the_header_passes(app, ask, visit, method):
    cookie, token = visit()
    assert ask(app, f"{method} /transfer", headers={"cookie": cookie, "X-CSRF-Token": token}).json["done"]


def test_the_token_may_be_in_the_query(app, ask, visit):
    cookie, token = visit()
    assert ask(app, f"POST /transfer?csrf_token={token}", headers={"cookie": cookie}).status == 200


def test_the_token_may_be_a_form_field_and_the_action_still_reads_the_body(app, ask, visit):
    cookie, token = visit()
    body = f"csrf_token={token}&amount=5"
    assert ask(app, "POST /transfer", headers={"cookie": cookie, **FORM}, body=body).json["body"] == body


def test_the_token_may_be_a_field_of_a_form_with_files_and_the_action_still_gets_them(app, ask, visit):
    cookie, token = visit()
    parts = {'name="csrf_token"': token, 'name="name"': "Ada", 'name="file"; filename="a.txt"': "content"}
    lines = [f"--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{text}\r\n" for head, text in parts.items()]
    headers = {"cookie": cookie, "content-type": "multipart/form-data; boundary=b"}
    answer = ask(app, "POST /upload", headers=headers, body="".join(lines) + "--b--\r\n")
    assert answer.json == {"name": "Ada", "file": "content"}


def test_a_form_with_files_that_arrives_piece_by_piece_is_there_for_the_action_too(app, run, visit):
    cookie, token = visit()
    parts = {'name="csrf_token"': token, 'name="name"': "Ada", 'name="file"; filename="a.txt"': "content" * 5000}
    lines = [f"--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{text}\r\n" for head, text in parts.items()]
    body = ("".join(lines) + "--b--\r\n").encode()
    head = (
        f"POST /upload HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()

    async def scenario():
        async with Server(app, ServerSettings(port=0)) as server:
            reader, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
            for piece in (head, body[:100], body[100:20_000], body[20_000:]):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
        return json.loads(answer.partition(b"\r\n\r\n")[2])

    assert run(scenario()) == {"name": "Ada", "file": "content" * 5000}


def test_names_of_header_and_field_are_configured(ask):
    csrf = {"header_name": "X-Crumb", "query_param_name": "crumb"}
    app = Application({"session": {"enabled": True, "secret": SECRET}, "csrf": csrf})
    app.get("/form", blocking=False)(lambda ctx: {"token": ctx.csrf_token})
    app.post("/", blocking=False)(lambda: "done")
    answer = ask(app, "GET /form")
    cookie, token = answer.headers["set-cookie"].partition(";")[0], answer.json["token"]
    assert ask(app, "POST /", headers={"cookie": cookie, "x-crumb": token}).text == "done"
    assert ask(app, "POST /", headers={"cookie": cookie, **FORM}, body=f"crumb={token}").text == "done"
    assert refused(ask(app, "POST /", headers={"cookie": cookie, "x-csrf-token": token, **HTML}))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_methods_need_no_token(app, ask, method):
    assert ask(app, f"{method} /transfer", headers={"origin": "https://evil.example"}).status < 300


def test_a_page_that_reads_no_token_sets_no_cookie(app, ask):
    assert "set-cookie" not in ask(app, "GET /page").headers


def test_the_token_is_another_text_each_time_and_always_the_same_token(app, ask, visit):
    cookie, first = visit()
    _, second = visit(cookie)
    assert first != second
    for token in (first, second):
        assert ask(app, "POST /transfer", headers={"cookie": cookie, "x-csrf-token": token}).status == 200


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_masked_token_is_that_token_and_no_other(one, other):
    shown = masked(one.hex())
    assert re.fullmatch("[0-9a-f]{128}", shown)
    assert is_token(shown, one.hex())
    assert is_token(shown, other.hex()) is (one == other)


# What an attacker can try


def test_csrf_a_missing_token_is_refused(app, ask, visit):
    cookie, _ = visit()
    assert refused(ask(app, "POST /transfer", headers={"cookie": cookie, **HTML}))


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "0" * 128,
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token[:64],
        lambda token: token.upper().replace("A", "Z"),
        lambda token: f"{token}0",
        lambda token: "é" * 128,
        lambda token: " ",
    ],
)
def test_token_forgery_a_wrong_token_is_refused(app, ask, visit, forge):
    cookie, token = visit()
    headers = {"cookie": cookie, **FORM, **HTML}
    assert refused(ask(app, "POST /transfer", headers=headers, body=f"csrf_token={forge(token)}"))


def test_csrf_the_token_of_another_session_is_refused(app, ask, visit):
    cookie, _ = visit()
    _, foreign = visit()
    assert refused(ask(app, "POST /transfer", headers={"cookie": cookie, "x-csrf-token": foreign, **HTML}))


def test_csrf_a_session_without_a_token_refuses_every_unsafe_request(app, ask, visit):
    _, token = visit()
    assert refused(ask(app, "POST /transfer", headers={"x-csrf-token": token, **HTML}))


def test_csrf_login_a_foreign_page_cannot_log_a_browser_in(app, ask, visit):
    assert refused(ask(app, "POST /login", headers={**FORM, **HTML}, body="user=attacker&password=known"))
    cookie, token = visit()
    headers = {"cookie": cookie, "origin": "https://evil.example", "x-csrf-token": token, **HTML}
    assert refused(ask(app, "POST /login", headers=headers))


def test_the_token_of_before_the_login_is_worth_nothing_after_it(app, ask, visit):
    cookie, token = visit()
    after = ask(app, "POST /login", headers={"cookie": cookie, "x-csrf-token": token}).headers["set-cookie"]
    cookie = after.partition(";")[0]
    cookie, _ = visit(cookie)
    assert refused(ask(app, "POST /transfer", headers={"cookie": cookie, "x-csrf-token": token, **HTML}))


CROSS_ORIGIN = [
    ({"origin": "https://evil.example"}, False),
    ({"origin": "http://localhost.evil.example"}, False),
    ({"origin": "http://evil.example/localhost"}, False),
    ({"origin": "http://localhost:81"}, False),
    ({"origin": "null"}, False),
    ({"origin": ""}, False),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "same-site", "origin": "http://other.localhost"}, False),
    ({"sec-fetch-site": "cross-site", "origin": "http://localhost"}, False),
    ({"sec-fetch-site": "something-new"}, False),
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "none"}, True),
    ({"origin": "http://localhost"}, True),
    ({"origin": "https://LOCALHOST"}, True),
    ({"sec-fetch-site": "cross-site", "origin": "https://app.example"}, True),
    ({"origin": "https://app.example"}, True),
    ({"origin": "http://app.example"}, False),
    ({}, True),
]


@pytest.mark.parametrize(("headers", "passes"), CROSS_ORIGIN)
def test_csrf_a_request_from_another_origin_is_refused_even_with_the_token(ask, headers, passes):
    csrf = {"trusted_origins": ["https://app.example/"]}
    app = Application({"session": {"enabled": True, "secret": SECRET}, "csrf": csrf})
    app.get("/form", blocking=False)(lambda ctx: {"token": ctx.csrf_token})
    app.post("/", blocking=False)(lambda: "done")
    answer = ask(app, "GET /form")
    cookie, token = answer.headers["set-cookie"].partition(";")[0], answer.json["token"]
    answer = ask(app, "POST /", headers={"cookie": cookie, "x-csrf-token": token, **headers})
    assert (answer.status == 200) is passes


def test_the_refusal_is_negotiated(app, ask):
    assert ask(app, "POST /transfer", headers={"accept": "application/json"}).json["error"]["code"] == "csrf_failed"
    assert refused(ask(app, "POST /transfer", headers=HTML))


def test_a_body_is_not_read_for_a_session_that_has_no_token(app, run):
    """The first bytes of an upload of an anonymous client are enough to refuse it."""
    request = Request.build("POST", "/upload", headers={"content-type": "multipart/form-data"}, body=b"no boundary")
    assert run(app.handle(request)).status == 403


# Exemptions


def test_routes_actions_groups_and_controllers_can_be_exempt(ask):
    app = Application({"session": {"enabled": True, "secret": SECRET}})

    @app.post("/decorated", blocking=False)
    @csrf_exempt
    def decorated():
        return "done"

    app.post("/route", blocking=False, csrf=False)(lambda: "done")
    with app.group("/hooks", csrf=False) as hooks:
        hooks.post("/inside", blocking=False)(lambda: "done")
        hooks.post("/guarded", blocking=False, csrf=True)(lambda: "done")
    router = Router("/router", csrf=False)
    router.post("/inside", blocking=False)(lambda: "done")
    app.include(router)

    @app.add_controller
    class Hooks(Controller):
        prefix = "/controller"
        csrf = False

        @post("/exempt", blocking=False)
        def exempt(self, ctx):
            return "done"

        @post("/guarded", blocking=False, csrf=True)
        def guarded(self, ctx):
            return "done"

        @get("/safe", blocking=False)
        def safe(self, ctx):
            return "done"

    exempt = ["/decorated", "/route", "/hooks/inside", "/router/inside", "/controller/exempt"]
    assert [ask(app, f"POST {path}").status for path in exempt] == [200] * len(exempt)
    guarded = ["/hooks/guarded", "/controller/guarded"]
    assert [ask(app, f"POST {path}").status for path in guarded] == [403] * len(guarded)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer x.y.z"}, 401),
        ({"authorization": "Basic YTpi"}, 403),
        ({"authorization": "Bearer x.y.z", "cookie": "arlen_session=v2.a.b"}, 403),
        ({}, 403),
    ],
)
def test_a_bearer_token_without_a_session_cookie_goes_on_to_the_route_s_own_check(ask, headers, status):
    auth = {"enabled": True, "bearer_secret": SECRET}
    app = Application({"session": {"enabled": True, "secret": SECRET}, "auth": auth})
    app.post("/api", blocking=False, required_scopes=["write"])(lambda: "done")
    assert ask(app, "POST /api", headers=headers).status == status


def test_a_bearer_token_on_a_route_that_requires_nothing_is_no_exemption(app, ask):
    assert refused(ask(app, "POST /transfer", headers={"authorization": "Bearer x.y.z", **HTML}))


def test_without_csrf_protection_nothing_is_asked(ask):
    app = Application({"session": {"enabled": True, "secret": SECRET}, "csrf": {"enabled": False}})
    app.post("/", blocking=False)(lambda: "done")
    assert ask(app, "POST /", headers={"origin": "https://evil.example"}).text == "done"


def test_paths_without_a_route_keep_their_own_answers(app, ask):
    assert [ask(app, line).status for line in ("POST /nowhere", "POST /page")] == [404, 405]


# Templates


def test_templates_get_field_and_token_also_inside_imported_macros(ask, write):
    root = write(
        {
            "templates/forms.html": "{% macro start() %}<form>{{ csrf_field() }}{% endmacro %}",
            "templates/page.html": '{% from "forms.html" import start %}{{ start() }}|{{ csrf_token() }}',
        }
    )
    app = Application({"session": {"enabled": True, "secret": SECRET}}, root=root)
    app.get("/", blocking=False)(lambda ctx: ctx.render("page"))
    app.post("/", blocking=False)(lambda: "done")
    answer = ask(app, "GET /")
    cookie = answer.headers["set-cookie"].partition(";")[0]
    found = re.fullmatch(r'<form><input type="hidden" name="csrf_token" value="(\w+)">\|(\w+)', answer.text)
    for token in found.groups():
        assert ask(app, "POST /", headers={"cookie": cookie, "x-csrf-token": token}).text == "done"


def test_a_template_for_applications_with_and_without_protection_has_no_field_where_there_is_none(ask, write):
    app = Application(root=write({"templates/page.html": "<form>{{ csrf_field() }}</form>"}))
    app.get("/", blocking=False)(lambda ctx: ctx.render("page"))
    assert ask(app, "GET /").text == "<form></form>"
