"""A response whose body is produced while it is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from contextlib import aclosing
from typing import ClassVar

from .headers import HeaderSource
from .response import Response
from .writer import ResponseWriter

__all__ = ["StreamResponse"]

Piece = bytes | str


class StreamResponse(Response):
    """Content from an iterable or asynchronous iterable of ``bytes`` or ``str``.

    The client sets the pace: the next item is asked for when the last one has been accepted. When the client goes away
    the iteration is cancelled and a generator is closed. A plain iterable is advanced in a thread.

    Args:
        content: what to send.
        length: bytes that will be sent; without it the content is chunked (HTTP/1.1) or ends with the connection.
    """

    __slots__ = ("content", "length")

    in_memory: ClassVar[bool] = False

    def __init__(
        self,
        content: AsyncIterable[Piece] | Iterable[Piece],
        status: int = 200,
        headers: HeaderSource | None = None,
        content_type: str | None = None,
        length: int | None = None,
    ) -> None:
        super().__init__(b"", status, headers, content_type)
        self.content = content
        self.length = length

    async def send(self, writer: ResponseWriter) -> None:
        async with aclosing(_pieces(self.content)) as pieces:
            await writer.begin(self, self.length)
            if writer.head_only:
                return
            async for piece in pieces:
                await writer.write(piece.encode() if isinstance(piece, str) else piece)
            await writer.end()


async def _pieces(content: AsyncIterable[Piece] | Iterable[Piece]) -> AsyncGenerator[Piece, None]:
    """The items of either kind of iterable; leaving early closes it."""
    if isinstance(content, AsyncIterable):
        items = aiter(content)
        try:
            async for item in items:
                yield item
        finally:
            if isinstance(items, AsyncGenerator):
                await items.aclose()
    else:
        from asyncio import to_thread

        source = iter(content)
        try:
            while (taken := await to_thread(_take, source)) is not None:
                yield taken
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()


def _take(source: Iterator[Piece]) -> Piece | None:
    return next(source, None)
