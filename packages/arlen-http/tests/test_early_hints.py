"""What a client is told before the response."""

from __future__ import annotations

import asyncio

import pytest
from arlen_http import InvalidHeader, Request, Response, StreamResponse
from arlen_http.asgi import to_asgi

LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LINKS = ["</a.css>; rel=preload; as=style", "</b.js>; rel=preload; as=script"]
HINTS = f"HTTP/1.1 103 Early Hints\r\nlink: {LINKS[0]}\r\nlink: {LINKS[1]}\r\n\r\n".encode()


async def hinting(request):
    await request.send_early_hints(LINKS)
    return Response(b"ok")


def test_hints_come_before_the_response(answer):
    received = answer(hinting, LAST)
    assert received.startswith(HINTS + b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"\r\n\r\nok")


def test_a_client_of_http_1_0_gets_none(answer):
    assert answer(hinting, LAST.replace(b"HTTP/1.1", b"HTTP/1.0")).startswith(b"HTTP/1.1 200 OK\r\n")


def test_nothing_is_written_into_a_response_that_has_begun(answer):
    async def handle(request):
        async def pieces():
            yield b"a"
            await request.send_early_hints(LINKS)
            yield b"b"

        return StreamResponse(pieces())

    assert b" 103 " not in answer(handle, LAST)


def test_nothing_is_written_for_a_request_that_is_over(answer):
    first = []

    async def handle(request):
        first.append(request)
        await first[0].send_early_hints(LINKS)
        return Response(b"ok")

    assert answer(handle, LAST.replace(b"Connection: close\r\n", b"") + LAST).count(b" 103 ") == 1


def test_a_link_that_would_break_the_head_is_refused(answer, caplog):
    async def handle(request):
        with pytest.raises(InvalidHeader):
            await request.send_early_hints(["</a>\r\nx: y"])
        return Response(b"ok")

    assert answer(handle, LAST).startswith(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(InvalidHeader):
        asyncio.run(Request.build().send_early_hints(["</a>\r\nx: y"]))


@pytest.mark.parametrize("offered", [True, False])
def test_another_server_is_asked_to_send_them_if_it_can(run, offered):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [],
        "extensions": {"http.response.early_hint": {}} if offered else {},
    }
    run(to_asgi(hinting)(scope, receive, send))
    hints = [message["links"] for message in sent if message["type"] == "http.response.early_hint"]
    assert hints == ([[link.encode() for link in LINKS]] if offered else [])
