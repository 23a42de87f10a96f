"""A connection that speaks another protocol by now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf

from .service import Service

__all__ = ["Upgraded"]


class Upgraded(asyncio.Protocol):
    """Stands between a transport and the protocol that was given to it, to see its end and to end it with the server.

    What happens often goes to the protocol directly.

    Args:
        ended: called when the connection is lost, after the protocol has heard of it.
    """

    deadline = inf

    def __init__(
        self,
        service: Service,
        transport: asyncio.Transport,
        protocol: asyncio.Protocol,
        ended: Callable[[Exception | None], None],
    ) -> None:
        self._service = service
        self._transport = transport
        self._protocol = protocol
        self._ended = ended
        self.data_received = protocol.data_received  # type: ignore[method-assign]
        self.pause_writing = protocol.pause_writing  # type: ignore[method-assign]
        self.resume_writing = protocol.resume_writing  # type: ignore[method-assign]
        self.eof_received = protocol.eof_received  # type: ignore[method-assign]

    def begin(self, rest: bytes) -> None:
        """Take the transport over, with the bytes that came after the request."""
        self._service.connections.add(self)
        self._transport.set_protocol(self)
        self._protocol.connection_made(self._transport)
        if rest:
            self._protocol.data_received(rest)

    def connection_lost(self, error: Exception | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._service.forget(self)
            self._ended(error)

    def expire(self) -> None:
        """Its time is its own."""

    def drain(self) -> None:
        """The application ends it when it hears of the stop."""

    def abort(self) -> None:
        self._transport.abort()
