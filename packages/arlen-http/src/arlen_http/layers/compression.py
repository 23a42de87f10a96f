"""Responses made smaller for the clients that accept it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import BinaryIO, ClassVar

from arlen_http import system
from arlen_http.codings import Coding, Encoder, accepted_codings, available_codings
from arlen_http.handler import Handler
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.settings import CompressionSettings
from arlen_http.status import allows_body
from arlen_http.upgrade import Upgrade
from arlen_http.writer import ResponseWriter

__all__ = ["compressed"]

_FILE_PIECE_BYTES = 262_144

_TEXTUAL = re.compile(
    r"text/.*|application/(?:javascript|json|x-javascript|x-ndjson|xml|.*\+(?:json|xml))|image/svg\+xml"
)
# A response with one of these is coded already, is a part or can be asked for in parts, or vouches for its bytes.
_LEAVE_ALONE = frozenset(("accept-ranges", "content-digest", "content-encoding", "content-md5", "content-range"))
_CONSTANT_FIELD = re.compile(
    rb"^(accept-ranges|cache-control|content-[a-z0-9]+):[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
_STRONG_ETAG_LINE = re.compile(rb'^(etag:[ \t]*)(?=")', re.IGNORECASE | re.MULTILINE)


def compressed(handler: Handler, settings: CompressionSettings | None = None) -> Handler:
    """A handler whose textual responses are compressed as the client accepts it.

    A body in memory is compressed whole; what is written piece by piece is compressed so that each piece can be decoded
    on arrival, an event stream for one. ``Vary`` is set whether or not the client accepts a coding, a strong ETag
    becomes weak. Left as they are: short bodies, other media types, parts of a representation and whatever can be asked
    for in parts (every `FileResponse`), what is coded already, ``Cache-Control: no-transform``.

    Args:
        settings: which codings, and from which size on; ``enabled`` is not looked at.

    Raises:
        ArlenHTTPError: code ``unknown_coding``.
    """
    compression = _Compression(settings or CompressionSettings())

    async def later(request: Request, result: Awaitable[Response]) -> Response:
        return compression.applied(request, await result)

    def handle(request: Request) -> Response | Awaitable[Response]:
        result = handler(request)
        return compression.applied(request, result) if isinstance(result, Response) else later(request, result)

    return handle


class _Compression:
    """What is compressed, and how."""

    __slots__ = ("_codings", "_minimum_bytes", "_names")

    def __init__(self, settings: CompressionSettings) -> None:
        self._codings = available_codings(settings.algorithms)
        self._names = tuple(self._codings)
        self._minimum_bytes = settings.minimum_bytes

    def applied(self, request: Request, response: Response) -> Response:
        if response.in_memory:
            coding = self.coding_for(request, response, len(response.body))
            return response if coding is None else _coded(response, coding, coding.encode(response.body))
        if isinstance(response, Upgrade):
            return response
        kind = _CompressedStream if response.ends_with_client else _CompressedExchange
        return kind(response, self)

    def coding_for(self, request: Request, response: Response, length: int | None) -> Coding | None:
        """The coding for a response with a body of so many bytes; names the dependence on the request in it."""
        if not allows_body(response.status) or (length is not None and length < self._minimum_bytes):
            return None
        fields = _fields(response)
        media_type = fields.get("content-type", response.content_type).partition(";")[0].strip().lower()
        if (
            not _TEXTUAL.fullmatch(media_type)
            or not _LEAVE_ALONE.isdisjoint(fields)
            or "no-transform" in fields.get("cache-control", "").lower()
        ):
            return None
        response.headers.add_vary("Accept-Encoding")
        accepted = accepted_codings(",".join(request.headers.get_all("accept-encoding")), self._names)
        return self._codings[accepted[0]] if accepted else None


class _CompressedStream(Response):
    """A response that is compressed while it writes itself."""

    __slots__ = ("_compression", "_original")

    in_memory: ClassVar[bool] = False

    def __init__(self, original: Response, compression: _Compression) -> None:
        super().__init__(b"", original.status)
        self._original = original
        self._compression = compression

    async def send(self, writer: ResponseWriter) -> None:
        original = self._original
        try:
            await original.send(_CompressingWriter(writer, self._compression))
        finally:
            self.status, self.after = original.status, original.after


class _CompressedExchange(_CompressedStream):
    """One that finds out by itself that the client has gone."""

    __slots__ = ()

    ends_with_client: ClassVar[bool] = False


class _CompressingWriter:
    """A `ResponseWriter` between a response and the one that it was given."""

    __slots__ = ("_compression", "_encoder", "_writer", "request")

    def __init__(self, writer: ResponseWriter, compression: _Compression) -> None:
        self.request = writer.request
        self._writer = writer
        self._compression = compression
        self._encoder: Encoder | None = None

    @property
    def head_only(self) -> bool:
        return self._writer.head_only

    async def whole(self, response: Response, body: bytes) -> None:
        coding = self._compression.coding_for(self.request, response, len(body))
        if coding is not None:
            body = coding.encode(body)
            response = _coded(response, coding, body)
        await self._writer.whole(response, body)

    async def begin(self, response: Response, length: int | None) -> None:
        coding = self._compression.coding_for(self.request, response, length)
        if coding is None:
            await self._writer.begin(response, length)
            return
        await self._writer.begin(_coded(response, coding, b""), None)
        if not self.head_only:
            self._encoder = coding.encoder()

    async def write(self, data: bytes) -> None:
        await self._writer.write(data if self._encoder is None else self._encoder.piece(data))

    async def write_file(self, file: BinaryIO, offset: int, count: int) -> None:
        if self._encoder is None:
            await self._writer.write_file(file, offset, count)
            return
        end = offset + count
        while piece := await asyncio.to_thread(system.read, file, offset, min(end - offset, _FILE_PIECE_BYTES)):
            offset += len(piece)
            await self.write(piece)

    def add_trailers(self, lines: bytes) -> None:
        self._writer.add_trailers(lines)

    async def end(self) -> None:
        if self._encoder is not None:
            await self._writer.write(self._encoder.finish())
        await self._writer.end()

    def upgrade(self, response: Upgrade) -> None:
        self._writer.upgrade(response)


def _fields(response: Response) -> dict[str, str]:
    """The fields that decide about compression, wherever the response keeps them."""
    constant = {
        name.decode().lower(): value.decode("latin-1")
        for name, value in _CONSTANT_FIELD.findall(response.constant_headers)
    }
    return constant | dict(response.own_headers or ())


def _coded(response: Response, coding: Coding, body: bytes) -> Response:
    """The same response with a coded body; the original may belong to more requests than this one."""
    result = Response(body, response.status, response.headers.items(), response.content_type)
    fields = result.headers
    fields.delete("content-length")
    fields.set("content-encoding", coding.name)
    etag = fields.get("etag")
    if etag is not None and etag.startswith('"'):
        fields.set("etag", f"W/{etag}")
    result.constant_headers = _STRONG_ETAG_LINE.sub(rb"\1W/", response.constant_headers)
    result.after = response.after
    return result
