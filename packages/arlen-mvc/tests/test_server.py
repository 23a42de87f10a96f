"""Real sockets, ASGI, and many requests at once."""

import asyncio
import contextvars
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from arlen_http import Request, Response, Server, ServerSettings
from arlen_mvc import Application

SETTINGS = ServerSettings(port=0)
current = contextvars.ContextVar("current", default="nobody")


def demo_app():
    app = Application({"environment": "production"})

    @app.get("/dict/{n:int}")
    async def as_dict(n: int):
        return {"n": n}

    @app.get("/guarded/{n:int}", guards=[lambda ctx: ctx.path_params["n"] % 2 == 0])
    def guarded(ctx, n: int):
        return {"n": n, "seen": current.get()}

    @app.post("/echo")
    async def echo(ctx):
        return await ctx.request.json()

    @app.get("/events")
    async def events(ctx):
        async def source():
            yield {"event": "tick", "data": 1}
            yield {"event": "tick", "data": 2}

        return ctx.sse(source())

    return app


async def exchange(url, request):
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def head_lines(answer):
    return answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")


def test_answers_arrive_over_a_socket_with_every_header_once(run):
    async def live():
        async with Server(demo_app(), SETTINGS) as server:
            return await exchange(server.url, b"GET /dict/7 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    answer = run(live())
    status, *lines = head_lines(answer)
    names = [line.split(":")[0].lower() for line in lines]
    assert status == "HTTP/1.1 200 OK"
    assert answer.endswith(b'\r\n\r\n{"n":7}')
    assert len(names) == len(set(names))
    assert {"content-security-policy", "x-request-id", "traceparent", "content-type"} <= set(names)


def test_an_action_reads_its_body_and_a_stream_of_events_ends(run):
    async def live():
        async with Server(demo_app(), SETTINGS) as server:
            body = b'POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{"a": 1}\n'
            events = b"GET /events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            return await exchange(server.url, body), await exchange(server.url, events)

    echoed, events = run(live())
    assert echoed.endswith(b'\r\n\r\n{"a":1}')
    assert b"content-type: text/event-stream; charset=utf-8" in events
    assert events.count(b"event: tick\ndata: ") == 2


@pytest.mark.parametrize("blocking", [True, False])
def test_a_plain_function_finds_its_body_complete_however_slowly_it_came(run, blocking):
    async def live():
        entered = asyncio.Event()
        app = Application()

        @app.use
        async def announce(ctx, call_next):
            entered.set()
            return await call_next(ctx)

        app.post("/", blocking=blocking)(lambda ctx: ctx.request.content)
        async with Server(app, SETTINGS) as server:
            host, port = server.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\n\r\nab")
            await entered.wait()
            writer.write(b"cd")
            answer = await reader.read()
            writer.close()
        return answer

    assert run(live()).endswith(b"\r\n\r\nabcd")


def test_an_action_that_lets_a_stop_iteration_escape_is_answered(ask, caplog):
    app = Application()
    app.get("/")(lambda: next(iter([])))
    assert ask(app, "GET /").status == 500


def test_work_after_the_response_runs_when_the_response_was_sent(run):
    async def live():
        done = asyncio.Event()
        app = Application()

        @app.get("/")
        async def index(ctx):
            ctx.after_response(done.set_from_loop)
            return "sent"

        loop = asyncio.get_running_loop()
        done.set_from_loop = lambda: loop.call_soon_threadsafe(done.set)
        async with Server(app, SETTINGS) as server:
            answer = await exchange(server.url, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            await done.wait()
        return answer

    assert run(live()).endswith(b"sent")


async def asgi_call(app, path, sent):
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [(b"host", b"x")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)


def test_an_application_is_an_asgi_application(run):
    sent = []
    run(asgi_call(demo_app(), "/dict/7", sent))
    assert sent[0]["status"] == 200
    assert b"x-request-id" in dict(sent[0]["headers"])
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b'{"n":7}'


async def greet(scope, receive, send):
    """A small ASGI application."""
    if scope["type"] == "lifespan":
        for answer in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{answer}"
            await send({"type": f"lifespan.{answer}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": f"{scope['root_path']} {scope['path']}".encode()})


def test_an_asgi_application_can_be_mounted(run):
    async def live():
        app = demo_app()
        app.mount("/asgi", greet)
        async with Server(app, SETTINGS) as server:
            return await exchange(server.url, b"GET /asgi/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    answer = run(live())
    assert b"x-arlen-mount-prefix: /asgi\r\n" in answer
    assert b"/asgi" in answer.partition(b"\r\n\r\n")[2]


async def dispatch(app, target):
    result = app.handle(Request.build("GET", target))
    return result if isinstance(result, Response) else await result


def test_dispatch_is_safe_for_many_tasks_at_once(run):
    app = demo_app()

    async def task(number):
        current.set(f"task {number}")
        for n in range(number, number + 120):
            answer = await dispatch(app, f"/dict/{n}")
            assert json.loads(answer.body) == {"n": n}
            answer = await dispatch(app, f"/guarded/{n}")
            assert answer.status == (403 if n % 2 else 200)
            assert n % 2 or json.loads(answer.body) == {"n": n, "seen": f"task {number}"}
            health = json.loads((await dispatch(app, "/healthz?format=json")).body)
            assert datetime.fromisoformat(health["timestamp_utc"]).utcoffset() is not None

    async def live():
        await app.start()
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                group.create_task(task(number))
        await app.shutdown()

    run(live())


def test_dispatch_is_safe_for_many_threads_each_with_its_own_loop():
    app = demo_app()

    def thread(number):
        async def requests():
            return [json.loads((await dispatch(app, f"/dict/{n}")).body)["n"] for n in range(number, number + 120)]

        return asyncio.run(requests())

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(thread, range(12)))
    assert answers == [list(range(number, number + 120)) for number in range(12)]


def test_work_after_the_response_is_finished_before_the_application_has_stopped(run):
    async def live():
        journal, stopping = [], asyncio.Event()
        app = Application()

        class Hook:
            def will_stop(self):
                stopping.set()

            def did_stop(self):
                journal.append("stopped")

        app.register_lifecycle_hook(Hook())

        async def work(word):
            await stopping.wait()
            journal.append(word)

        @app.get("/", blocking=False)
        def index(ctx):
            ctx.after_response(work, "worked")
            return "sent"

        async with Server(app, SETTINGS) as server:
            answer = await exchange(server.url, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        return answer, journal

    answer, journal = run(live())
    assert answer.endswith(b"sent")
    assert journal == ["worked", "stopped"]
