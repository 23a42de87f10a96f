"""Requests that are not served, as responses and as bytes."""

from __future__ import annotations

from .errors import RequestRefused
from .response import Response
from .response_head import encoded_head
from .tails import HeadTails

__all__ = ["MEMORY_EXHAUSTED", "UNWRITABLE_HEAD", "handler_timeout", "refusal_bytes", "refusal_response"]


def refusal_response(refusal: RequestRefused) -> Response:
    """The answer to a request that is refused."""
    return Response(refusal.text, refusal.status, refusal.headers)


def refusal_bytes(refusal: RequestRefused, tails: HeadTails) -> bytes:
    """The same on the wire, as the last of its connection."""
    response = refusal_response(refusal)
    framing = b"content-length: %d\r\n" % len(response.body)
    return encoded_head(response, framing, tails, "close") + response.body


def handler_timeout() -> RequestRefused:
    """Why a request is refused whose handler was cancelled in the end."""
    return RequestRefused(503, "handler_timeout", "the handler took longer than it may")


def _fixed(status_line: bytes, body: bytes) -> bytes:
    return (
        b"HTTP/1.1 %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
    ) % (status_line, len(body), body)


# Made beforehand: they are for the moment in which nothing can be made.
MEMORY_EXHAUSTED = _fixed(b"503 Service Unavailable", b"server busy\n")
UNWRITABLE_HEAD = _fixed(b"500 Internal Server Error", b"internal server error\n")
