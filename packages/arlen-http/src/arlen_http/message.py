"""Requests from bytes that are already in memory, without a connection; and which parser reads them."""

from __future__ import annotations

import sys
from typing import Literal, NamedTuple

from .body import RequestBody
from .detached import DetachedPeer
from .errors import MissingDependencyError, RequestParseError, RequestRefused
from .limits import RequestLimits
from .parser import HeadParser, RequestHead, RequestReader, backend_named
from .parser.framing import CHUNKED
from .request import Request

__all__ = [
    "BufferedRequest",
    "parse_buffered",
    "parse_request",
    "parser_backend_available",
    "parser_backend_name",
    "parser_backend_version",
]

# Who holds the bytes already has limited them.
_NO_LIMITS = RequestLimits(
    max_request_line_bytes=sys.maxsize,
    max_header_bytes=sys.maxsize,
    max_header_count=sys.maxsize,
    max_header_field_bytes=sys.maxsize,
    max_body_bytes=sys.maxsize,
)


class BufferedRequest(NamedTuple):
    """What the beginning of a buffer holds.

    Attributes:
        request: the first request, ``None`` while it is incomplete.
        consumed: the bytes that it takes, 0 while it is incomplete.
        headers_complete: whether its head is there.
        content_length: bytes of the body as announced; ``None`` for chunks, and while the head is incomplete.
    """

    request: Request | None
    consumed: int
    headers_complete: bool
    content_length: int | None


def parse_request(data: bytes, backend: str | None = None, *, limits: RequestLimits = _NO_LIMITS) -> Request:
    """The request that these bytes are: one message, complete, with nothing after it.

    Args:
        backend: ``"httptools"`` or ``"h11"``; the default one when not given.
        limits: what to refuse for its size; nothing unless they are given.

    Raises:
        RequestParseError: the bytes are something else.
    """
    if not data.strip(b"\r\n"):
        raise RequestParseError("there is no request line", code="missing_request_line")
    found = parse_buffered(data, backend, limits=limits)
    if found.request is None:
        raise RequestParseError("the request is incomplete", details={"headers_complete": found.headers_complete})
    if found.consumed != len(data):
        raise RequestParseError("something follows the request", details={"consumed": found.consumed})
    return found.request


def parse_buffered(buffer: bytes, backend: str | None = None, *, limits: RequestLimits = _NO_LIMITS) -> BufferedRequest:
    """The first request of a buffer that may end within it, or hold more.

    Args:
        backend: ``"httptools"`` or ``"h11"``; the default one when not given.
        limits: what to refuse for its size; nothing unless they are given.

    Raises:
        RequestParseError: no bytes that follow could make it a request.
    """
    reader = RequestReader(_backend(backend), limits)
    reader.feed(buffer)
    try:
        return _read(reader, len(buffer))
    except RequestRefused as refusal:
        code = refusal.code if refusal.code == "invalid_encoding" else "invalid_request"
        details = {"status": refusal.status, "reason": refusal.code}
        raise RequestParseError(str(refusal), code=code, details=details) from refusal


def _read(reader: RequestReader, size: int) -> BufferedRequest:
    head = reader.next_head()
    if head is None:
        return BufferedRequest(None, 0, False, None)
    length = None if head.body_length == CHUNKED else head.body_length
    stretches: list[bytes] = []
    while not reader.body_complete:
        stretch = reader.next_stretch()
        if not stretch and not reader.body_complete:
            return BufferedRequest(None, 0, True, length)
        stretches.append(stretch)
    return BufferedRequest(_request(head, b"".join(stretches), reader), size - reader.buffered, True, length)


def _request(head: RequestHead, content: bytes, reader: RequestReader) -> Request:
    body = RequestBody.of(content)
    body.trailers = {name.decode(): value.decode() for name, value in reader.trailers}
    return Request(head, body, DetachedPeer())


def parser_backend_name(backend: str | None = None) -> str:
    """The parser that answers to this name, or the default one: ``"httptools"``, or ``"h11"`` in its absence."""
    return _backend(backend).name


def parser_backend_available(backend: Literal["httptools", "h11"] = "httptools") -> bool:
    """Whether the library of this name is installed."""
    return parser_backend_version(backend) != "disabled"


def parser_backend_version(backend: Literal["httptools", "h11"] = "httptools") -> str:
    """The version of the library of this name, ``"disabled"`` when it is not installed."""
    try:
        found = backend_named(backend)
    except MissingDependencyError:
        return "disabled"
    return found.version if found.name == backend else "disabled"


def _backend(name: str | None) -> HeadParser:
    return backend_named(name or "httptools")
