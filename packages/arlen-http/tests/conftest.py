"""What the tests of this package share: the bytes of a conversation, and a server to have it with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from arlen_http import RequestRefused, Server, ServerSettings
from arlen_http.parser import RequestReader, backend_named
from arlen_http.settings import RequestLimits


class Conversation:
    """A client that writes bytes and reads what comes back until the server closes."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        host, port = self.server.sockets[0].getsockname()[:2]
        reader, writer = await asyncio.open_connection(host, port)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def __call__(self, *parts: bytes) -> bytes:
        """Everything that the server answers to these bytes before it closes."""
        async with self.connection() as (reader, writer):
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """``await until(condition)``: let the loop turn until this holds."""

    async def until(condition: Callable[[], object]) -> None:
        while True:
            if condition():
                return
            await asyncio.sleep(0)

    return until


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run() -> Callable[[Awaitable[Any]], Any]:
    """Run a coroutine; one that does not end within ten seconds has failed."""

    async def bounded(work: Awaitable[Any]) -> Any:
        async with asyncio.timeout(10):
            return await work

    return lambda work: asyncio.run(bounded(work))


@pytest.fixture
def converse(run: Callable[[Awaitable[Any]], Any]) -> Callable[..., Any]:
    """``converse(app, story, **settings)``: serve the app and run ``story(talk)``."""

    def converse(app: Any, story: Callable[[Conversation], Awaitable[Any]], **options: Any) -> Any:
        clock = options.pop("clock", None)

        async def main() -> Any:
            arguments = {} if clock is None else {"clock": clock}
            async with Server(app, ServerSettings(port=0, **options), **arguments) as server:
                return await story(Conversation(server))

        return run(main())

    return converse


@pytest.fixture
def answer(converse: Callable[..., Any]) -> Callable[..., bytes]:
    """``answer(app, *parts, **settings)``: the bytes with which a server answers these."""
    return lambda app, *parts, **settings: converse(app, lambda talk: talk(*parts), **settings)


@pytest.fixture(params=["httptools", "h11"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Outcome = tuple[Any, ...]


def read_all(backend: str, pieces: list[bytes], limits: RequestLimits) -> list[Outcome]:
    """Everything that a reader makes of these bytes: requests, then perhaps a refusal."""
    reader = RequestReader(backend_named(backend), limits)
    outcomes: list[Outcome] = []
    head, body = None, b""
    try:
        for piece in pieces:
            reader.feed(piece)
            while True:
                if head is None:
                    head = reader.next_head()
                    if head is None:
                        break
                    body = b""
                while not reader.body_complete and (stretch := reader.next_stretch()):
                    body += stretch
                if not reader.body_complete:
                    break
                fields = [(name, value.rstrip(b" \t")) for name, value in head.fields]
                outcomes.append(
                    (
                        head.method,
                        head.raw_path,
                        head.query_string,
                        head.http_version,
                        head.keep_alive,
                        fields,
                        body,
                        reader.trailers,
                    )
                )
                head = None
    except RequestRefused as refusal:
        outcomes.append((refusal.status,))
    return outcomes


@pytest.fixture(scope="session")
def outcomes() -> Callable[..., list[Outcome]]:
    """``outcomes(backend, *pieces, **limits)``: what a reader makes of bytes that arrive in these pieces."""
    return lambda backend, *pieces, **limits: read_all(backend, list(pieces), RequestLimits(**limits))
