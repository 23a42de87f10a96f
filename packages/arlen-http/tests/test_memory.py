"""A server that gets no more memory."""

from __future__ import annotations

import re

import pytest
from arlen_http import Response, StreamResponse
from arlen_http.parser import RequestReader

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def plain(request):
    return Response(b"ok", headers={"x": "y"})


async def awaited(request):
    return Response(b"ok", headers={"x": "y"})


async def streamed(request):
    return StreamResponse([b"ok"])


@pytest.fixture
def exhausted(monkeypatch):
    """``exhausted(owner, name)``: the next call of this finds no memory."""

    def exhausted(owner, name):
        original = getattr(owner, name)

        def fail(*args, **kwargs):
            monkeypatch.setattr(owner, name, original)
            raise MemoryError

        monkeypatch.setattr(owner, name, fail)

    return exhausted


@pytest.mark.parametrize("app", [plain, awaited])
@pytest.mark.parametrize(
    ("moment", "data"), [("feed", GET), ("next_head", GET), ("next_head", GET + GET), ("next_stretch", POST)]
)
def test_no_memory_for_a_request_is_answered_503(converse, exhausted, app, moment, data):
    async def story(talk):
        exhausted(RequestReader, moment)
        return await talk(data), await talk(LAST)

    received, after = converse(app, story)
    assert received == (
        b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 12\r\n"
        b"connection: close\r\n\r\nserver busy\n"
    )
    assert after.endswith(b"ok")


@pytest.mark.parametrize(
    ("app", "place"), [(plain, "write_whole"), (awaited, "write_whole"), (streamed, "encoded_head")]
)
def test_no_memory_for_the_head_of_a_response_is_answered_with_fixed_bytes(converse, exhausted, app, place, caplog):
    async def story(talk):
        import arlen_http.connection
        import arlen_http.exchange

        module = arlen_http.connection if place == "write_whole" else arlen_http.exchange
        exhausted(module, place)
        return await talk(GET), await talk(LAST)

    received, after = converse(app, story)
    assert received == (
        b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 22\r\n"
        b"connection: close\r\n\r\ninternal server error\n"
    )
    assert re.search(rb"ok(\r\n0\r\n\r\n)?$", after)


def test_no_memory_in_the_middle_of_a_response_ends_it(converse, caplog):
    async def breaking():
        yield b"begun"
        raise MemoryError

    async def handle(request):
        return StreamResponse(breaking()) if request.raw_path == "/" else Response(b"ok")

    async def story(talk):
        return await talk(GET), await talk(LAST.replace(b"/", b"/other", 1))

    received, after = converse(handle, story)
    assert received.endswith(b"begun\r\n")
    assert after.endswith(b"ok")
