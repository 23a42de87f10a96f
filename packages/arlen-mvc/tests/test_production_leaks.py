"""In production no answer of 5xx tells anything of what went wrong, wherever it did, in whatever shape."""

import asyncio
from typing import Annotated

import pytest
from arlen_http import Request, Response, StreamResponse
from arlen_mvc import Application, Depends, HTTPError

SECRET = "hunter2"


class Failing(Exception):
    """Nothing of it may be told: neither its text, nor its name."""


def fail(ctx=None):
    raise Failing(f"connection to postgres://ada:{SECRET}@db refused")


async def fail_later(ctx):
    fail()


class Unprintable:
    secret = SECRET

    def __repr__(self):
        return SECRET


class FailingBefore:
    def process(self, ctx):
        fail()


async def failing_onion(ctx, call_next):
    await call_next(ctx)
    fail()


Item = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def declare(app):
    app.get("/sync", blocking=False)(fail)
    app.get("/thread")(lambda ctx: fail())
    app.get("/coroutine")(fail_later)
    app.get("/http", blocking=False)(lambda ctx: ctx.abort(503, SECRET))
    app.get("/http-detailed", blocking=False)(detailed)
    app.get("/json", blocking=False)(lambda ctx: ctx.render_json(Unprintable()))
    app.get("/implicit-json", blocking=False)(lambda ctx: {"a": Unprintable()})
    app.get("/type", blocking=False)(lambda ctx: Unprintable())
    app.get("/template-missing", blocking=False)(lambda ctx: ctx.render(SECRET))
    app.get("/template-syntax", blocking=False)(lambda ctx: ctx.render("syntax"))
    app.get("/template-failing", blocking=False)(lambda ctx: ctx.render("failing", fail=fail))
    app.get("/strict", blocking=False)(lambda ctx: ctx.render("listing", v=[SECRET]))
    app.get("/before", blocking=False, middleware=[FailingBefore()])(lambda ctx: "ok")
    app.get("/onion", middleware=[failing_onion])(lambda ctx: "ok")
    app.get("/guard", blocking=False, guards=[fail])(lambda ctx: "ok")
    app.get("/contract", blocking=False, response_schema=Item)(lambda ctx: {"n": SECRET})
    app.get("/handled", blocking=False)(handled)
    app.get("/dependency", blocking=False)(dependent)
    app.get("/resource", blocking=False)(lambda ctx: ctx.get(Unprintable))
    app.get("/stop", blocking=False)(lambda ctx: next(iter(())))


def detailed(ctx):
    raise HTTPError(500, message=SECRET, details=[]) from Failing(SECRET)


def handled(ctx):
    raise LookupError(SECRET)


def dependent(ctx, n: Annotated[int, Depends(fail)]):
    return n


PATHS = [
    "/sync", "/thread", "/coroutine", "/http", "/http-detailed", "/json", "/implicit-json", "/type",
    "/template-missing", "/template-syntax", "/template-failing", "/strict", "/before", "/onion", "/guard",
    "/contract", "/handled", "/dependency", "/resource", "/stop", "/child/sync",
]  # fmt: skip

ACCEPTS = ["application/json", "text/html", "application/problem+json", "text/plain"]


def make_app(root, config=None):
    config = {
        "environment": "production",
        "templates": {"precompile": False, "strict_stringify": True},
        **(config or {}),
    }
    app, child = Application(config, root=root), Application(config, root=root)
    declare(app)
    declare(child)
    app.mount("/child", child)
    app.error_handler(LookupError)(lambda ctx, error: fail())
    return app


@pytest.fixture(scope="module", params=["text", "pages", "failing pages"])
def app(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("app")
    page = {"text": None, "pages": "{{ message }} {{ code }} {{ details }}", "failing pages": "{{ 1 / 0 }}"}
    files = {"syntax": "{% hunter2 %}", "failing": "{{ fail() }}", "listing": "{{ v }}"}
    for name, text in files.items():
        (root / "templates").mkdir(exist_ok=True)
        (root / f"templates/{name}.html").write_text(text)
    if page[request.param]:
        (root / "templates/errors").mkdir()
        for status in (500, 503):
            (root / f"templates/errors/{status}.html").write_text(page[request.param])
    return make_app(root)


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", PATHS)
def test_production_leaks_nothing_of_a_failure(app, path, accept, caplog):
    response = asyncio.run(answer(app, path, accept))
    assert response.status in (500, 503)
    told = bytes(response.body).decode() + repr(list(response.headers.items()))
    for leak in (
        SECRET,
        "Failing",
        "postgres",
        "Traceback",
        ".py",
        "Unprintable",
        "ZeroDivision",
        "LookupError",
        "html:",
    ):
        assert leak not in told
    assert "stack" not in told
    assert caplog.records or path.startswith("/http")


async def answer(app, path, accept):
    result = app.handle(Request.build("GET", path, headers={"accept": accept}))
    return result if isinstance(result, Response | StreamResponse) else await result
