"""Answers whose bodies are still being sent."""

from __future__ import annotations

import codecs
from collections.abc import AsyncGenerator, Iterator
from typing import TypeVar

import httpx
from anyio.from_thread import BlockingPortal

from .answer import Answer
from .events import Event, EventReader

__all__ = ["AsyncStream", "Stream", "stepwise"]

T = TypeVar("T")


class AsyncStream:
    """An answer whose body is still being sent.

    Attributes:
        status: the status code.
        headers: case-insensitive, as in :class:`Answer`.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status: int = response.status_code
        self.headers: httpx.Headers = response.headers

    async def read(self) -> Answer:
        """Wait for the rest of the body."""
        await self._response.aread()
        return Answer(self._response)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body's pieces as the application sends them."""
        async for chunk in self._response.aiter_bytes():
            yield chunk

    async def lines(self) -> AsyncGenerator[str, None]:
        """The body's lines, without their ends."""
        async for line in self._response.aiter_lines():
            yield line

    async def events(self) -> AsyncGenerator[Event, None]:
        """The body's server-sent events, until the application ends the stream."""
        reader, decoder = EventReader(), codecs.getincrementaldecoder("utf-8")("replace")
        async for chunk in self._response.aiter_bytes():
            for event in reader.feed(decoder.decode(chunk)):
                yield event


class Stream:
    """An answer whose body is still being sent, for ordinary tests; see :class:`AsyncStream`."""

    def __init__(self, portal: BlockingPortal, stream: AsyncStream) -> None:
        self._portal = portal
        self._stream = stream
        self.status: int = stream.status
        self.headers: httpx.Headers = stream.headers

    def read(self) -> Answer:
        """Wait for the rest of the body."""
        return self._portal.call(self._stream.read)

    def chunks(self) -> Iterator[bytes]:
        """The body's pieces as the application sends them."""
        return stepwise(self._portal, self._stream.chunks())

    def lines(self) -> Iterator[str]:
        """The body's lines, without their ends."""
        return stepwise(self._portal, self._stream.lines())

    def events(self) -> Iterator[Event]:
        """The body's server-sent events, until the application ends the stream."""
        return stepwise(self._portal, self._stream.events())


def stepwise(portal: BlockingPortal, source: AsyncGenerator[T, None]) -> Iterator[T]:
    """The same pieces for a thread that waits for each."""

    async def step() -> T | _End:
        return await anext(source, _END)

    while not isinstance(piece := portal.call(step), _End):
        yield piece


class _End:
    """Stands behind the last piece of a stream."""


_END = _End()
