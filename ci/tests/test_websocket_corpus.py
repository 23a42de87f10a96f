"""WebSockets of an ASGI guest under handshakes and frames that are wrong, and under those that are unusual."""

from __future__ import annotations

import asyncio
import logging
import struct
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from arlen_http import Server, ServerSettings

from ci.fuzz.answers import read_answers
from ci.fuzz.corpus import FIXTURES, Case, as_bytes, load

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"
CLOSED = b"\x88\x02\x03\xe8"

DIRECTORY = FIXTURES.with_name("websocket")
HANDSHAKES = load(DIRECTORY)
FRAMES = tomllib.loads((DIRECTORY / "frames.toml").read_text())["frames"]

frames = pytest.mark.parametrize("case", FRAMES, ids=[case["id"] for case in FRAMES])


async def echo(scope, receive, send):
    """Accepts a WebSocket and says everything again; anything else is 405."""
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 405, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a peer does is worth more than a warning."""
    yield
    assert [record for record in caplog.get_records("call") if record.levelno > logging.WARNING] == []


Talk = Callable[..., Awaitable[bytes]]


@asynccontextmanager
async def served() -> AsyncIterator[Talk]:
    """``talk(piece, ..., ends=False)``: everything that the server answers before it closes.

    With ``closes_after=n`` the closing handshake follows when ``n`` bytes have come back behind the head.
    """

    async def talk(*pieces: bytes, ends: bool = False, closes_after: int | None = None) -> bytes:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        received = b""
        try:
            async with asyncio.timeout(4):
                for piece in pieces:
                    writer.write(piece)
                    await asyncio.sleep(0)
                if closes_after is not None:
                    received = await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(closes_after)
                    writer.write(CLOSE)
                if ends:
                    writer.write_eof()
                return received + await reader.read()
        finally:
            writer.close()

    async with Server(echo, ServerSettings(port=0)) as server:
        yield talk


def session(data: bytes) -> bytes:
    """What the server says behind its 101."""
    head, _, rest = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    return rest


async def still_serves(talk: Talk) -> bool:
    return session(await talk(HANDSHAKE, b"\x81\x82\0\0\0\0hi", closes_after=4)) == b"\x81\x02hi" + CLOSED


@pytest.mark.parametrize("case", HANDSHAKES, ids=[case.id for case in HANDSHAKES])
def test_a_wrong_handshake_gets_an_answer_and_no_websocket(case: Case) -> None:
    async def main() -> None:
        async with served() as talk:
            [answer] = read_answers(await talk(case.send, ends=True))
            assert [answer.status] == list(case.answers)
            if answer.status == 426:
                assert answer.fields["sec-websocket-version"] == "13"
            assert await still_serves(talk)

    asyncio.run(main())


@frames
@pytest.mark.parametrize("piece", [2**20, 3], ids=["whole", "in pieces"])
def test_frames_are_echoed_or_end_the_session_with_their_code(case, piece) -> None:
    async def main() -> None:
        data = as_bytes(case["send"])
        stride = max(piece, len(data) // 50)
        pieces = [data[place : place + stride] for place in range(0, len(data), stride)]
        async with served() as talk:
            if "close" in case:
                told = session(await talk(HANDSHAKE, *pieces))
                assert (told[:1], struct.unpack("!H", told[2:4])[0]) == (b"\x88", case["close"])
                assert len(told) == 2 + told[1]
            else:
                expected = as_bytes(case["receive"])
                assert session(await talk(HANDSHAKE, *pieces, closes_after=len(expected))) == expected + CLOSED
            assert await still_serves(talk)

    asyncio.run(main())


@frames
def test_a_peer_that_leaves_anywhere_leaves_nothing_behind(case) -> None:
    async def main() -> None:
        data = as_bytes(case["send"])
        async with served() as talk:
            for place in range(0, min(len(data), 40), 3):
                await talk(HANDSHAKE + data[:place], ends=True)
            assert await still_serves(talk)

    asyncio.run(main())
