"""The body of a request on its way from the connection to the handler."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Protocol

from .errors import BodyNotReadError

if TYPE_CHECKING:
    import asyncio

__all__ = ["NO_BODY", "BodySource", "RequestBody"]


class BodySource(Protocol):
    """Where the bytes of a body come from, told when a reader waits for them and when it has taken some."""

    def body_wanted(self) -> None:
        """A reader waits: ask the peer to go on."""

    def body_taken(self) -> None:
        """A reader has emptied the buffer: the peer may send more."""


class RequestBody:
    """Bytes that arrive, are read once, and may end early.

    Attributes:
        complete: whether the last byte has arrived.
        error: why no more will arrive, if so.
        gathering: whether the whole is wanted, however much of it waits in memory.
        size: bytes that wait to be read.
        trailers: the fields that followed a chunked body, names in lower case.
    """

    __slots__ = (
        "_content",
        "_source",
        "_streamed",
        "_stretches",
        "_waiter",
        "complete",
        "error",
        "gathering",
        "size",
        "trailers",
    )

    def __init__(self, source: BodySource) -> None:
        self._source: BodySource | None = source
        self._stretches: list[bytes] = []
        self._content: bytes | None = None
        self.error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._streamed = False
        self.size = 0
        self.complete = False
        self.gathering = False
        self.trailers: Mapping[str, str] = {}

    @classmethod
    def of(cls, content: bytes) -> RequestBody:
        """A body that has already arrived."""
        body = cls.__new__(cls)
        body._source = body.error = body._waiter = None
        body._stretches = []
        body._content = content
        body._streamed = False
        body.size = len(content)
        body.complete = body.gathering = True
        body.trailers = {}
        return body

    def feed(self, stretch: bytes) -> None:
        """Add bytes that have arrived."""
        self._stretches.append(stretch)
        self.size += len(stretch)
        self._wake()

    def finish(self, trailers: Mapping[str, str]) -> None:
        """The last byte has arrived."""
        self.trailers = trailers
        self.complete = True
        self._source = None
        self._wake()

    def fail(self, error: Exception) -> None:
        """No more bytes will come; readers get this error after those that have."""
        if not self.complete and self.error is None:
            self.error = error
            self._wake()

    @property
    def content(self) -> bytes:
        """The whole body.

        Raises:
            BodyNotReadError: it has not arrived, or it was streamed.
        """
        if self._content is None:
            if self._streamed:
                raise BodyNotReadError("the body was read by request.stream()", code="body_consumed")
            if not self.complete:
                raise BodyNotReadError("the body has not arrived; await request.body() before request.content")
            self._content = b"".join(self._stretches)
            self._stretches.clear()
        return self._content

    async def read(self) -> bytes:
        """Wait for the whole body.

        Raises:
            BodyNotReadError: it was streamed.
            ClientDisconnect: the peer went away before its end.
            RequestRefused: its framing is wrong or it is too large.
        """
        self.gathering = True
        while not self.complete and not self._streamed:
            await self._more()
        return self.content

    async def stream(self) -> AsyncIterator[bytes]:
        """Every stretch as it arrives; the connection reads on as fast as this is consumed.

        Raises:
            As `read`.
        """
        if self._content is not None:
            if self._content:
                yield self._content
            return
        if self._streamed:
            raise BodyNotReadError("the body was already read by request.stream()", code="body_consumed")
        self._streamed = True
        while True:
            if self._stretches:
                stretches, self._stretches = self._stretches, []
                for stretch in stretches:
                    self.size -= len(stretch)
                    if not self.size and self._source is not None:
                        self._source.body_taken()
                    yield stretch
            elif self.complete:
                return
            else:
                await self._more()

    async def _more(self) -> None:
        if self.error is not None:
            raise self.error
        assert self._source is not None
        from asyncio import get_running_loop

        waiter = self._waiter = get_running_loop().create_future()
        self._source.body_wanted()
        await waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


NO_BODY = RequestBody.of(b"")
