"""The context: what an action can read from it, and how it answers through it."""

import pytest
from arlen_http import Request
from arlen_mvc import Application, Context, HTTPError


def answering(action, config=None):
    app = Application(config or {})
    app.get("/{rest:path}", blocking=False, name="any")(action)
    return app


def test_typed_readers_give_none_for_what_is_absent_or_malformed(ask):
    def action(ctx):
        return [
            ctx.query("page"),
            ctx.query_int("page"),
            ctx.query_bool("enabled"),
            ctx.query_int("bad"),
            ctx.query_bool("bad"),
            ctx.query_int("absent"),
            ctx.header("X-Limit"),
            ctx.header_int("x-limit"),
            ctx.header_bool("x-debug"),
            ctx.header_int("x-bad"),
            ctx.header_bool("x-absent"),
        ]

    headers = {"x-limit": "15", "x-debug": "false", "x-bad": "NaN"}
    answer = ask(answering(action), "GET /?page=7&enabled=on&bad=perhaps", headers=headers)
    assert answer.json == ["7", 7, True, None, None, None, "15", 15, False, None, None]


def test_params_are_the_query_overridden_by_the_path(ask):
    app = Application()
    app.get("/{id:int}", blocking=False)(lambda ctx: ctx.params)
    assert ask(app, "GET /7?id=9&q=x").json == {"id": 7, "q": "x"}


@pytest.mark.parametrize(
    ("config", "target", "accept", "format"),
    [
        ({}, "/page", None, "html"),
        ({}, "/api", None, "json"),
        ({}, "/api/users", None, "json"),
        ({}, "/apiary", None, "html"),
        ({}, "/api/users", "text/html", "html"),
        ({}, "/page", "application/json", "json"),
        ({}, "/page", "text/html;q=0.5, application/json", "json"),
        ({}, "/page", "text/html,application/xhtml+xml,*/*;q=0.8", "html"),
        ({}, "/page", "*/*", "html"),
        ({}, "/api/page", "*/*", "json"),
        ({"api_only": True}, "/page", None, "json"),
    ],
)
def test_the_format_that_a_client_prefers(ask, config, target, accept, format):
    headers = {"accept": accept} if accept else {}
    assert ask(answering(lambda ctx: ctx.request_format, config), f"GET {target}", headers=headers).text == format


def test_renders_set_type_status_and_body(ask):
    renders = {
        "json": lambda ctx: ctx.render_json({"a": 1}, 201),
        "text": lambda ctx: ctx.render_text("a", 202),
        "html": lambda ctx: ctx.render_html("<p>", 203),
        "data": lambda ctx: ctx.render_data(b"\x00", "image/png"),
        "nothing": lambda ctx: ctx.render_text(None),
    }
    app = answering(lambda ctx, rest: renders[rest](ctx))
    seen = {name: ask(app, f"GET /{name}") for name in renders}
    assert {name: (each.status, each.headers["content-type"], each.body) for name, each in seen.items()} == {
        "json": (201, "application/json; charset=utf-8", b'{"a":1}'),
        "text": (202, "text/plain; charset=utf-8", b"a"),
        "html": (203, "text/html; charset=utf-8", b"<p>"),
        "data": (200, "image/png", b"\x00"),
        "nothing": (200, "text/plain; charset=utf-8", b""),
    }


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_has_a_location_and_no_body(ask, status):
    answer = ask(answering(lambda ctx: ctx.redirect("/there?a=b", status)), "GET /")
    assert (answer.status, answer.headers["location"], answer.body) == (status, "/there?a=b", b"")


def test_an_empty_redirect_goes_to_the_root(ask):
    assert ask(answering(lambda ctx: ctx.redirect("")), "GET /").headers["location"] == "/"


@pytest.mark.parametrize(("location", "status"), [("/a\r\nset-cookie: x=1", 302), ("/", 200), ("/", 304)])
def test_a_redirect_that_is_none_is_refused(run, location, status):
    app = answering(lambda ctx: None)
    refused = []

    def action(ctx):
        with pytest.raises(ValueError) as caught:
            ctx.redirect(location, status)
        refused.append(caught.value)

    app = answering(action)
    app.handle(Request.build("GET", "/"))
    assert refused


def test_url_for_names_mount_prefix_format_anchor_and_origin(ask):
    child = Application()

    @child.get("/users/{id:int}", name="user", blocking=False)
    def user(ctx, id: int):
        return [
            ctx.url_for("user", id=9, q="ä", tags=["x", "y"], none=None),
            ctx.url_for("user", id=9, _format="json", _anchor="top", p=1),
            ctx.url_for("user", id=9, _anchor="größe 2/3"),
            ctx.url_for("user", id=9, _external=True),
        ]

    app = Application()
    app.mount("/admin", child)
    assert ask(app, "GET /admin/users/7", headers={"host": "shop.example"}).json == [
        "/admin/users/9?q=%C3%A4&tags=x&tags=y",
        "/admin/users/9.json?p=1#top",
        "/admin/users/9#gr%C3%B6%C3%9Fe%202/3",
        "http://shop.example/admin/users/9",
    ]


def test_not_found_and_abort_end_the_request(ask):
    def action(ctx, rest):
        ctx.not_found("no such book") if rest == "book" else ctx.abort(409, "sold out")

    app = answering(action)
    assert (ask(app, "GET /book").status, ask(app, "GET /book").text) == (404, "no such book\n")
    assert (ask(app, "GET /x").status, ask(app, "GET /x").text) == (409, "sold out\n")


def test_the_stash_is_one_dict_for_the_request(ask):
    app = answering(lambda ctx: ctx.stash)

    @app.use
    async def fill(ctx, call_next):
        ctx.stash["user"] = "ada"
        return await call_next(ctx)

    assert ask(app, "GET /").json == {"user": "ada"}


def test_work_after_the_response_is_handed_to_the_server_and_its_failure_is_logged(run, ask, caplog):
    done = []

    async def later(what):
        done.append(what)

    def action(ctx):
        ctx.after_response(done.append, "sync")
        ctx.after_response(later, "async")
        ctx.after_response(done.index, "absent")
        return "sent"

    answer = ask(answering(action), "GET /")
    assert done == []

    async def send():
        for work in answer.response.after:
            await work()

    run(send())
    assert done == ["sync", "async"]
    assert [record.message for record in caplog.records] == ["after-response work failed"]


class ShopContext(Context):
    __slots__ = ()

    @property
    def greeting(self) -> str:
        return f"hello {self.query('name')}"


def test_a_context_class_adds_shortcuts(ask):
    app = Application(context_class=ShopContext)

    @app.get("/", blocking=False)
    def index(ctx: ShopContext):
        return ctx.greeting

    assert ask(app, "GET /?name=ada").text == "hello ada"


def test_the_errors_status_has_a_code_and_message_of_its_own():
    error = HTTPError(429)
    assert (error.status, error.code, error.message) == (429, "too_many_requests", "Too Many Requests")
