"""ASGI both ways, with applications written by hand."""

from __future__ import annotations

import asyncio
import re

import pytest
from arlen_http import RequestLimits, Response, Server, ServerSettings, StreamResponse, Upgrade
from arlen_http.asgi import from_asgi, to_asgi
from arlen_http.asgi.lifespan import LifespanFailed
from arlen_http.handler import App

LAST = b"GET /caf%C3%A9%2F?x=%20 HTTP/1.1\r\nHost: a\r\nX: y \r\nConnection: close\r\n\r\n"


async def reply(send, body=b"", status=200, headers=()):
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def test_the_scope_is_that_of_the_specification(answer):
    scopes = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            scope["state"]["pool"] = 1
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        scopes.append(scope)
        await reply(send, b"hello", 201, [(b"X-Own", b"\xe9")])

    received = answer(app, LAST)
    [scope] = scopes
    assert received.startswith(b"HTTP/1.1 201 Created\r\nx-own: \xe9\r\ncontent-length: 5\r\n")
    assert received.endswith(b"hello")
    assert scope.pop("client")[0] == "127.0.0.1"
    assert scope.pop("server")[0] == "127.0.0.1"
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/café/",
        "raw_path": b"/caf%C3%A9%2F",
        "query_string": b"x=%20",
        "root_path": "",
        "headers": [(b"host", b"a"), (b"x", b"y"), (b"connection", b"close")],
        "state": {"pool": 1},
        "extensions": {"http.response.pathsend": {}, "http.response.early_hint": {}},
    }


def test_bodies_stream_both_ways(answer):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        while True:
            message = await receive()
            await send({"type": "http.response.body", "body": message["body"].upper(), "more_body": True})
            if not message["more_body"]:
                break
        await send({"type": "http.response.body"})

    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\n"
    received = answer(from_asgi(app), head + b"abc", b"def")
    assert b"transfer-encoding: chunked" in received
    assert b"".join(re.findall(rb"[ABCDEF]+(?=\r\n)", received.partition(b"\r\n\r\n")[2])) == b"ABCDEF"


@pytest.mark.parametrize("declared", [b"5", None])
def test_a_declared_length_is_kept_for_head(answer, declared):
    async def app(scope, receive, send):
        await reply(send, b"hello", headers=[(b"Content-Length", declared)] if declared else [])

    head = answer(from_asgi(app), LAST.replace(b"GET", b"HEAD"))
    assert b"content-length: 5\r\n" in head
    assert head.endswith(b"\r\n\r\n")


async def raises(scope, receive, send):
    raise LookupError("lost")


async def returns_early(scope, receive, send):
    await receive()


async def bad_header(scope, receive, send):
    await reply(send, headers=[(b"x", b"a\r\nb: c")])


async def body_first(scope, receive, send):
    await send({"type": "http.response.body"})


@pytest.mark.parametrize("app", [raises, returns_early, bad_header, body_first])
def test_an_application_that_fails_is_answered_500_and_logged(answer, caplog, app):
    assert b" 500 " in answer(from_asgi(app), LAST)
    assert len(caplog.records) == 1


def test_an_application_that_fails_after_its_response_is_logged_and_the_connection_goes_on(answer, caplog):
    async def app(scope, receive, send):
        await reply(send, scope["raw_path"])
        if scope["raw_path"] == b"/first":
            raise LookupError("too late to tell")

    answers = answer(from_asgi(app), b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n" + LAST)
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"200"]
    assert b"\r\n\r\n/firstHTTP/1.1" in answers
    [record] = caplog.records
    assert (record.levelname, "LookupError: too late to tell" in record.exc_text) == ("ERROR", True)


def test_the_application_hears_of_the_disconnect(converse):
    heard = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            raise RuntimeError("not known")
        await receive()
        entered.set()
        heard.append(await receive())
        ended.set()

    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(LAST)
            await entered.wait()
        await ended.wait()

    entered, ended = asyncio.Event(), asyncio.Event()
    converse(app, story)
    assert heard == [{"type": "http.disconnect"}]


