"""One handler at a time."""

from __future__ import annotations

import asyncio
import re

import pytest
from arlen_http import Response, StreamResponse, Upgrade

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Watched:
    """Knows how many of its handlers run at once."""

    def __init__(self, kind):
        self.kind = kind
        self.running = 0
        self.most = 0

    async def work(self):
        self.running += 1
        self.most = max(self.most, self.running)
        for _ in range(10):
            await asyncio.sleep(0)
        self.running -= 1
        return b"done"

    async def handle(self, request):
        if self.kind == "stream":
            return StreamResponse(self.pieces())
        return Response(await self.work())

    async def pieces(self):
        yield await self.work()

    async def asgi(self, scope, receive, send):
        if scope["type"] == "http":
            body = await self.work()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("mode", ["concurrent", "serialized"])
@pytest.mark.parametrize("kind", ["coroutine", "stream", "asgi"])
def test_handlers_run_one_after_the_other_when_they_shall(converse, kind, mode):
    async def story(talk):
        data = GET if mode == "serialized" else GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        return await asyncio.gather(*(talk(data) for _ in range(5)))

    app = Watched(kind)
    answers = converse(app.asgi if kind == "asgi" else app, story, request_dispatch_mode=mode)
    assert all(b"done" in answer for answer in answers)
    assert (app.most == 1) == (mode == "serialized")


def test_there_is_one_request_in_a_connection(answer):
    answers = answer(lambda request: Response(b"ok"), GET * 3, request_dispatch_mode="serialized")
    assert re.findall(rb"connection: ([\w-]+)", answers) == [b"close"]


class Waiting(asyncio.Protocol):
    """Stays."""


async def reading(request):
    if request.raw_path == "/upgrade":
        return Upgrade(Waiting, {"upgrade": "x"})
    return Response(await request.body())


@pytest.mark.parametrize(
    "begin",
    [GET[:9], b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo", GET.replace(b"/", b"/upgrade", 1)],
    ids=["half a head", "half a body", "upgraded"],
)
def test_peers_that_send_slowly_or_are_upgraded_do_not_hold_others_up(converse, begin):
    async def story(talk):
        async with talk.connection() as (_, writer):
            writer.write(begin)
            for _ in range(20):
                await asyncio.sleep(0)
            return await talk(GET)

    answered = converse(reading, story, request_dispatch_mode="serialized", graceful_shutdown_seconds=0)
    assert b" 200 OK" in answered


def test_a_handler_that_fails_lets_the_next_one_run(converse, caplog):
    async def failing(request):
        raise LookupError("lost")

    async def story(talk):
        return [await talk(GET) for _ in range(2)]

    assert all(b" 500 " in answer for answer in converse(failing, story, request_dispatch_mode="serialized"))
