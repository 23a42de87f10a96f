"""A response that turns the connection over to another protocol (RFC 9110 section 7.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from .headers import HeaderSource
from .response import Response
from .writer import ResponseWriter

if TYPE_CHECKING:
    import asyncio

__all__ = ["Upgrade"]


class Upgrade(Response):
    """``101 Switching Protocols``, then the transport belongs to what ``protocol_factory`` makes.

    The new protocol gets ``connection_made(transport)``, then ``data_received`` with the bytes that came after the
    request, if any.

    Args:
        protocol_factory: called once, when the 101 has been written.
        headers: the fields of the handshake, ``upgrade`` among them; ``connection: upgrade`` is added.
    """

    __slots__ = ("protocol_factory",)

    in_memory: ClassVar[bool] = False

    def __init__(self, protocol_factory: Callable[[], asyncio.Protocol], headers: HeaderSource) -> None:
        super().__init__(b"", 101, headers, "")
        self.protocol_factory = protocol_factory

    async def send(self, writer: ResponseWriter) -> None:
        writer.upgrade(self)

    def take_over(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Give the transport to a new protocol, with the bytes that came after the request."""
        protocol = self.protocol_factory()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if rest:
            protocol.data_received(rest)
