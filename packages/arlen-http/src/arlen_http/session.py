"""One accepted socket, before it is known what is said on it: its place among the others, its pace, its end."""

from __future__ import annotations

import asyncio
from math import inf
from typing import cast

from .errors import ClientDisconnect
from .lingering import Lingering
from .service import Service
from .stalls import Outgoing
from .upgraded import Upgraded

__all__ = ["Session"]


class Session(asyncio.Protocol):
    """Takes a place from accept to close, wherever the connection goes in between, and gives it back once.

    Attributes:
        deadline: when `expire` is due, on the server's clock.
    """

    __slots__ = ("_admitted", "_client", "_service", "_transport", "_upgraded", "_writable", "deadline")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._writable: asyncio.Future[None] | None = None
        self._admitted = False
        self._upgraded = False
        self.deadline = service.idle_deadline

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def _enter(self, client: str | None) -> None:
        """Take a place.

        Raises:
            ServerBusy: there is none.
        """
        self._client = client
        self._service.sessions.enter(client)
        self._service.connections.add(self)
        self._admitted = True

    def connection_lost(self, error: Exception | None) -> None:
        service = self._service
        service.forget(self)
        service.stalls.release(self)
        if self._admitted:
            service.sessions.leave(self._client)
        if self._upgraded:
            service.sessions.leave_upgraded()
        self._release_writer()

    def reserve_upgrade(self) -> None:
        """Take a place among the upgraded connections.

        Raises:
            ServerBusy: there is none.
        """
        self._service.sessions.upgrade()
        self._upgraded = True

    def watch(self, outgoing: Outgoing) -> None:
        """Abort this when the peer takes nothing of it for too long."""
        self._service.stalls.watch(outgoing, self._service.now)

    def release(self, outgoing: Outgoing) -> None:
        """The peer may take its time again."""
        self._service.stalls.release(outgoing)

    def pause_writing(self) -> None:
        self._writable = self._service.loop.create_future()
        self.watch(self)

    def resume_writing(self) -> None:
        self.release(self)
        self._release_writer()

    def _release_writer(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    async def drained(self) -> None:
        """Wait until the peer can take more.

        Raises:
            ClientDisconnect: it has gone.
        """
        if self._writable is not None:
            await self._writable
        if self._transport.is_closing():
            raise ClientDisconnect("the client went away while it was answered")

    def unwritten(self) -> int:
        return self._transport.get_write_buffer_size()

    def _close(self) -> None:
        """Close when the peer has taken what is written, or does not go on taking it; over TLS it is asked to agree."""
        if not self._transport.can_write_eof():
            self._linger(0)
            return
        self.deadline = inf
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self.watch(self)

    def _linger(self, dropped: int) -> None:
        """Close, but let a peer that is still sending read the answer first.

        Args:
            dropped: bytes that have arrived and are not read.
        """
        self.deadline = inf
        if not self._transport.is_closing():
            self._service.stalls.release(self)
            lingering = Lingering(self._service, self._transport, self.connection_lost, dropped)
            lingering.begin()
            self._service.forget(self)

    def _continue_as(self, protocol: asyncio.Protocol, rest: bytes) -> None:
        """Let another protocol go on.

        Args:
            rest: bytes that have arrived and are that protocol's to read.
        """
        upgraded = Upgraded(self._service, self._transport, protocol, self.connection_lost)
        upgraded.begin(rest)
        self._service.forget(self)

    def expire(self) -> None:
        """The deadline has passed."""
        self.abort()

    def drain(self) -> None:
        """The server stops."""

    def abort(self) -> None:
        """Cut the connection now."""
        self._transport.abort()
