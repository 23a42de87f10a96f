"""What ASGI applications may do beyond head and body, and what may go wrong between them and their client."""

from __future__ import annotations

import asyncio
import gc
import re

import pytest
from arlen_http import Request, Response
from arlen_http.asgi import from_asgi
from arlen_http.asgi.response import ASGIResponse
from arlen_http.body import RequestBody
from arlen_http.detached import DetachedPeer
from arlen_http.handler import App

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def start(status=200, headers=(), **more):
    return {"type": "http.response.start", "status": status, "headers": headers, **more}


def body(content=b"", *, more=False):
    return {"type": "http.response.body", "body": content, "more_body": more}


def guest(app):
    """This application, which knows no lifespan."""

    async def http_only(scope, receive, send):
        if scope["type"] != "http":
            raise RuntimeError("not known")
        await app(scope, receive, send)

    return from_asgi(http_only)


def sends(*messages):
    """An application that sends these."""

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    return guest(app)


def test_a_file_is_sent_by_its_path(answer, tmp_path):
    path = tmp_path / "big.bin"
    path.write_bytes(b"0123456789" * 30_000)
    message = {"type": "http.response.pathsend", "path": str(path)}
    received = answer(sends(start(headers=[(b"x-own", b"1")]), message), REQUEST)
    head, _, content = received.partition(b"\r\n\r\n")
    assert b"\r\nx-own: 1\r\ncontent-length: 300000\r\n" in head
    assert content == path.read_bytes()
    head = answer(sends(start(), message), REQUEST.replace(b"GET", b"HEAD"))
    assert b"content-length: 300000\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_early_hints_go_before_the_response(answer):
    hint = {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload", b"</b.js>; rel=preload"]}
    received = answer(sends(hint, start(), body(b"x")), REQUEST)
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"103", b"200"]
    assert b"link: </a.css>; rel=preload\r\n" in received.partition(b" 200 ")[0].lower()


def test_trailers_follow_the_body_where_the_client_takes_them(answer):
    extensions = []

    async def app(scope, receive, send):
        extensions.append("http.response.trailers" in scope["extensions"])
        await send(start(headers=[(b"content-length", b"2")], trailers=True))
        await send(body(b"ok"))
        await send({"type": "http.response.trailers", "headers": [(b"X-Sum", b"1")], "more_trailers": True})
        await send({"type": "http.response.trailers", "headers": [(b"X-More", b"2")]})

    received = answer(guest(app), REQUEST.replace(b"Host", b"TE: trailers\r\nHost"))
    assert received.endswith(b"\r\n\r\n2\r\nok\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n")
    answer(guest(app), REQUEST)
    assert extensions == [True, False]


@pytest.mark.parametrize(
    "messages",
    [
        (body(),),
        (start(), start()),
        (start(101),),
        (start(), {"type": "http.response.trailers", "headers": []}),
        (start(headers=[(b"x", b"a\nb")]),),
        (start(headers=[(b"x y", b"a")]),),
        ({"type": "http.response.debug"},),
        (start(),),
    ],
)
def test_what_the_specification_does_not_allow_is_answered_500(answer, caplog, messages):
    assert b" 500 " in answer(sends(*messages), REQUEST)
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "messages",
    [
        (start(headers=[(b"content-length", b"2")]), body(b"four")),
        (start(headers=[(b"content-length", b"9")]), body(b"four")),
        (start(), body(b"some", more=True)),
        (start(), body(b"some", more=True), start()),
    ],
)
def test_a_response_that_goes_wrong_after_its_head_is_cut(answer, caplog, messages):
    received = answer(sends(*messages), REQUEST)
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert not received.endswith(b"0\r\n\r\n")
    assert len(caplog.records) == 1


def test_the_head_waits_for_the_first_piece_of_the_body(converse):
    async def app(scope, receive, send):
        await send(start())
        await go_on.wait()
        await send(body(b"late"))

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(REQUEST)
            reading = asyncio.ensure_future(reader.read())
            await asyncio.sleep(0)
            go_on.set()
            assert (await reading).endswith(b"late")

    go_on = asyncio.Event()
    converse(guest(app), story)


def test_the_server_keeps_its_word_about_framing(answer):
    headers = [(b"Transfer-Encoding", b"chunked"), (b"Keep-Alive", b"9"), (b"Server", b"Own"), (b"X", b"1")]
    received = answer(sends(start(headers=headers), body(b"x")), REQUEST).lower()
    assert b"transfer-encoding" not in received
    assert b"keep-alive" not in received
    assert received.count(b"server:") == 1
    assert b"\r\nx: 1\r\n" in received


def test_the_same_field_is_written_the_same_from_a_list_or_a_tuple(answer):
    for pair in ((b"X-Own", b"\xe9"), [b"X-Own", b"\xe9"]):
        assert b"\r\nx-own: \xe9\r\n" in answer(sends(start(headers=[pair]), body()), REQUEST)


def test_receive_tells_of_the_end_of_the_response_while_the_client_stays(converse):
    async def app(scope, receive, send):
        heard.append(await receive())
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send(start())
        await send(body(b"x"))
        heard.extend([await waiting, await receive()])
        ended.set()

    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(REQUEST.replace(b"close", b"keep-alive"))
            await ended.wait()

    heard, ended = [], asyncio.Event()
    converse(guest(app), story)
    assert [message["type"] for message in heard] == ["http.request", "http.disconnect", "http.disconnect"]


