"""A response that turns the connection over to another protocol (RFC 9110 section 7.8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar

from .headers import HeaderSource
from .response import Response
from .writer import ResponseWriter

if TYPE_CHECKING:
    import asyncio

__all__ = ["ASGIFace", "Upgrade"]

# Called with ``receive`` and ``send`` of an ASGI server.
ASGIFace = Callable[[Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class Upgrade(Response):
    """``101 Switching Protocols``, then the transport belongs to what ``protocol_factory`` makes.

    The new protocol gets ``connection_made(transport)``, then ``data_received`` with the bytes that came after the
    request, if any. It lives within the server's limits and ends with it; `asyncio.Transport.set_protocol` is not
    for it to call.

    Args:
        protocol_factory: called once, when the 101 has been written.
        headers: the fields of the handshake, ``upgrade`` among them; ``connection: upgrade`` is added.
        asgi: for a WebSocket, the same conversation under an ASGI server, which keeps its transports to itself: called
            with ``receive`` and ``send``, it accepts the WebSocket, or closes it, and serves it to its end.
    """

    __slots__ = ("asgi", "protocol_factory")

    in_memory: ClassVar[bool] = False

    def __init__(
        self,
        protocol_factory: Callable[[], asyncio.Protocol],
        headers: HeaderSource,
        asgi: ASGIFace | None = None,
    ) -> None:
        super().__init__(b"", 101, headers, "")
        self.protocol_factory = protocol_factory
        self.asgi = asgi

    async def send(self, writer: ResponseWriter) -> None:
        writer.upgrade(self)
