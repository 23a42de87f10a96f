"""The sockets that the manager makes once and its workers inherit."""

from __future__ import annotations

import socket

from arlen_http import ServerSettings
from arlen_http.listening import bound_sockets


def listening_sockets(settings: ServerSettings) -> list[socket.socket]:
    """Sockets on which connections wait from now on, whether or not a worker lives.

    Raises:
        ServerStartError: the address is invalid or taken.
    """
    sockets = bound_sockets(settings)
    for sock in sockets:
        sock.listen(settings.listen_backlog)
    return sockets


def port_of(sockets: list[socket.socket], requested: int) -> int:
    """The port that the system chose, or the requested one where the sockets have none."""
    name = sockets[0].getsockname()
    return int(name[1]) if isinstance(name, tuple) else requested
