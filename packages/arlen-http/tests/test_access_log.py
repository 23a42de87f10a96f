"""A line for every request."""

from __future__ import annotations

import asyncio
import json
import logging
import re

import pytest
from arlen_http import Response, RuntimeLimits, StreamResponse, Upgrade

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /x?y=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def pieces():
    yield b"abc"
    yield b"de"


async def breaking():
    yield b"abc"
    raise LookupError("lost")


async def handle(request):
    match request.raw_path:
        case "/stream":
            return StreamResponse(pieces())
        case "/break":
            return StreamResponse(breaking())
        case "/fail":
            raise LookupError("lost")
        case "/upgrade":
            return Upgrade(Closing, {"upgrade": "x"})
    return Response(await request.body() or b"ok", headers={"x": "y"})


class Closing(asyncio.Protocol):
    def connection_made(self, transport):
        transport.close()


def plain(request):
    return Response(request.content or b"ok")


@pytest.fixture
def lines(answer, caplog):
    """``lines(app, data, format)``: what the log says of these requests, without durations."""

    def lines(app, *parts, format="text", **settings):
        caplog.set_level(logging.INFO, "arlen.http.access")
        answer(app, *parts, access_log=format, **settings)
        return [record.message for record in caplog.records if record.name == "arlen.http.access"]

    return lines


def request(path, method="GET", fields=""):
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n".encode()


@pytest.mark.parametrize("app", [plain, handle])
def test_a_line_says_who_asked_for_what_and_what_became_of_it(lines, app):
    first, second = lines(app, GET + LAST)
    assert re.fullmatch(r'127\.0\.0\.1 "GET /" 200 2 \d+\.\dms -', first)
    assert re.fullmatch(r'127\.0\.0\.1 "GET /x\?y=1" 200 2 \d+\.\dms -', second)


def test_a_line_can_be_json(lines):
    [line] = lines(handle, LAST, format="json")
    access = json.loads(line)
    assert access.pop("duration_ms") >= 0
    assert access == {
        "client": "127.0.0.1",
        "method": "GET",
        "target": "/x?y=1",
        "status": 200,
        "bytes": 2,
        "reason": "",
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (request("/stream"), '"GET /stream" 200 5 -'),
        (request("/", "HEAD"), '"HEAD /" 200 0 -'),
        (request("/upgrade"), '"GET /upgrade" 101 0 -'),
        (request("/", "POST", "Content-Length: 4\r\n") + b"body", '"POST /" 200 4 -'),
        (request("/fail"), '"GET /fail" 500 22 handler_failed'),
        (request("/break"), '"GET /break" 200 3 handler_failed'),
        (b"nonsense\r\n\r\n", '"-" 400 12 invalid_request_line'),
        (request("/", "POST", "Transfer-Encoding: chunked\r\n") + b"zz\r\n", '"POST /" 400 12 invalid_chunk'),
        (request("/", "POST", "Content-Length: 9999999\r\n"), '"-" 413 18 body_too_large'),
    ],
)
def test_there_is_one_line_whatever_becomes_of_a_request(lines, caplog, data, said):
    [line] = lines(handle, data)
    assert re.sub(r" [\d.]+ms", "", line) == f"127.0.0.1 {said}"


def test_a_peer_that_is_turned_away_has_a_line(converse, caplog):
    async def story(talk):
        async with talk.connection() as (reader, writer):
            writer.write(GET)
            await reader.readuntil(b"ok")
            await talk(LAST)

    caplog.set_level(logging.INFO, "arlen.http.access")
    converse(plain, story, access_log="text", runtime_limits=RuntimeLimits(max_concurrent_http_sessions=1))
    assert re.sub(r" [\d.]+ms", "", caplog.messages[-1]) == '127.0.0.1 "-" 503 12 http_session_limit'


def test_nothing_is_written_when_the_log_is_off(lines):
    assert lines(handle, LAST, format="off") == []
