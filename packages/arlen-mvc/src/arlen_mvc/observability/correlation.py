"""Who this request is: its id, its place in a trace (W3C Trace Context), and the header lines that tell the client."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from arlen_http import Request
from arlen_http.forwarding.forwarded import NOT_FORWARDED

Fields = Mapping[bytes, bytes]
"""Request header fields: lower-case name to (last) value."""

_DRAW_BYTES = 40  # request id 16, trace id 16, span id 8
_DRAWS_PER_BLOCK = 64

_TRACEPARENT = re.compile(
    rb"(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})(?P<span>[0-9a-f]{16})"
    rb"-(?P<flags>[0-9a-f]{2})(?P<rest>-.*)?"
)
_TRACE_ID = re.compile(rb"(?!0{32})[0-9a-f]{32}")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:+/=-]{8,128}")
_LONGEST_HEADER = 512

REQUEST_ID = b"x-request-id"


class Identity(NamedTuple):
    """The identifiers of one request, as lowercase hexadecimal text."""

    request_id: str
    trace_id: str
    span_id: str
    parent_span_id: str | None
    flags: str
    state: str | None

    @property
    def traceparent(self) -> str:
        """The header to send onwards (W3C Trace Context, section 3.2)."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


class _Entropy:
    """Random hexadecimal text, read from the operating system a block at a time; safe across threads and forks."""

    __slots__ = ("_ready",)

    def __init__(self) -> None:
        self._ready: list[bytes] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._ready.clear)

    def draw(self) -> bytes:
        """80 hexadecimal digits that nobody else has."""
        try:
            return self._ready.pop()
        except IndexError:
            return self._refill()

    def _refill(self) -> bytes:
        block = os.urandom(_DRAW_BYTES * _DRAWS_PER_BLOCK).hex().encode()
        first, *others = (block[start : start + 80] for start in range(0, len(block), 80))
        self._ready.extend(others)
        return first


_entropy = _Entropy()


def identify(fields: Fields) -> Identity:
    """A new request id and span, in the caller's trace when the request names a valid one."""
    drawn = _entropy.draw().decode()
    request_id, own_trace, span = drawn[:32], drawn[32:64], drawn[64:]
    if b"traceparent" in fields and (caller := _parse_traceparent(fields[b"traceparent"])):
        trace_id, parent, flags = caller
        state = fields.get(b"tracestate", b"")[:_LONGEST_HEADER].decode("latin-1").strip() or None
        return Identity(request_id, trace_id, span, parent, flags, state)
    if b"x-trace-id" in fields and (adopted := _parse_trace_id(fields[b"x-trace-id"])):
        return Identity(request_id, adopted, span, None, "01", None)
    return Identity(request_id, own_trace, span, None, "01", None)


def identify_request(request: Request) -> Identity:
    """The identity of a request whose ``X-Request-Id``, if it has one, is its sender's own business."""
    return identify(request.head.last)


def identify_forwarded(request: Request) -> Identity:
    """The same, but a request that a trusted proxy has passed on keeps the ``X-Request-Id`` that it came with."""
    identity = identify(request.head.last)
    given = request.head.last.get(REQUEST_ID, b"").strip()
    if request.forwarded is NOT_FORWARDED or not _REQUEST_ID.fullmatch(given):
        return identity
    return identity._replace(request_id=given.decode())


def _parse_trace_id(value: bytes) -> str | None:
    found = _TRACE_ID.fullmatch(re.sub(rb"[-\s]", b"", value[:_LONGEST_HEADER].lower()))
    return found.group().decode() if found else None


def _parse_traceparent(value: bytes) -> tuple[str, str, str] | None:
    found = _TRACEPARENT.fullmatch(value[:_LONGEST_HEADER].split(b",", 1)[0].strip().lower())
    if found is None or (found["version"] == b"00" and found["rest"]):
        return None
    return found["trace"].decode(), found["span"].decode(), found["flags"].decode()


Stamp = Callable[["Identity | None", Fields], bytes]


def stamp_request(identity: Identity | None, fields: Fields) -> bytes:
    """Encoded lines ``x-request-id`` and ``x-correlation-id``; drawn now when nobody asked for the id before."""
    request_id = _entropy.draw()[:32] if identity is None else identity.request_id.encode()
    return b"x-request-id: %b\r\nx-correlation-id: %b\r\n" % (request_id, request_id)


def stamp_trace(identity: Identity | None, fields: Fields) -> bytes:
    """The lines of :func:`stamp_request`, and ``x-trace-id``, ``traceparent`` and a received ``tracestate``."""
    if identity is None:
        if b"traceparent" in fields or b"x-trace-id" in fields:
            return stamp_trace(identify(fields), fields)
        drawn = _entropy.draw()
        request_id, trace_id = drawn[:32], drawn[32:64]
        return (
            b"x-request-id: %b\r\nx-correlation-id: %b\r\nx-trace-id: %b\r\ntraceparent: 00-%b-%b-01\r\n"
            % (request_id, request_id, trace_id, trace_id, drawn[64:])
        )  # fmt: skip
    lines = (
        f"x-request-id: {identity.request_id}\r\nx-correlation-id: {identity.request_id}\r\n"
        f"x-trace-id: {identity.trace_id}\r\ntraceparent: {identity.traceparent}\r\n"
    )
    if identity.state:
        lines += f"tracestate: {identity.state}\r\n"
    return lines.encode("latin-1")