def test_a_failed_startup_stops_the_server_from_starting(run):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with pytest.raises(LifespanFailed, match="no database"):
        run(Server(app, ServerSettings(port=0)).start())


# The other way round.


def http_scope(method="GET", path="/", **more):
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"x=1",
        "headers": [(b"Host", b"a")],
        "client": ["1.2.3.4", 5],
        "server": None,
        **more,
    }


@pytest.fixture
def call(run):
    """``call(app, scope, *messages)``: what an ASGI server gets sent when it gives these messages, then silence."""

    def call(app, scope, *messages):
        async def story():
            sent, queue = [], list(messages or [body_message()])

            async def receive():
                if queue:
                    return queue.pop(0)
                return await asyncio.get_running_loop().create_future()

            async def send(message):
                sent.append(message)

            await to_asgi(app, ServerSettings(request_limits=RequestLimits(max_body_bytes=16)))(scope, receive, send)
            return sent

        return run(story())

    return call


def body_message(body=b"", more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def plain(request):
    return Response(
        f"{request.method} {request.root_path}|{request.path} {request.query['x']} ".encode() + request.content
    )


async def awaiting(request):
    return Response(f"{request.client} ".encode() + await request.body())


def test_a_plain_handler_gets_its_body_complete(call):
    start, body = call(plain, http_scope("POST", "/m/p", root_path="/m"), body_message(b"ab", True), body_message(b"c"))
    assert body == {"type": "http.response.body", "body": b"POST /m|/p 1 abc", "more_body": False}
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"16")],
    }


def test_a_coroutine_handler_reads_when_it_wants(call):
    sent = call(awaiting, http_scope(), body_message(b"abc"))
    assert sent[1]["body"] == b"('1.2.3.4', 5) abc"


@pytest.mark.parametrize("handler", [plain, awaiting])
def test_the_body_limit_holds(call, handler):
    sent = call(handler, http_scope("POST"), body_message(b"x" * 9, True), body_message(b"x" * 9))
    assert sent[0]["status"] == 413


@pytest.mark.parametrize(("limit", "status"), [(4, 413), (None, 413), (64, 200)])
@pytest.mark.parametrize("handler", [plain, awaiting])
def test_an_application_has_limits_of_its_own_for_bodies(call, handler, limit, status):
    app = App(handler, handler is awaiting, body_limit=lambda request: limit)
    sent = call(app, http_scope("POST"), body_message(b"x" * 9, True), body_message(b"x" * 9))
    assert sent[0]["status"] == status


def test_every_kind_of_response_is_sent(call, tmp_path):
    from arlen_http import FileResponse

    async def letters():
        yield "a"
        yield "b"

    path = tmp_path / "big.txt"
    path.write_bytes(b"x" * 300_000)

    def bodies(response):
        sent = call(lambda request: response, http_scope())
        return sent[0]["status"], b"".join(message["body"] for message in sent[1:])

    assert bodies(StreamResponse(letters())) == (200, b"ab")
    assert bodies(FileResponse(path)) == (200, b"x" * 300_000)
    assert bodies(Response.empty()) == (204, b"")


def test_headers_and_constant_lines_are_sent(call):
    response = Response(b"", 201, {"X-Own": "1"})
    response.constant_headers = b"x-more: 2\r\nx-less: 3\r\n"
    start = call(lambda request: response, http_scope())[0]
    assert start["headers"][1:] == [
        (b"x-own", b"1"),
        (b"x-more", b"2"),
        (b"x-less", b"3"),
        (b"content-length", b"0"),
    ]


def test_a_stream_ends_when_the_client_goes(call):
    closed = []

    async def forever():
        try:
            yield b"first"
            await asyncio.get_running_loop().create_future()
        finally:
            closed.append(True)

    call(lambda request: StreamResponse(forever()), http_scope(), body_message(), {"type": "http.disconnect"})
    assert closed == [True]


