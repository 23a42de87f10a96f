"""A stream of bytes as a sequence of requests."""

from __future__ import annotations

from arlen_http.errors import RequestRefused
from arlen_http.settings import RequestLimits

from .backend import HeadParser
from .body import BodyDecoder, ChunkedBody, SizedBody
from .framing import CHUNKED
from .head import RequestHead, first_fault, read_head
from .repetition import Repetition
from .rules import HeadRules

__all__ = ["RequestReader"]

# What a head may contain, checked while it is incomplete: a peer that does not speak HTTP gets its answer at once.
_LAWFUL_BYTES = bytes([*b"\t\r\n", *range(0x20, 0x7F), *range(0x80, 0x100)])

_ALL = HeadRules()


class RequestReader:
    """Reads requests one after the other; what follows the current one waits as bytes until it is asked for.

    The order of calls is that of the wire: `next_head` until it gives a head; where that head announces a body,
    `next_stretch` until `body_complete`; then `next_head` again.

    Attributes:
        buffered: bytes that have arrived and not been read.
    """

    __slots__ = (
        "_backend",
        "_body",
        "_buffer",
        "_limits",
        "_position",
        "_repetition",
        "_rules",
        "_surely_allowed",
        "buffered",
    )

    def __init__(self, backend: HeadParser, limits: RequestLimits, rules: HeadRules = _ALL) -> None:
        self._backend = backend
        self._limits = limits
        self._rules = rules
        self._repetition = Repetition()
        self._surely_allowed = min(limits.max_request_line_bytes, limits.max_header_bytes)
        self._buffer = b""
        self._position = 0
        self._body: BodyDecoder | None = None
        self.buffered = 0

    @property
    def body_complete(self) -> bool:
        """Whether the current message has been read to its end."""
        return self._body is None or self._body.complete

    @property
    def body_remaining(self) -> int | None:
        """Bytes of the current body that have not been read, ``None`` when its length is not announced."""
        return 0 if self._body is None else self._body.remaining

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        """The fields that followed a chunked body."""
        return self._body.trailers if isinstance(self._body, ChunkedBody) else []

    def feed(self, data: bytes) -> None:
        """Add bytes that have arrived."""
        if self.buffered:
            data = self._buffer[self._position :] + data
        self._buffer = data
        self._position = 0
        self.buffered = len(data)

    def take_rest(self) -> bytes:
        """Give up the bytes that have not been read: they belong to another protocol."""
        rest = self._buffer[self._position :]
        self._buffer, self._position, self.buffered = b"", 0, 0
        return rest

    def next_head(self) -> RequestHead | None:
        """The next request, or ``None`` while its head is incomplete.

        Raises:
            RequestRefused: with the answer that it gets; nothing after it may be read.
        """
        self._body = None
        buffer, start = self._buffer, self._position
        end = buffer.find(b"\r\n\r\n", start) + 4
        words = buffer[start:end].split(b" ", 2)
        if end - start <= self._surely_allowed:
            head = self._repetition.repeated(words)
            if head is not None:
                self._position = end
                self.buffered = len(buffer) - end
                return head
        if buffer.startswith(b"\r\n", start):
            return self._next_head_behind_blank_lines()
        line_end = buffer.find(b"\r\n", start)
        if end < 4:
            self._check_incomplete(line_end)
            return None
        return self._new_head(words, line_end, end)

    def _next_head_behind_blank_lines(self) -> RequestHead | None:
        while self._buffer.startswith(b"\r\n", self._position):
            self._position += 2
            self.buffered -= 2
        return self.next_head() if self.buffered else None

    def _new_head(self, words: list[bytes], line_end: int, end: int) -> RequestHead:
        buffer, start, limits = self._buffer, self._position, self._limits
        if line_end - start > limits.max_request_line_bytes:
            raise _too_large("request line", limits.max_request_line_bytes)
        if end - start > limits.max_header_bytes:
            raise _too_large("request head", limits.max_header_bytes)
        self._position = end
        self.buffered = len(buffer) - end
        data = buffer[start:end]
        try:
            head = read_head(data, words, line_end - start, self._backend, limits, self._rules)
        except RequestRefused as refusal:
            raise first_fault(data, refusal, limits) from refusal
        self._repetition.remember(words, line_end - start, head)
        length = head.body_length
        if length == CHUNKED:
            self._body = ChunkedBody(limits.max_body_bytes, self._backend)
        elif length:
            self._body = SizedBody(length)
        return head

    def limit_body(self, most: int) -> None:
        """Hold the body that begins to a limit of its own, in bytes; nothing of it has been read.

        Raises:
            RequestRefused: 413, when it is announced with more.
        """
        assert self._body is not None, "this message has no body"
        self._body.limit(most)

    def next_stretch(self) -> bytes:
        """The next bytes of the current body; ``b""`` when more have to arrive or the body is complete.

        Raises:
            RequestRefused: as for `next_head`.
        """
        assert self._body is not None, "this message has no body"
        stretch, self._position = self._body.take(self._buffer, self._position)
        self.buffered = len(self._buffer) - self._position
        return stretch

    def _check_incomplete(self, line_end: int) -> None:
        buffer, start, limits = self._buffer, self._position, self._limits
        line_length = (line_end if line_end >= 0 else len(buffer.removesuffix(b"\r"))) - start
        if line_length > limits.max_request_line_bytes:
            raise _too_large("request line", limits.max_request_line_bytes)
        if len(buffer) - start >= limits.max_header_bytes:
            raise _too_large("request head", limits.max_header_bytes)
        if _is_unlawful(buffer[start:]):
            raise RequestRefused(400, "invalid_head", "request head refused: a control byte or a bare line end")


def _is_unlawful(part: bytes) -> bool:
    """Whether a head that begins like this has a control byte or a line end other than CRLF.

    It is asked for every piece that arrives: regular expressions would let a peer of many small ones use up the server.
    """
    ends = part.count(b"\r\n")
    returns = part.count(b"\r") - part.endswith(b"\r")
    return part.count(b"\n") != ends or returns != ends or bool(part.translate(None, _LAWFUL_BYTES))


def _too_large(what: str, limit: int) -> RequestRefused:
    return RequestRefused(431, "head_too_large", f"the {what} is longer than {limit} bytes")
