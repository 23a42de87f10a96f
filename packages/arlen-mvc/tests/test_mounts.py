"""Applications under a prefix."""

import asyncio
import sys
import threading

import pytest
from arlen_http import Request, Response, Server, ServerSettings
from arlen_mvc import Application, ApplicationError, MissingDependencyError


async def exchange(url, request):
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def echo_app(config=None):
    app = Application(config or {})

    @app.get("/{rest:path}", blocking=False)
    def echo(ctx):
        return [ctx.request.root_path, ctx.request.raw_path, ctx.request.query_string]

    return app


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ("/embedded", ["/embedded", "/", ""]),
        ("/embedded/", ["/embedded", "/", ""]),
        ("/embedded/x/y?a=1", ["/embedded", "/x/y", "a=1"]),
        ("/embedded/deep/x", ["/embedded/deep", "/x", ""]),
        ("/embeddedx", ["", "/embeddedx", ""]),
    ],
)
def test_the_longest_prefix_at_a_segment_boundary_gets_the_rest_of_the_path(ask, target, seen):
    app = echo_app()
    app.mount("/embedded/", echo_app())
    app.mount("embedded/deep", echo_app())
    assert ask(app, f"GET {target}").json == seen


def test_the_prefix_is_named_in_the_answer_once_for_the_innermost_mount(ask):
    inner, middle, app = echo_app(), Application(), Application()
    middle.mount("/inner", inner)
    app.mount("/middle", middle)
    answer = ask(app, "GET /middle/inner/x")
    assert answer.json == ["/middle/inner", "/x", ""]
    assert answer.headers["x-arlen-mount-prefix"] == "/inner"


def test_the_parent_s_middleware_does_not_run_and_the_child_s_errors_apply(ask):
    app = Application()
    seen = []

    @app.use
    async def layer(ctx, call_next):
        seen.append(ctx.request.path)
        return await call_next(ctx)

    app.mount("/api", Application({"api_only": True}))
    assert ask(app, "GET /api/nowhere").json["error"]["code"] == "not_found"
    assert seen == []


def test_mounts_start_before_and_stop_after_the_application(run):
    journal = []
    child, app = Application(), Application()
    child.on_start(lambda: journal.append("child start"))
    child.on_stop(lambda: journal.append("child stop"))
    app.on_start(lambda: journal.append("app start"))
    app.on_stop(lambda: journal.append("app stop"))
    app.mount("/child", child)

    async def live():
        await app.start()
        await app.shutdown()

    run(live())
    assert journal == ["child start", "app start", "app stop", "child stop"]


def test_a_mount_that_cannot_start_stops_the_parent_and_the_mounts_before_it(run):
    stopped = []
    good, bad, app = Application(), Application(), Application()
    good.on_stop(lambda: stopped.append("good"))
    bad.on_start(lambda: False)
    app.mount("/good", good)
    app.mount("/bad", bad)
    with pytest.raises(ApplicationError, match="mounted application failed to start at /bad") as caught:
        run(app.start())
    assert caught.value.code == "mount_failed"
    assert caught.value.details["prefix"] == "/bad"
    assert "returned False" in caught.value.details["cause"]
    assert stopped == ["good"]


class Handler:
    async def handle(self, request):
        return Response(f"handled {request.path}")


def test_any_object_with_handle_can_be_mounted(ask):
    app = Application()
    app.mount("/other", Handler())
    answer = ask(app, "GET /other/x")
    assert (answer.text, answer.headers["x-arlen-mount-prefix"]) == ("handled /x", "/other")


def test_refused_mounts_say_why():
    app = Application()
    app.mount("/taken", Handler())
    for prefix, other, reason in [
        ("/taken/", Handler(), "something is mounted there already"),
        ("/", Handler(), "a mount needs a path such as /admin"),
        (" ", Handler(), "a mount needs a path such as /admin"),
        ("/self", app, "into itself"),
        ("/none", None, "has no handle"),
    ]:
        with pytest.raises(ApplicationError, match=reason) as caught:
            app.mount(prefix, other)
        assert caught.value.code == "mount_refused"


def test_what_is_neither_asgi_nor_arlen_is_told_where_to_go():
    def wsgi(environ, start_response):
        return []

    with pytest.raises(ApplicationError, match="mount_wsgi takes WSGI applications"):
        Application().mount("/old", wsgi)


# WSGI


def wsgi_echo(environ, start_response):
    start_response("201 Created", [("content-type", "text/plain"), ("x-thread", threading.current_thread().name)])
    names = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_X_ASKED")
    yield " ".join(environ.get(name, "-") for name in names).encode()
    yield b" " + environ["wsgi.input"].read()


