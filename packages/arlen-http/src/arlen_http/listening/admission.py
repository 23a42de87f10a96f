"""What comes before HTTP on a connection: a PROXY header, a TLS handshake."""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import partial

from arlen_http.forwarding.proxies import ProxyTrust
from arlen_http.log import logger
from arlen_http.logged import connection_type
from arlen_http.peer import TransportPeer
from arlen_http.service import Service

from .proxy_protocol import NOT_PROXIED, ProxyHeader, ProxyHeaderError, ProxyHeaderParser
from .tls import Certificates

__all__ = ["Reception"]


class Reception:
    """Admits accepted sockets whose connections do not begin with HTTP.

    No more of them are admitted at once than there may be connections; one more is closed without a word, since there
    is no way yet to say one.

    Args:
        certificates: for a listener that speaks TLS.
        announced: whose PROXY header is read, and without which nobody is let in; ``None`` where there is none.

    Attributes:
        pending: how many are being admitted.
    """

    def __init__(self, service: Service, certificates: Certificates | None, announced: ProxyTrust | None) -> None:
        self.service = service
        self.certificates = certificates
        self.pending = 0
        self._announced = announced
        self._warned = False

    def receive(self, sock: socket.socket) -> None:
        """Admit this; from now on it is a connection of the service."""
        if self.pending < self.service.settings.runtime_limits.max_concurrent_http_sessions:
            Admission(self, sock)
        else:
            sock.close()

    async def introduction(self, sock: socket.socket) -> ProxyHeader:
        """What a proxy says of this connection.

        Raises:
            ProxyHeaderError: nothing that counts.
        """
        if self._announced is None:
            return NOT_PROXIED
        if not self._announced.includes(sock.getpeername()):
            if not self._warned:
                self._warned = True
                logger.warning(
                    "closed a connection from %s, and will close others silently: proxy_protocol is on, and that "
                    "address is not among trusted_proxies",
                    sock.getpeername(),
                )
            raise ProxyHeaderError("the peer is not a trusted proxy")
        parser = ProxyHeaderParser()
        header = None
        while header is None:
            data = await self.service.loop.sock_recv(sock, parser.wanted)
            if not data:
                raise ProxyHeaderError("the peer closed before the end of its PROXY header")
            header = parser.feed(data)
        return header


class Admission:
    """A connection of the service that has not come as far as HTTP.

    Attributes:
        deadline: when `expire` is due, on the server's clock.
    """

    def __init__(self, reception: Reception, sock: socket.socket) -> None:
        self._reception = reception
        reception.pending += 1
        service = reception.service
        self.deadline = service.now + service.settings.timeouts.request_head
        service.connections.add(self)
        self._unowned: socket.socket | None = sock
        self._admitting = service.loop.create_task(self._admit(sock))
        self._admitting.add_done_callback(self._end)

    async def _admit(self, sock: socket.socket) -> None:
        reception, service = self._reception, self._reception.service
        header = await reception.introduction(sock)
        self._unowned = None
        meet = partial(TransportPeer, trust=service.trust, header=header)
        context: ssl.SSLContext | None = None
        options: dict[str, float] = {}
        if reception.certificates is not None:
            context = reception.certificates.context
            options["ssl_shutdown_timeout"] = service.settings.timeouts.write_stall
        _, connection = await service.loop.connect_accepted_socket(
            partial(connection_type(service), service, meet), sock, ssl=context, **options
        )
        if service.draining:
            await service.settle()
            connection.drain()

    def _end(self, admitting: asyncio.Task[None]) -> None:
        self._reception.pending -= 1
        self._reception.service.forget(self)
        if self._unowned is not None:
            self._unowned.close()
        if admitting.cancelled():
            return
        match admitting.exception():
            case None:
                return
            case OSError() | ProxyHeaderError() as error:
                logger.debug("a connection ended before its first request: %s", error)
            case error:
                logger.error("a connection could not be admitted", exc_info=error)

    def expire(self) -> None:
        """Its time is over."""
        self.abort()

    def drain(self) -> None:
        """Whoever is being admitted is still served."""

    def abort(self) -> None:
        self._admitting.cancel()
