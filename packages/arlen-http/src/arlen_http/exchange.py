"""One response on its way out over a connection of this server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, BinaryIO

from .errors import ResponseFramingError
from .request import Request
from .response import Response
from .response_head import HEAD_STARTS, asks_to_close, declared_length, encoded_head, remember_start
from .status import allows_body
from .tails import HeadTails
from .transfer import send_file

if TYPE_CHECKING:
    from .connection import Connection
    from .upgrade import Upgrade

__all__ = ["Exchange", "write_whole"]

# Above this size, copying a body behind its head costs more than writing the two apart.
LARGE_BODY_BYTES = 65_536


def write_whole(
    transport: asyncio.Transport,
    request: Request,
    response: Response,
    body: bytes,
    tails: HeadTails,
    keep_alive: bool,
) -> bool:
    """Write a head and all of its content at once; whether the connection goes on afterwards."""
    length = len(body)
    start = HEAD_STARTS.get((response.status, response.content_type, length))
    if start is not None and response.own_headers is None and request.method != "HEAD":
        tail = tails.keep_alive if keep_alive else tails.close
        transport.write(b"".join((start, response.constant_headers, tail, body)))
        return keep_alive
    keep_alive = keep_alive and not asks_to_close(response)
    if not body and (request.method == "HEAD" or response.status == 304):
        length = declared_length(response) or 0
    head = encoded_head(response, b"content-length: %d\r\n" % length, tails, "keep-alive" if keep_alive else "close")
    if request.method == "HEAD" or not allows_body(response.status):
        transport.write(head)
    elif length <= LARGE_BODY_BYTES:
        transport.write(head + body)
        remember_start(response, length)
    else:
        write_apart(transport, head, body)
    return keep_alive


def write_apart(transport: asyncio.Transport, *parts: bytes) -> None:
    """Write without joining; uvloop gathers what one turn of the loop writes.

    ``writelines`` would do, but asyncio's never tells the protocol to pause in Python 3.12.0-3.12.8 and 3.13.0-3.13.1.
    """
    for part in parts:
        transport.write(part)


class Exchange:
    """The `ResponseWriter` of a connection.

    Attributes:
        begun: whether a head has been written, so that no other answer can be given.
        complete: whether the last byte has been written.
        response: what is being sent.
        keep_alive: whether the connection goes on after this response.
        status: of the head that has been written.
        sent: bytes of content that have been written.
        upgraded: the response that takes the connection over.
    """

    __slots__ = (
        "_chunked",
        "_connection",
        "_file_bytes",
        "_remaining",
        "_trailers",
        "_transport",
        "begun",
        "complete",
        "keep_alive",
        "request",
        "response",
        "sent",
        "status",
        "upgraded",
    )

    def __init__(
        self, connection: Connection, transport: asyncio.Transport, request: Request, response: Response
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._chunked = False
        self._remaining: int | None = None
        self._file_bytes = 0
        self._trailers = b""
        self.request = request
        self.begun = False
        self.complete = False
        self.response = response
        self.keep_alive = False
        self.status = 0
        self.sent = 0
        self.upgraded: Upgrade | None = None

    @property
    def head_only(self) -> bool:
        return self.request.method == "HEAD" or self._remaining == 0

    async def whole(self, response: Response, body: bytes) -> None:
        connection = self._connection
        self.keep_alive = write_whole(
            self._transport, self.request, response, body, connection.tails, connection.keeps_alive()
        )
        self.begun = True
        self.status = response.status
        self.sent = 0 if self.head_only else len(body)
        await connection.drained()
        self.complete = True
        connection.completed(self)

    async def begin(self, response: Response, length: int | None) -> None:
        connection = self._connection
        if length is None:
            length = declared_length(response)
        if not allows_body(response.status):
            length = 0
        self._remaining = length
        self._chunked = length is None and self.request.http_version == "1.1"
        delimited = length is not None or self._chunked or self.request.method == "HEAD"
        self.keep_alive = connection.keeps_alive() and delimited and not asks_to_close(response)
        if self._chunked:
            framing = b"transfer-encoding: chunked\r\n"
        else:
            framing = b"" if length is None else b"content-length: %d\r\n" % length
        connection_option = "keep-alive" if self.keep_alive else "close"
        head = encoded_head(response, framing, connection.tails, connection_option)
        self.begun = True
        self.status = response.status
        self._transport.write(head)
        await connection.drained()

    async def write(self, data: bytes) -> None:
        if not data or self.request.method == "HEAD":
            return
        self._account(len(data))
        if not self._chunked:
            self._transport.write(data)
        elif len(data) <= LARGE_BODY_BYTES:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        else:
            write_apart(self._transport, b"%x\r\n" % len(data), data, b"\r\n")
        await self._connection.drained()

    async def write_file(self, file: BinaryIO, offset: int, count: int) -> None:
        if not count or self.request.method == "HEAD":
            return
        self._account(count)
        self._file_bytes, connection = count, self._connection
        connection.watch(self)
        try:
            sent = await send_file(self._transport, file, offset, count, connection.drained, self._taken)
        finally:
            connection.release(self)
        if sent != count:
            raise ResponseFramingError(f"the file ended after {sent} of {count} bytes")

    def add_trailers(self, lines: bytes) -> None:
        self._trailers += lines

    def _taken(self, count: int) -> None:
        self._file_bytes -= count

    def unwritten(self) -> int:
        return self._file_bytes + self._transport.get_write_buffer_size()

    def abort(self) -> None:
        self._connection.abort()

    async def end(self) -> None:
        if self.request.method != "HEAD":
            if self._remaining:
                raise ResponseFramingError(f"the content is {self._remaining} bytes shorter than its head declares")
            if self._chunked:
                self._transport.write(b"0\r\n%b\r\n" % self._trailers)
        self.complete = True
        self._connection.completed(self)

    def _account(self, count: int) -> None:
        if self._remaining is not None:
            if count > self._remaining:
                raise ResponseFramingError(f"the content is longer than its head declares, by {count} bytes or more")
            self._remaining -= count
        self.sent += count

    def upgrade(self, response: Upgrade) -> None:
        response.headers.delete("connection")
        head = encoded_head(response, b"", self._connection.tails, "upgrade")
        self._connection.reserve_upgrade()
        self.begun = True
        self.upgraded = response
        self._transport.write(head)