def test_a_wsgi_application_is_served_below_its_prefix(run):
    async def live():
        app = Application()
        app.mount_wsgi("/old", wsgi_echo, workers=2)
        async with Server(app, ServerSettings(port=0)) as server:
            return await exchange(
                server.url,
                b"POST /old/a%20b?c=d HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-asked: yes\r\n"
                b"content-length: 4\r\n\r\nbody",
            )

    answer = run(live())
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert b"x-arlen-mount-prefix: /old\r\n" in answer
    assert b"POST /old /a b c=d yes" in answer
    assert b" body" in answer
    assert b"x-thread: WSGI_" in answer


def test_the_absence_of_a2wsgi_names_the_extra(monkeypatch):
    monkeypatch.delitem(sys.modules, "arlen_mvc.mounting.wsgi", raising=False)
    monkeypatch.setitem(sys.modules, "a2wsgi", None)
    with pytest.raises(MissingDependencyError, match=r"arlen-mvc\[wsgi\]"):
        Application().mount_wsgi("/old", wsgi_echo)


# WebSockets under another ASGI server


async def websocket_guest(scope, receive, send):
    if scope["type"] == "lifespan":
        scope["state"]["word"] = "hello"
        for _ in range(2):
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    message = await receive()
    place = f"{scope['root_path']} {scope['path']} {scope['state']['word']} {message['text']}"
    await send({"type": "websocket.send", "text": place})
    await send({"type": "websocket.close"})


async def converse(app, path):
    messages = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "Ada"}])
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "headers": [], "query_string": b""}
    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("middleware", [False, True])
def test_a_websocket_reaches_a_mounted_asgi_application_under_another_asgi_server(run, middleware):
    app, child = Application(), Application()
    child.mount("/inner", websocket_guest)
    app.mount("/chat", websocket_guest)
    app.mount("/child", child)
    if middleware:
        app.add_asgi_middleware(lambda inner: inner)

    async def live():
        await app.start()
        sent = [await converse(app, path) for path in ("/chat/room", "/child/inner/room")]
        await app.shutdown()
        return sent

    for (accepted, said, closed), place in zip(run(live()), ("/chat", "/child/inner"), strict=True):
        assert accepted["type"] == "websocket.accept"
        assert said["text"] == f"{place} {place}/room hello Ada"
        assert closed["type"] == "websocket.close"


def test_a_websocket_outside_of_the_mounts_is_denied(run):
    app = Application()
    app.mount("/chat", websocket_guest)
    assert run(converse(app, "/chatter"))[0]["type"] == "websocket.close"


# ASGI middleware


class Tagging:
    """Pure ASGI middleware that answers one path itself and tags every other answer."""

    def __init__(self, app, name):
        self.app, self.name, self.seen = app, name, []

    async def __call__(self, scope, receive, send):
        self.seen.append(scope["type"])
        if scope.get("path") == "/own":
            await send({"type": "http.response.start", "status": 202, "headers": []})
            await send({"type": "http.response.body", "body": b"own"})
            return

        async def tag(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-tag", self.name.encode())]
            await send(message)

        await self.app(scope, receive, tag)


@pytest.mark.parametrize("as_asgi", [False, True])
def test_asgi_middleware_surrounds_everything_the_first_one_outermost(run, as_asgi):
    made = []

    def tagging(app, name):
        made.append(Tagging(app, name))
        return made[-1]

    app = Application({"environment": "production"})
    app.add_asgi_middleware(tagging, name="outer")
    app.add_asgi_middleware(tagging, name="inner")
    app.mount("/child", echo_app())

    @app.post("/echo")
    async def echo(ctx):
        return await ctx.request.body()

    async def live():
        async with Server(app.__call__ if as_asgi else app, ServerSettings(port=0)) as server:
            closing = b"HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
            return [
                await exchange(server.url, b"POST /echo " + closing + b"content-length: 4\r\n\r\nbody"),
                await exchange(server.url, b"GET /child/x " + closing + b"\r\n"),
                await exchange(server.url, b"GET /own " + closing + b"\r\n"),
            ]

    echoed, mounted, own = run(live())
    assert echoed.endswith(b"\r\n\r\nbody")
    assert b'["/child","/x",""]' in mounted
    for answer in (echoed, mounted):
        assert answer.index(b"x-tag: inner") < answer.index(b"x-tag: outer")
    assert own.startswith(b"HTTP/1.1 202 ")
    assert [each.name for each in made] == ["inner", "outer"]
    assert made[1].seen.count("http") == 3


def test_without_asgi_middleware_a_request_does_not_pass_through_asgi():
    app = echo_app()
    assert isinstance(app.handle(Request.build("GET", "/x")), Response)


def test_a_mistake_is_told_to_another_asgi_server_as_a_failed_startup(run):
    app = Application({"cors": {"allow_origins": ["null"]}})
    app.add_asgi_middleware(lambda inner: inner)
    told = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        told.append(message)

    run(app({"type": "lifespan"}, receive, send))
    assert told[0]["type"] == "lifespan.startup.failed"
    assert "cors.allow_origins" in told[0]["message"]
