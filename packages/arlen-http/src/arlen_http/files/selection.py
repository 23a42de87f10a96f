"""What of a file answers a request: all of it, parts of it, or that the client has it already."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from arlen_http import system
from arlen_http.conditional import Verdict, evaluate
from arlen_http.dates import parse_http_date
from arlen_http.request import Request

from .open_files import OpenFile
from .ranges import RangeNotSatisfiable, byte_ranges

__all__ = ["Selection", "selected", "whole"]

_CONDITIONS = frozenset((b"range", b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"))


@dataclass(frozen=True, slots=True)
class Selection:
    """The content of a response from a file.

    Attributes:
        status: 200, 206, 304, 412 or 416.
        content_type: that of the file, or of the parts together.
        parts: positions in the file, each with what is sent before it.
        ending: what is sent behind the last part.
        content_range: the value of that field, ``""`` for none.
    """

    status: int
    content_type: str
    parts: Sequence[tuple[bytes, range]] = ()
    ending: bytes = b""
    content_range: str = ""

    @property
    def length(self) -> int:
        """Bytes of the content."""
        return sum(len(before) + len(part) for before, part in self.parts) + len(self.ending)

    def read(self, file: BinaryIO) -> bytes:
        """The content."""
        pieces = [before + system.read(file, part.start, len(part)) for before, part in self.parts]
        return b"".join((*pieces, self.ending))


def whole(content_type: str, size: int) -> Selection:
    """All of the file."""
    return Selection(200, content_type, ((b"", range(size)),))


def selected(request: Request, opened: OpenFile, content_type: str, etag: str) -> Selection:
    """What the conditions and ranges of a request make of a file (RFC 9110 sections 13 and 14).

    Args:
        etag: of the representation that the file holds, quoted.
    """
    if _CONDITIONS.isdisjoint(request.head.last):
        return whole(content_type, opened.size)
    verdict = evaluate(request, etag, opened.modified)
    if verdict is not Verdict.SEND:
        return Selection(verdict.value, content_type)
    try:
        parts = _asked_ranges(request, opened, etag)
    except RangeNotSatisfiable:
        return Selection(416, content_type, content_range=f"bytes */{opened.size}")
    if parts is None:
        return whole(content_type, opened.size)
    if len(parts) > 1:
        return _multipart(parts, opened.size, content_type)
    return Selection(206, content_type, ((b"", parts[0]),), content_range=_content_range(parts[0], opened.size))


def _asked_ranges(request: Request, opened: OpenFile, etag: str) -> list[range] | None:
    headers = request.headers
    if request.method != "GET" or "range" not in headers:
        return None
    condition = headers.get("if-range")
    if condition is not None and condition != etag and parse_http_date(condition) != opened.modified:
        return None
    return byte_ranges(headers["range"], opened.size)


def _multipart(parts: list[range], size: int, content_type: str) -> Selection:
    """Several parts in one body (RFC 9110 section 14.6)."""
    boundary = secrets.token_hex(12)
    laid_out = [
        (f"\r\n--{boundary}\r\ncontent-type: {content_type}\r\ncontent-range: {where}\r\n\r\n".encode(), part)
        for part, where in ((part, _content_range(part, size)) for part in parts)
    ]
    ending = f"\r\n--{boundary}--\r\n".encode()
    return Selection(206, f"multipart/byteranges; boundary={boundary}", laid_out, ending)


def _content_range(part: range, size: int) -> str:
    return f"bytes {part.start}-{part.stop - 1}/{size}"