def test_a_file_is_sent_no_further_when_the_client_goes(call, tmp_path, caplog):
    from arlen_http import FileResponse

    path = tmp_path / "big.bin"
    path.write_bytes(b"x" * 3_000_000)
    sent = call(lambda request: FileResponse(path), http_scope(), body_message(), {"type": "http.disconnect"})
    assert sum(len(message.get("body", b"")) for message in sent) < 3_000_000
    assert not caplog.records


def test_an_exception_is_answered_500_and_logged(call, caplog):
    def broken(request):
        raise LookupError("lost")

    sent = call(broken, http_scope(), body_message())
    assert (sent[0]["status"], sent[1]["body"]) == (500, b"internal server error\n")
    assert "LookupError" in caplog.text


def test_an_upgrade_is_refused_where_the_transport_is_not_ours(call):
    sent = call(lambda request: Upgrade(asyncio.Protocol, {"upgrade": "x"}), http_scope(), body_message())
    assert sent[0]["status"] == 426


def websocket_scope(**more):
    scope = http_scope(path="/chat", scheme="wss", **more)
    del scope["method"]
    return {**scope, "type": "websocket", "subprotocols": []}


CONNECT = {"type": "websocket.connect"}
DENIABLE = {"extensions": {"websocket.http.response": {}}}


def test_an_upgrade_with_an_asgi_face_is_a_websocket(call):
    async def face(receive, send):
        assert await receive() == CONNECT
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"]})

    def handle(request):
        assert (request.method, request.path, request.scheme, request.client) == (
            "GET",
            "/chat",
            "https",
            ("1.2.3.4", 5),
        )
        return Upgrade(asyncio.Protocol, {"upgrade": "websocket"}, face)

    sent = call(handle, websocket_scope(), CONNECT, {"type": "websocket.receive", "text": "hi"})
    assert sent == [{"type": "websocket.accept"}, {"type": "websocket.send", "text": "hi"}]


def fails(request):
    raise LookupError("lost")


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda request: Upgrade(asyncio.Protocol, {"upgrade": "websocket"}), 426),
        (lambda request: Response(b"no", 401), 401),
        (fails, 500),
    ],
)
def test_a_handshake_that_gets_no_websocket_gets_a_response_where_the_server_can(call, handler, status):
    start, body = call(handler, websocket_scope(**DENIABLE), CONNECT)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert body["type"] == "websocket.http.response.body"
    assert call(handler, websocket_scope(), CONNECT) == [{"type": "websocket.close", "code": 1000}]


def test_the_state_of_the_lifespan_is_the_state_of_a_request(call):
    sent = call(lambda request: Response(request.state["pool"]), http_scope(state={"pool": "opened"}))
    assert sent[1]["body"] == b"opened"


def test_callbacks_run_after_the_response(call):
    calls = []
    response = Response(b"")
    response.after = (lambda: calls.append(1),)
    call(lambda request: response, http_scope(), body_message())
    assert calls == [1]


@pytest.mark.parametrize("failure", [None, RuntimeError("no database")])
def test_lifespan_starts_and_shuts_down(call, failure, caplog):
    events = []

    class App:
        async def start(self):
            events.append("start")
            if failure:
                raise failure

        async def stopping(self):
            events.append("stopping")

        async def shutdown(self):
            events.append("shutdown")

        def handle(self, request):
            return Response(b"")

    sent = call(App(), {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    if failure:
        assert (events, sent) == (["start"], [{"type": "lifespan.startup.failed", "message": "no database"}])
    else:
        assert events == ["start", "stopping", "shutdown"]
        assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_there_and_back_again(answer):
    answered = answer(from_asgi(to_asgi(awaiting)), LAST)
    assert b"127.0.0.1" in answered
    assert b" 200 OK" in answered


def test_other_hosts_are_refused_under_other_servers_too():
    app = to_asgi(lambda request: Response(b"ok"), ServerSettings(allowed_hosts=("example.org",)))

    async def ask(host):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", host)]}
        await app(scope, receive, send)
        return sent[0]["status"]

    assert asyncio.run(ask(b"example.org")) == 200
    assert asyncio.run(ask(b"evil.test")) == 400
