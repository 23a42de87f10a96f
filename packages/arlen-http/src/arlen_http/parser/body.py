"""The two ways in which a body ends: after a number of bytes, or where its chunks say so (RFC 9112 sections 6 and 7).

A decoder takes the next stretch of body bytes from a buffer. Both backends share these: where one message ends and the
next begins is decided once, so no two parsers can disagree about it.
"""

from __future__ import annotations

import re
from typing import Protocol

from arlen_http.errors import RequestRefused

from .backend import HeadParser
from .head import check_encoding

__all__ = ["BodyDecoder", "ChunkedBody", "SizedBody"]

_MAX_CHUNK_LINE_BYTES = 1024
_MAX_TRAILER_BYTES = 8192

_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[\t\x20-\x7e\x80-\xff]*)?")
_LONE_LINE_FEED = re.compile(rb"(?<!\r)\n")


class BodyDecoder(Protocol):
    """Takes one body from a buffer, stretch by stretch."""

    complete: bool

    @property
    def remaining(self) -> int | None:
        """Bytes that are still to come, ``None`` when nobody knows."""

    def limit(self, most: int) -> None:
        """Allow no more than this many bytes.

        Raises:
            RequestRefused: 413, when it is known that there are more.
        """

    def take(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        """The next stretch of the body and the position after it; an empty one when more bytes are needed or none come.

        Raises:
            RequestRefused: 400 for wrong framing, 413 for a body above its limit, 431 for too large a trailer.
        """


class SizedBody:
    """A body with a Content-Length above zero, already held against its limit."""

    __slots__ = ("_remaining", "complete")

    def __init__(self, length: int) -> None:
        self._remaining = length
        self.complete = False

    @property
    def remaining(self) -> int | None:
        return self._remaining

    def limit(self, most: int) -> None:
        if self._remaining > most:
            raise RequestRefused(413, "body_too_large", f"the body is announced with more than {most} bytes")

    def take(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        stretch = buffer[position : position + self._remaining]
        self._remaining -= len(stretch)
        self.complete = not self._remaining
        return stretch, position + len(stretch)


class ChunkedBody:
    """A body in chunks, with the trailer that may follow it."""

    __slots__ = ("_backend", "_chunk", "_max_bytes", "_seen", "_step", "complete", "trailers")

    def __init__(self, max_bytes: int, backend: HeadParser) -> None:
        self._backend = backend
        self._max_bytes = max_bytes
        self._seen = 0
        self._chunk = 0
        self._step = self._size_line
        self.complete = False
        self.trailers: list[tuple[bytes, bytes]] = []

    @property
    def remaining(self) -> int | None:
        return 0 if self.complete else None

    def limit(self, most: int) -> None:
        self._max_bytes = most

    def take(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        while not self.complete:
            step = self._step
            stretch, after = step(buffer, position)
            if stretch or (after == position and self._step is step):
                return stretch, after
            position = after
        return b"", position

    def _size_line(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        end = buffer.find(b"\r\n", position, position + _MAX_CHUNK_LINE_BYTES + 2)
        if end < 0:
            if len(buffer) - position > _MAX_CHUNK_LINE_BYTES + 1 or b"\n" in buffer[position:]:
                raise RequestRefused(400, "invalid_chunk", "a chunk's size line is too long or has no line end")
            return b"", position
        found = _CHUNK_LINE.fullmatch(buffer, position, end)
        if found is None:
            raise RequestRefused(400, "invalid_chunk", "a chunk does not begin with its size in hexadecimal digits")
        self._chunk = int(found[1], 16)
        self._seen += self._chunk
        if self._seen > self._max_bytes:
            raise RequestRefused(413, "body_too_large", f"the chunks hold more than {self._max_bytes} bytes")
        self._step = self._data if self._chunk else self._trailer
        return b"", end + 2

    def _data(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        stretch = buffer[position : position + self._chunk]
        self._chunk -= len(stretch)
        if not self._chunk:
            self._step = self._data_end
        return stretch, position + len(stretch)

    def _data_end(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        if buffer.startswith(b"\r\n", position):
            self._step = self._size_line
            return b"", position + 2
        if buffer[position : position + 2] not in (b"", b"\r"):
            raise RequestRefused(400, "invalid_chunk", "a chunk is longer than its size says")
        return b"", position

    def _trailer(self, buffer: bytes, position: int) -> tuple[bytes, int]:
        if buffer.startswith(b"\r\n", position):
            self.complete = True
            return b"", position + 2
        end = buffer.find(b"\r\n\r\n", position, position + _MAX_TRAILER_BYTES)
        if end < 0:
            if len(buffer) - position >= _MAX_TRAILER_BYTES:
                raise RequestRefused(431, "trailer_too_large", f"the trailer exceeds {_MAX_TRAILER_BYTES} bytes")
            if _LONE_LINE_FEED.search(buffer, position):
                raise RequestRefused(400, "invalid_trailer", "a trailer line does not end in CRLF")
            return b"", position
        lines = buffer[position : end + 4]
        check_encoding(lines)
        fields = self._backend.fields(b"GET / HTTP/1.0\r\n%b" % lines)
        self.trailers = [(name, value.rstrip(b" \t")) for name, value in fields]
        self.complete = True
        return b"", end + 4
