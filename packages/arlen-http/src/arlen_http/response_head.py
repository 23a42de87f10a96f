"""The head of a response as bytes."""

from __future__ import annotations

from .response import Response, content_type_line
from .status import STATUS_LINES, allows_body, status_line
from .tails import HeadTails

__all__ = ["HEAD_STARTS", "asks_to_close", "declared_length", "encoded_head", "remember_start"]

# What the server alone decides; an application's fields of these names are not sent.
_FRAMING = frozenset(("content-length", "transfer-encoding", "connection", "keep-alive"))

# Status line, Content-Type and Content-Length of responses without fields of their own: they repeat.
HEAD_STARTS: dict[tuple[int, str, int], bytes] = {}
_MOST_STARTS = 1024


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
    if connection == "keep-alive" and response.own_headers is None:
        return b"".join((line, content_type, framing, response.constant_headers, tails.keep_alive))
    fields = response.headers
    if "content-type" in fields:
        content_type = b""
    lines = [line, content_type]
    lines += [f"{name}: {value}\r\n".encode() for name, value in fields if name not in _FRAMING]
    lines += (response.constant_headers, framing, tails.tail(connection, fields))
    return b"".join(lines)


def remember_start(response: Response, length: int) -> None:
    """Add what the heads of responses like this begin with to `HEAD_STARTS`."""
    if response.own_headers is None and allows_body(response.status) and len(HEAD_STARTS) < _MOST_STARTS:
        key = (response.status, response.content_type, length)
        line = STATUS_LINES.get(response.status) or status_line(response.status)
        HEAD_STARTS[key] = line + content_type_line(response.content_type) + b"content-length: %d\r\n" % length


def asks_to_close(response: Response) -> bool:
    """Whether the application wants this response to be the last of its connection."""
    if response.own_headers is None:
        return False
    options = response.headers.get_all("connection")
    return any("close" in map(str.strip, value.lower().split(",")) for value in options)


def declared_length(response: Response) -> int | None:
    """The Content-Length that the application has set; ``None`` when it has not, or not as a number."""
    value = response.headers.get("content-length") if response.own_headers else None
    return int(value) if value and value.isdecimal() else None
