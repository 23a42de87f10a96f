"""Requests over a real connection, with control over when which byte is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import h11

__all__ = ["Connection", "Reply", "RequestBytes"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A response as it was read: header names in lower case."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def lasting_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that do not change from one second to the next."""
        return sorted(pair for pair in self.headers if pair[0] != b"date")


@dataclass(frozen=True, slots=True)
class RequestBytes:
    """A request that asks to keep the connection."""

    method: str
    path: str
    body: bytes = b""

    def __bytes__(self) -> bytes:
        return b"".join(self._sent_by(h11.Connection(h11.CLIENT)))

    def reply_parser(self) -> h11.Connection:
        """A parser that has sent this request and waits for its reply."""
        parser = h11.Connection(h11.CLIENT)
        self._sent_by(parser)
        return parser

    def _sent_by(self, connection: h11.Connection) -> list[bytes]:
        headers = [("host", "contract.test"), ("content-length", str(len(self.body)))]
        events = [
            h11.Request(method=self.method, target=self.path, headers=headers),
            h11.Data(data=self.body),
            h11.EndOfMessage(),
        ]
        return [connection.send(event) or b"" for event in events]


class Connection:
    """One connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._unread = b""

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Self]:
        """Connect to the host and port of ``url``; leaving the block closes."""
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def send(self, data: bytes) -> None:
        """Write these bytes and wait until they have left."""
        self._writer.write(data)
        await self._writer.drain()

    async def receive(self, request: RequestBytes) -> Reply:
        """Read the reply to a request that was sent.

        Raises:
            AssertionError: the server closed the connection instead.
        """
        parser = request.reply_parser()
        status, headers, body = 0, list[tuple[bytes, bytes]](), bytearray()
        if self._unread:
            parser.receive_data(self._unread)
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                data = await self._reader.read(65_536)
                assert data or headers, f"the connection was closed before the reply to {request.method} {request.path}"
                parser.receive_data(data)
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, list(event.headers)
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._unread = parser.trailing_data[0]
                return Reply(status, tuple(headers), bytes(body))

    async def exchange(self, request: RequestBytes) -> Reply:
        """Send a request and read its reply."""
        await self.send(bytes(request))
        return await self.receive(request)
