"""WebSockets of ASGI applications, spoken to by a client of the websockets library and by hand."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import pytest
from arlen_http import Request, RuntimeLimits, ServerSettings, Timeouts
from arlen_http.asgi import from_asgi
from arlen_http.asgi.websocket import MAX_WAITING_BYTES, Closed, WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

HANDSHAKE = (
    b"GET /chat?x=1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def without_lifespan(scope):
    if scope["type"] == "lifespan":
        raise RuntimeError("not known")


async def echo(scope, receive, send):
    await without_lifespan(scope)
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


def heard_by(app_messages):
    """An application that accepts, and keeps what it hears."""

    async def app(scope, receive, send):
        await without_lifespan(scope)
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            app_messages.append(message)
        app_messages.append(message)

    return app


@pytest.fixture
def talk(converse):
    """``talk(app, story, **settings)``: run ``story(connection, server)`` with a client that is connected."""

    def talk(app, story, **settings):
        async def main(conversation):
            async with connect(url_of(conversation)) as websocket:
                return await story(websocket, conversation.server)

        return converse(app, main, **settings)

    return talk


def url_of(conversation, target="/chat"):
    return conversation.server.url.replace("http:", "ws:") + target


@pytest.fixture
def refusal(converse):
    """``refusal(app)``: the response with which a handshake is refused."""

    def refusal(app, **settings):
        async def main(conversation):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url_of(conversation))
            return refused.value.response

        return converse(app, main, **settings)

    return refusal


def test_messages_go_both_ways(talk):
    async def story(websocket, server):
        for message in ("text", "", b"bytes", "ü" * 100_000):
            await websocket.send(message)
            assert await websocket.recv() == message
        await websocket.send(["frag", "ment", "ed"])
        assert await websocket.recv() == "fragmented"

    talk(echo, story)


def test_frames_that_come_with_the_handshake_are_the_start_of_the_session(converse):
    async def story(conversation):
        async with conversation.connection() as (reader, writer):
            writer.write(HANDSHAKE + b"\x81\x82\0\0\0\0hi")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
            assert b"\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
            assert await reader.readexactly(4) == b"\x81\x02hi"
            writer.write(b"\x88\x82\0\0\0\0\x03\xe8")
            assert await reader.read() == b"\x88\x02\x03\xe8"

    converse(echo, story)


def test_what_the_application_adds_to_the_handshake_is_sent(converse):
    async def app(scope, receive, send):
        await without_lifespan(scope)
        assert scope["subprotocols"] == ["v1", "v2"]
        headers = [(b"Set-Cookie", b"a=b"), (b"X-Own", b"1")]
        await send({"type": "websocket.accept", "subprotocol": "v2", "headers": headers})

    async def story(conversation):
        async with connect(url_of(conversation), subprotocols=["v1", "v2"]) as websocket:
            answer = websocket.response.headers
            assert (websocket.subprotocol, answer["set-cookie"], answer["x-own"]) == ("v2", "a=b", "1")
            assert "permessage-deflate" in answer["sec-websocket-extensions"]

    converse(app, story)


def test_the_scope_is_that_of_the_specification(answer):
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)
        await echo(scope, receive, send)

    answer(app, HANDSHAKE + b"\x88\x82\0\0\0\0\x03\xe8")
    scope = {name: value for name, value in scopes[1].items() if name not in ("client", "server", "headers")}
    assert scope == {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/chat",
        "raw_path": b"/chat",
        "query_string": b"x=1",
        "root_path": "",
        "state": {},
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }


async def leaves(scope, receive, send):
    await without_lifespan(scope)


async def refuses(scope, receive, send):
    await without_lifespan(scope)
    await receive()
    await send({"type": "websocket.close"})
    assert (await receive())["code"] == 1006


async def denies(scope, receive, send):
    await without_lifespan(scope)
    start = {"type": "websocket.http.response.start", "status": 429, "headers": [(b"retry-after", b"5")]}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b"too ", "more_body": True})
    await send({"type": "websocket.http.response.body", "body": b"many"})


async def raises(scope, receive, send):
    raise LookupError("lost")


async def chooses_what_was_not_offered(scope, receive, send):
    await without_lifespan(scope)
    await send({"type": "websocket.accept", "subprotocol": "v3"})


async def sends_first(scope, receive, send):
    await without_lifespan(scope)
    await send({"type": "websocket.send", "text": "early"})


@pytest.mark.parametrize(
    ("app", "status", "body", "logged"),
    [
        (refuses, 403, b"", 0),
        (denies, 429, b"too many", 0),
        (leaves, 500, b"internal server error\n", 1),
        (raises, 500, b"internal server error\n", 1),
        (chooses_what_was_not_offered, 500, b"internal server error\n", 1),
        (sends_first, 500, b"internal server error\n", 1),
    ],
)
def test_a_websocket_that_is_not_accepted_gets_an_http_answer(refusal, caplog, app, status, body, logged):
    response = refusal(app)
    assert (response.status_code, response.body) == (status, body)
    assert len(caplog.records) == logged


def test_an_application_that_does_not_decide_in_time_is_cancelled(refusal, caplog):
    ended = []

    async def app(scope, receive, send):
        await without_lifespan(scope)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    settings = ServerSettings(timeouts=Timeouts(websocket_handshake=0))
    assert refusal(from_asgi(app, settings)).status_code == 503
    assert ended == [True]
    assert "has not answered the handshake" in caplog.text


@pytest.mark.parametrize(
    ("replace", "by", "status", "field"),
    [
        (b"Version: 13", b"Version: 8", b"426", b"sec-websocket-version: 13"),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"c2hvcnQ=", b"400", b""),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"?", b"400", b""),
        (b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"", b"400", b""),
        (b"Sec-WebSocket-Version: 13\r\n", b"", b"400", b""),
    ],
)
def test_a_malformed_handshake_is_refused(answer, replace, by, status, field):
    received = answer(echo, HANDSHAKE.replace(replace, by).replace(b"Upgrade\r\nSec", b"Upgrade, close\r\nSec"))
    assert received.startswith(b"HTTP/1.1 " + status)
    assert field in received


@pytest.mark.parametrize(
    ("replace", "by"), [(b"GET", b"POST"), (b"Connection: Upgrade", b"Connection: close"), (b"websocket\r", b"h2c\r")]
)
def test_a_request_that_is_no_upgrade_is_plain_http(answer, replace, by):
    async def app(scope, receive, send):
        await without_lifespan(scope)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": scope["type"].encode()})

    assert answer(app, HANDSHAKE.replace(replace, by)).endswith(b"\r\n\r\nhttp")


def test_without_the_library_a_handshake_is_answered_501(answer, monkeypatch, caplog):
    monkeypatch.delitem(sys.modules, "arlen_http.asgi.websocket")
    monkeypatch.setitem(sys.modules, "websockets.server", None)
    assert b" 501 " in answer(echo, HANDSHAKE.replace(b"Upgrade\r\nSec", b"Upgrade, close\r\nSec"))
    assert 'install "arlen-http[websockets]"' in caplog.text


@pytest.mark.parametrize(
    ("frame", "close"),
    [
        (b"\x81\x05hello", b"\x03\xea"),
        (b"\x81\x82\0\0\0\0\xc3\x28", b"\x03\xef"),
        (b"\x82\xff" + (1_048_577).to_bytes(8, "big") + b"\0\0\0\0", b"\x03\xf1"),
        (b"\x83\x80\0\0\0\0", b"\x03\xea"),
        (b"\x01\x81\0\0\0\0a\x81\x81\0\0\0\0b", b"\x03\xea"),
    ],
    ids=["unmasked", "invalid UTF-8", "oversize", "unknown opcode", "interrupted fragments"],
)
def test_a_wrong_frame_is_told_and_closes(converse, frame, close):
    heard = []

    async def story(conversation):
        async with conversation.connection() as (reader, writer):
            writer.write(HANDSHAKE + frame)
            received = await reader.read()
        assert received.partition(b"\r\n\r\n")[2][2:4] == close

    converse(heard_by(heard), story)
    assert [(message["type"], message["code"]) for message in heard] == [
        ("websocket.disconnect", int.from_bytes(close, "big"))
    ]


def test_the_close_of_the_client_reaches_the_application(talk):
    heard = []

    async def story(websocket, server):
        await websocket.close(4000, "enough")

    talk(heard_by(heard), story)
    assert heard == [{"type": "websocket.disconnect", "code": 4000, "reason": "enough"}]


def test_a_client_that_vanishes_is_a_disconnect_1006(converse):
    heard = []

    async def story(conversation):
        async with conversation.connection() as (reader, writer):
            writer.write(HANDSHAKE)
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()

    converse(heard_by(heard), story)
    assert [(message["type"], message["code"]) for message in heard] == [("websocket.disconnect", 1006)]


async def fails_when_open(scope, receive, send):
    await without_lifespan(scope)
    await send({"type": "websocket.accept"})
    raise LookupError("lost")


async def returns_when_open(scope, receive, send):
    await without_lifespan(scope)
    await send({"type": "websocket.accept"})


async def closes_with_reason(scope, receive, send):
    await returns_when_open(scope, receive, send)
    await send({"type": "websocket.close", "code": 3000, "reason": "bye"})


@pytest.mark.parametrize(
    ("app", "code", "reason", "logged"),
    [(fails_when_open, 1011, "", 1), (returns_when_open, 1000, "", 0), (closes_with_reason, 3000, "bye", 0)],
)
def test_the_client_is_told_how_the_application_ended(talk, caplog, app, code, reason, logged):
    async def story(websocket, server):
        with pytest.raises(ConnectionClosed) as closed:
            await websocket.recv()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, reason)

    talk(app, story)
    assert len(caplog.records) == logged


def test_a_send_after_the_end_is_an_os_error(talk):
    outcome = []

    async def app(scope, receive, send):
        await without_lifespan(scope)
        await receive()
        await send({"type": "websocket.accept"})
        assert (await receive())["type"] == "websocket.disconnect"
        try:
            await send({"type": "websocket.send", "text": "late"})
        except OSError as error:
            outcome.append(error)

    async def story(websocket, server):
        await websocket.close()

    talk(app, story)
    assert len(outcome) == 1


def test_a_stop_sends_the_clients_away_and_lets_the_application_finish(talk):
    heard = []

    async def story(websocket, server):
        stopping = asyncio.create_task(server.stop())
        with pytest.raises(ConnectionClosed) as closed:
            await websocket.recv()
        await stopping
        assert closed.value.rcvd.code == 1001

    talk(heard_by(heard), story)
    assert [message["code"] for message in heard] == [1001]


def test_an_application_that_ignores_the_stop_is_cancelled(talk):
    ended = []

    async def app(scope, receive, send):
        await without_lifespan(scope)
        await send({"type": "websocket.accept"})
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    async def story(websocket, server):
        await server.stop()

    talk(app, story, graceful_shutdown_seconds=0)
    assert ended == [True]


def test_a_session_too_many_is_refused_and_its_application_told(converse):
    heard = []

    async def story(conversation):
        async with connect(url_of(conversation)):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url_of(conversation))
            assert refused.value.response.status_code == 503
        assert [message["code"] for message in heard] == [1006, 1000]

    converse(heard_by(heard), story, runtime_limits=RuntimeLimits(max_concurrent_websocket_sessions=1))


# The protocol on a transport of paper.


class Paper(asyncio.Transport):
    def __init__(self):
        super().__init__()
        self.written = b""
        self.reading = True
        self.ended = self.aborted = False

    def write(self, data):
        self.written += data

    def can_write_eof(self):
        return True

    def write_eof(self):
        self.ended = True

    def is_closing(self):
        return False

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True

    def abort(self):
        self.aborted = True


@pytest.fixture
def on_paper(run):
    """``on_paper(story)``: run ``story(websocket, paper)`` with an open WebSocket."""

    def on_paper(story):
        async def main():
            headers = [line.split(": ") for line in HANDSHAKE.decode().splitlines()[1:-1]]
            websocket, paper = WebSocket(Request.build(headers=headers)), Paper()
            websocket.connection_made(paper)
            try:
                await story(websocket, paper)
            finally:
                websocket.connection_lost(None)

        run(main())

    return on_paper


def masked(opcode, payload):
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload


def test_nothing_is_read_while_too_much_waits_to_be_received(on_paper):
    async def story(websocket, paper):
        for _ in range(3):
            websocket.data_received(masked(2, b"x" * 30_000))
        assert not paper.reading
        await websocket.receive()
        assert paper.reading

    on_paper(story)


def test_many_empty_messages_are_too_much_as_well(on_paper):
    async def story(websocket, paper):
        websocket.data_received(masked(2, b"") * MAX_WAITING_BYTES)
        assert not paper.reading

    on_paper(story)


def test_sending_waits_until_the_client_can_take_more(on_paper):
    async def story(websocket, paper):
        websocket.pause_writing()
        sending = asyncio.ensure_future(websocket.send("a"))
        await asyncio.sleep(0)
        assert (paper.written, sending.done()) == (b"", False)
        websocket.resume_writing()
        await sending
        assert paper.written == b"\x81\x01a"

    on_paper(story)


def test_a_ping_is_answered(on_paper):
    async def story(websocket, paper):
        websocket.data_received(masked(9, b"hi"))
        assert paper.written == b"\x8a\x02hi"

    on_paper(story)


def test_a_client_that_answers_no_ping_is_closed(on_paper):
    async def story(websocket, paper):
        websocket.keep_alive()
        assert paper.written == b"\x89\0"
        websocket.data_received(masked(10, b""))
        websocket.keep_alive()
        assert paper.written == b"\x89\0\x89\0"
        websocket.keep_alive()
        assert paper.written.endswith(b"\x03\xf3keepalive ping timeout")
        assert paper.ended
        with pytest.raises(Closed) as closed:
            await websocket.receive()
        assert closed.value.code == 1011

    on_paper(story)


def test_a_slow_application_is_no_lost_ping(on_paper):
    async def story(websocket, paper):
        websocket.keep_alive()
        for _ in range(3):
            websocket.data_received(masked(2, b"x" * 30_000))
        websocket.keep_alive()
        assert paper.written == b"\x89\0\x89\0"

    on_paper(story)


def test_messages_that_have_arrived_are_received_before_the_close(on_paper):
    async def story(websocket, paper):
        websocket.data_received(masked(1, b"last") + masked(8, b"\x03\xe8"))
        assert await websocket.receive() == "last"
        with suppress(Closed):
            await websocket.receive()
            pytest.fail("it is closed")

    on_paper(story)
