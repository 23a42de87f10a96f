"""Request bodies that were sent compressed, decoded within the limit that holds for all bodies."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from arlen_http.body import RequestBody
from arlen_http.errors import RequestRefused
from arlen_http.handler import Handler
from arlen_http.request import Request
from arlen_http.response import Response

__all__ = ["decoded"]

# What zlib takes for the container of each coding (RFC 9110 section 8.4.1).
_CONTAINERS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 15}
_PIECE_BYTES = 65_536
# Fields that describe the body as it was sent.
_OF_THE_CODED_BODY = frozenset((b"content-encoding", b"content-length", b"transfer-encoding"))


def decoded(handler: Handler, max_body_bytes: Callable[[Request], int]) -> Handler:
    """A handler whose requests have their body decoded, if it was sent with ``Content-Encoding: gzip`` or ``deflate``.

    The handler sees neither that field nor the length of what was sent. A body in another coding stays as it is.

    Args:
        max_body_bytes: how long the decoded body of a request may be; more is refused with 413.
    """

    def handle(request: Request) -> Response | Awaitable[Response]:
        container = _CONTAINERS.get(request.head.last.get(b"content-encoding", b"").strip().lower())
        if container is None:
            return handler(request)
        decoder = _Decoder(container, max_body_bytes(request))
        fields = [field for field in request.head.fields if field[0] not in _OF_THE_CODED_BODY]
        return handler(request.with_body(fields, decoder.body))

    return handle


class _Decoder:
    """Bytes of a coded body in, bytes of the body out."""

    __slots__ = ("_container", "_engine", "_remaining")

    def __init__(self, container: int, max_body_bytes: int) -> None:
        self._container = container
        self._engine = zlib.decompressobj(container)
        self._remaining = max_body_bytes

    def body(self, coded: RequestBody) -> RequestBody:
        """The body that another one encodes; decoded at once where all of that has arrived.

        Raises:
            RequestRefused: as `feed` and `finish`.
        """
        if not coded.complete:
            return _DecodedBody(coded, self)
        content = b"".join(self.feed(coded.content))
        self.finish()
        return RequestBody.of(content)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes decode to, in pieces of at most 64 KiB.

        Raises:
            RequestRefused: 400 when they do not decode, 413 beyond the limit.
        """
        while data:
            if self._engine.eof:
                self._engine = zlib.decompressobj(self._container)
            try:
                piece = self._engine.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                raise _undecodable(str(error)) from error
            data = self._engine.unconsumed_tail or self._engine.unused_data
            self._remaining -= len(piece)
            if self._remaining < 0:
                raise RequestRefused(413, "body_too_large", "the decoded body is larger than a body may be")
            if piece:
                yield piece

    def finish(self) -> None:
        """The coded body has ended.

        Raises:
            RequestRefused: 400, when that is too early.
        """
        if not self._engine.eof:
            raise _undecodable("it ends too early")


def _undecodable(reason: str) -> RequestRefused:
    return RequestRefused(400, "invalid_content", f"the body is not in its Content-Encoding: {reason}")


class _NobodyAsked:
    """The `BodySource` of a body that asks the coded one itself."""

    def body_wanted(self) -> None: ...

    def body_taken(self) -> None: ...


class _DecodedBody(RequestBody):
    """A body that is decoded as it is read."""

    __slots__ = ("_coded", "_decoder")

    def __init__(self, coded: RequestBody, decoder: _Decoder) -> None:
        super().__init__(_NobodyAsked())
        self._coded = coded
        self._decoder = decoder

    async def read(self) -> bytes:
        if not (self.complete or self._streamed):
            async for piece in self._pieces():
                self.feed(piece)
            self.finish(self._coded.trailers)
        return self.content

    async def stream(self) -> AsyncIterator[bytes]:
        if self.complete or self._streamed:
            async for stretch in super().stream():
                yield stretch
            return
        self._streamed = True
        async for piece in self._pieces():
            yield piece
        self.finish(self._coded.trailers)

    async def _pieces(self) -> AsyncIterator[bytes]:
        async for stretch in self._coded.stream():
            for piece in self._decoder.feed(stretch):
                yield piece
        self._decoder.finish()
