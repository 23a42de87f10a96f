"""The accept loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from arlen_http.log import logger
from arlen_http.service import Service

__all__ = ["Acceptor", "Receive"]

# What becomes of an accepted socket, which does not block.
Receive = Callable[[socket.socket], None]

# How long nobody is accepted after the system had no descriptor or no memory for one more.
_EXHAUSTED_SECONDS = 0.05


class Acceptor:
    """Accepts connections, and rests while the system is exhausted.

    Args:
        sock: bound.
        receive: called with every connection.
    """

    def __init__(self, service: Service, sock: socket.socket, receive: Receive) -> None:
        self.sockets = (sock,)
        self._loop = service.loop
        self._receive = receive
        self._backlog = service.settings.listen_backlog
        self._rest: asyncio.TimerHandle | None = None
        self._exhausted = False
        sock.setblocking(False)
        sock.listen(self._backlog)
        self._go_on()

    def close(self) -> None:
        """Accept nobody any more; whoever has been received already is served."""
        [sock] = self.sockets
        if self._rest is not None:
            self._rest.cancel()
        self._loop.remove_reader(sock)
        sock.close()

    def _go_on(self) -> None:
        [sock] = self.sockets
        self._loop.add_reader(sock, self._accept, sock)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(self._backlog):
            try:
                sock, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest_a_while(listener, error)
                return
            self._exhausted = False
            sock.setblocking(False)
            self._receive(sock)

    def _rest_a_while(self, listener: socket.socket, error: OSError) -> None:
        if not self._exhausted:
            logger.warning("accept() failed, and is tried again until it does not: %s", error)
        self._exhausted = True
        self._loop.remove_reader(listener)
        self._rest = self._loop.call_later(_EXHAUSTED_SECONDS, self._go_on)
