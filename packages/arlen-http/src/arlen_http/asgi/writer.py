"""How a response leaves over another server: as the messages of ASGI."""

from __future__ import annotations

import asyncio
from typing import BinaryIO

from arlen_http import system
from arlen_http.errors import ClientDisconnect, RequestRefused
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.status import allows_body
from arlen_http.upgrade import Upgrade

from .types import Send

__all__ = ["ASGIWriter", "not_upgradable"]

_FILE_PIECE_BYTES = 262_144


class ASGIWriter:
    """A `ResponseWriter`.

    Args:
        kind: what the types of its messages begin with: ``http.response`` or ``websocket.http.response``.

    Attributes:
        begun: whether a head has been sent, so that no other answer can be given.
    """

    def __init__(self, request: Request, send: Send, kind: str) -> None:
        self.request = request
        self.begun = False
        self._send = send
        self._kind = kind
        self._has_content = True

    @property
    def head_only(self) -> bool:
        return self.request.method == "HEAD" or not self._has_content

    async def whole(self, response: Response, body: bytes) -> None:
        await self.begin(response, len(body) if allows_body(response.status) else None)
        await self._send_body(b"" if self.head_only else body, more=False)

    async def begin(self, response: Response, length: int | None) -> None:
        self.begun = True
        self._has_content = allows_body(response.status)
        headers = _raw_headers(response)
        known = {name for name, _ in headers}
        if self._has_content and length is not None and b"content-length" not in known:
            headers.append((b"content-length", b"%d" % length))
        await self._send({"type": f"{self._kind}.start", "status": response.status, "headers": headers})

    async def write(self, data: bytes) -> None:
        if data and not self.head_only:
            await self._send_body(data, more=True)

    async def write_file(self, file: BinaryIO, offset: int, count: int) -> None:
        if self.head_only:
            return
        end = offset + count
        gone = asyncio.ensure_future(self.request.wait_disconnected())
        try:
            while piece := await asyncio.to_thread(system.read, file, offset, min(end - offset, _FILE_PIECE_BYTES)):
                if gone.done():
                    raise ClientDisconnect("the client went away while a file was sent")
                offset += len(piece)
                await self._send_body(piece, more=True)
        finally:
            gone.cancel()

    def add_trailers(self, lines: bytes) -> None:
        """Not announced with the head, so that they cannot be sent."""

    async def end(self) -> None:
        await self._send_body(b"", more=False)

    def upgrade(self, response: Upgrade) -> None:
        raise not_upgradable()

    async def _send_body(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": f"{self._kind}.body", "body": body, "more_body": more})


def not_upgradable() -> RequestRefused:
    """Why a connection of another server cannot be turned over."""
    return RequestRefused(426, "not_upgradable", "an ASGI server does not hand its connections over")


def _raw_headers(response: Response) -> list[tuple[bytes, bytes]]:
    pairs = [(name.encode(), value.encode()) for name, value in response.headers]
    if response.content_type and allows_body(response.status) and "content-type" not in response.headers:
        pairs.insert(0, (b"content-type", response.content_type.encode()))
    for line in response.constant_headers.splitlines():
        name, _, value = line.partition(b":")
        pairs.append((name.strip(), value.strip()))
    return pairs
