"""The end of a connection whose peer may still be sending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from . import system
from .service import Service

__all__ = ["Lingering"]

# How long, in seconds, and how much of what a peer still sends is dropped, so that it can read the last answer.
_LINGER_SECONDS = 1
_MAX_DROPPED_BYTES = 65_536


class Lingering(asyncio.Protocol):
    """Half-closes, over TLS with a close_notify, and drops what arrives until the peer closes too: an abrupt end would
    take the answer from it (RFC 9112 section 9.6).

    Args:
        dropped: bytes that have arrived behind the last request already.
        ended: called when the connection is lost.
    """

    __slots__ = ("_dropped", "_ended", "_service", "_socket", "_transport", "deadline")

    def __init__(
        self,
        service: Service,
        transport: asyncio.Transport,
        ended: Callable[[Exception | None], None],
        dropped: int = 0,
    ) -> None:
        self._service = service
        self._transport = transport
        self._socket = None if transport.can_write_eof() else transport.get_extra_info("socket")
        self._ended = ended
        self._dropped = dropped
        self.deadline = service.now + _LINGER_SECONDS

    def begin(self) -> None:
        """Take the transport over."""
        service, transport = self._service, self._transport
        service.connections.add(self)
        if self.unwritten():
            service.stalls.watch(self, service.now)
        transport.set_protocol(self)
        if self._socket is None:
            transport.write_eof()
        else:
            transport.close()

    def data_received(self, data: bytes) -> None:
        self._dropped += len(data)
        if self._dropped > _MAX_DROPPED_BYTES:
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._service.forget(self)
        self._service.stalls.release(self)
        self._ended(error)

    def expire(self) -> None:
        """Enough time has passed for the peer to close, unless it is still reading."""
        if self.unwritten():
            self.deadline = self._service.now + _LINGER_SECONDS
        else:
            self._transport.abort()

    def drain(self) -> None:
        """It is ending already."""

    def unwritten(self) -> int:
        """The bytes that the peer has not taken.

        Over TLS, what is encrypted waits where only the loop can see it; as long as it does, something of it waits in
        the system too.
        """
        left = self._transport.get_write_buffer_size()
        if left or self._socket is None:
            return left
        return system.unconfirmed(self._socket.fileno())

    def abort(self) -> None:
        self._transport.abort()
