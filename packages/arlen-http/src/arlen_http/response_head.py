"""The head of a response as bytes."""

from __future__ import annotations

from .response import Response, content_type_line
from .status import STATUS_LINES, allows_body, status_line
from .tails import HeadTails

__all__ = ["LENGTH_LINES", "asks_to_close", "declared_length", "encoded_head"]

# What the server alone decides; an application's fields of these names are not sent.
_FRAMING = frozenset(("content-length", "transfer-encoding", "connection", "keep-alive"))

# The Content-Length lines of short bodies, by length.
LENGTH_LINES = tuple(b"content-length: %d\r\n" % length for length in range(1024))


def encoded_head(response: Response, framing: bytes, tails: HeadTails, connection: str) -> bytes:
    """Status line, fields in the order in which they were set, and the server's own.

    Args:
        framing: the Content-Length or Transfer-Encoding line, or nothing.
        connection: what the Connection field says.
    """
    status = response.status
    line = STATUS_LINES.get(status) or status_line(status)
    content_type = content_type_line(response.content_type)
    if not allows_body(status):
        content_type = framing = b""
    if connection == "keep-alive" and not response.has_headers:
        return b"".join((line, content_type, response.constant_headers, framing, tails.keep_alive))
    fields = response.headers
    if "content-type" in fields:
        content_type = b""
    lines = [line, content_type]
    lines += [f"{name}: {value}\r\n".encode() for name, value in fields if name not in _FRAMING]
    lines += (response.constant_headers, framing, tails.tail(connection, fields))
    return b"".join(lines)


def asks_to_close(response: Response) -> bool:
    """Whether the application wants this response to be the last of its connection."""
    if not response.has_headers:
        return False
    options = response.headers.get_all("connection")
    return any("close" in map(str.strip, value.lower().split(",")) for value in options)


def declared_length(response: Response) -> int | None:
    """The Content-Length that the application has set; ``None`` when it has not, or not as a number."""
    value = response.headers.get("content-length") if response.has_headers else None
    return int(value) if value and value.isdecimal() else None
