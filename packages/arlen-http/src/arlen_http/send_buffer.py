"""How much of a response the system keeps for a peer that has not read it yet."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

__all__ = ["keep_send_buffer_short"]

_ENOUGH_BYTES = 262_144


def keep_send_buffer_short(transport: asyncio.BaseTransport) -> None:
    """Give a connection from this machine a send buffer that fits into the caches of its processors.

    Over a network a deep buffer keeps the line full while an acknowledgement travels, and the system finds the right
    depth. Nothing travels between two processes of one machine, a proxy and this server for example: there the depth
    only decides how cold the bytes are when the peer reads them.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None and _is_local(transport.get_extra_info("peername")):
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ENOUGH_BYTES)


def _is_local(name: object) -> bool:
    return isinstance(name, tuple) and (name[0] == "::1" or name[0].startswith(("127.", "::ffff:127.")))