def test_a_body_that_is_refused_is_answered_so_whatever_the_application_makes_of_it(answer, caplog):
    async def app(scope, receive, send):
        try:
            while (await receive())["more_body"]:
                pass
        finally:
            await send(start(500))
            await send(body(b"failed"))

    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    received = answer(guest(app), head + b"3\r\nabc\r\nzz\r\n")
    assert received.startswith(b"HTTP/1.1 400 ")
    assert not caplog.records


class Socket:
    """A body source that need not be asked."""

    def body_wanted(self):
        pass

    def body_taken(self):
        pass


def test_pieces_that_wait_are_received_though_the_end_has_arrived(run):
    async def story():
        arriving = RequestBody(Socket())
        request = Request(Request.build().head, arriving, DetachedPeer())
        arriving.feed(b"abc")
        arriving.feed(b"def")
        pieces = request.stream()
        assert await anext(pieces) == b"abc"
        arriving.finish({})
        assert not request.body_finished
        assert await anext(pieces) == b"def"
        assert request.body_finished

    run(story())


class Wrapped(Exception):
    """What a framework makes of an `OSError` of ``send``."""


def test_an_application_whose_client_has_gone_fails_in_silence(converse, caplog):
    async def app(scope, receive, send):
        await receive()
        entered.set()
        assert (await receive())["type"] == "http.disconnect"
        try:
            await send(start())
            await send(body(b"x", more=True))
        except OSError:
            raise Wrapped from None
        finally:
            ended.set()

    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(REQUEST)
            await entered.wait()
        await ended.wait()

    entered, ended = asyncio.Event(), asyncio.Event()
    converse(guest(app), story)
    assert not caplog.records


def test_an_answered_request_does_not_wait_for_the_garbage_collector(converse):
    async def story(talk):
        gc.collect()
        gc.disable()
        try:
            await talk(REQUEST)
            return [thing for thing in gc.get_objects() if type(thing) is ASGIResponse]
        finally:
            gc.enable()

    assert converse(sends(start(), body(b"x")), story) == []


# After the response.


def lingering():
    """An application that goes on after its response until the event is set, and the event."""
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await send(start())
        await send(body(scope["raw_path"]))
        if scope["raw_path"] == b"/lingers":
            await go_on.wait()
        else:
            go_on.set()

    return guest(app), go_on


def test_a_connection_does_not_wait_for_what_is_done_after_a_response(converse):
    app, _ = lingering()

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(REQUEST.replace(b"GET /", b"GET /lingers").replace(b"close", b"keep-alive"))
            assert (await reader.readuntil(b"/lingers")).startswith(b"HTTP/1.1 200")
            writer.write(REQUEST.replace(b"GET /", b"GET /next"))
            assert (await reader.read()).endswith(b"/next")

    converse(app, story)


@pytest.mark.parametrize("connection", [b"close", b"keep-alive"])
def test_nor_does_a_close_wait(converse, connection):
    app, go_on = lingering()

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(REQUEST.replace(b"GET /", b"GET /lingers").replace(b"close", connection))
            await reader.readuntil(b"/lingers")
            writer.write_eof()
            assert await reader.read() == b""
        assert not go_on.is_set()
        go_on.set()

    converse(app, story)


def test_pipelined_requests_do_not_wait(answer):
    app, _ = lingering()
    first = REQUEST.replace(b"GET /", b"GET /lingers").replace(b"close", b"keep-alive")
    assert answer(app, first + REQUEST.replace(b"GET /", b"GET /next")).endswith(b"/next")


def test_a_stop_waits_for_what_is_done_after_a_response(converse):
    ended = []

    async def app(scope, receive, send):
        await send(start())
        await send(body(b"x"))
        await go_on.wait()
        ended.append(True)

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(REQUEST.replace(b"close", b"keep-alive"))
            await reader.readuntil(b"\r\n\r\nx")
            stopping = asyncio.create_task(talk.server.stop())
            assert await reader.read() == b""
            go_on.set()
            await stopping
        assert ended == [True]

    go_on = asyncio.Event()
    converse(guest(app), story)


def test_what_fails_or_is_cancelled_after_a_response_leaves_the_connection_alone(converse, caplog):
    async def app(scope, receive, send):
        await send(start())
        await send(body(scope["raw_path"]))
        if scope["raw_path"] == b"/lingers":
            await go_on.wait()
            raise asyncio.CancelledError

    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(REQUEST.replace(b"GET /", b"GET /lingers").replace(b"close", b"keep-alive"))
            await reader.readuntil(b"/lingers")
            writer.write(REQUEST.replace(b"GET /", b"GET /next").replace(b"close", b"keep-alive"))
            await reader.readuntil(b"/next")
            go_on.set()
            await asyncio.sleep(0)
            writer.write(REQUEST)
            assert (await reader.read()).startswith(b"HTTP/1.1 200")

    go_on = asyncio.Event()
    converse(guest(app), story)
    assert "failed after its response" in caplog.text


def test_middleware_around_a_guest_may_add_fields(answer):
    inner = sends(start(), body(b"x"))

    def handle(request) -> Response:
        response = inner.handle(request)
        response.headers.set("x-around", "1")
        response.constant_headers += b"x-constant: 2\r\n"
        return response

    received = answer(App(handle, True), REQUEST)
    assert b"\r\nx-around: 1\r\n" in received
    assert b"\r\nx-constant: 2\r\n" in received
