"""A listening socket and what becomes of the connections that it accepts."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from arlen_http.logged import connection_type
from arlen_http.peer import TransportPeer
from arlen_http.service import Service

from .acceptor import Acceptor, Receive
from .admission import Reception

__all__ = ["Listener", "listen"]

# The path of a Unix socket belongs to whoever bound it, which may be another process; some loops would remove it.
_KEEP_PATH: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}


class Listener(Protocol):
    """Accepts connections until it is closed."""

    @property
    def sockets(self) -> Sequence[Any]:
        """What it listens on."""

    def close(self) -> None:
        """Accept nobody any more."""


async def listen(service: Service, sock: socket.socket) -> Listener:
    """Accept connections on a bound socket, with TLS and the PROXY protocol as configured; TLS is for TCP.

    Connections inherit ``TCP_NODELAY`` from their listener. asyncio sets it itself, but for some listeners only. Its
    own servers do not rest when the system is exhausted; those of other loops do.
    """
    settings, over_unix = service.settings, sock.family == socket.AF_UNIX
    if not over_unix:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    certificates = None if over_unix else service.certificates
    announced = service.trust if settings.proxy_protocol else None
    if certificates is not None or announced is not None:
        return Acceptor(service, sock, Reception(service, certificates, announced).receive)
    connect = partial(connection_type(service), service, partial(TransportPeer, trust=service.trust))
    loop, backlog = service.loop, settings.listen_backlog
    if isinstance(loop, asyncio.SelectorEventLoop):
        return Acceptor(service, sock, _connecting(loop, connect))
    if over_unix:
        return await loop.create_unix_server(connect, sock=sock, backlog=backlog, **_KEEP_PATH)
    return await loop.create_server(connect, sock=sock, backlog=backlog)


def _connecting(loop: asyncio.AbstractEventLoop, connect: Callable[[], asyncio.Protocol]) -> Receive:
    """Gives every connection its protocol at once."""
    unfinished: set[asyncio.Task[object]] = set()

    def receive(sock: socket.socket) -> None:
        task = loop.create_task(loop.connect_accepted_socket(connect, sock))
        unfinished.add(task)
        task.add_done_callback(unfinished.discard)

    return receive
