"""A listener for event loops that do not rest when the system is exhausted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from .service import Service, logger

__all__ = ["EXHAUSTED_SECONDS", "Acceptor"]

# How long nobody is accepted after the system had no descriptor or no memory for one more.
EXHAUSTED_SECONDS = 0.05


class Acceptor:
    """Accepts connections and gives each its protocol.

    Args:
        sock: bound.
        connect: makes the protocol of a connection.
    """

    def __init__(self, service: Service, sock: socket.socket, connect: Callable[[], asyncio.Protocol]) -> None:
        self.sockets = (sock,)
        self._loop = service.loop
        self._connect = connect
        self._backlog = service.settings.listen_backlog
        self._connecting: set[asyncio.Task[object]] = set()
        self._rest: asyncio.TimerHandle | None = None
        self._exhausted = False
        sock.setblocking(False)
        sock.listen(self._backlog)
        self._go_on()

    def close(self) -> None:
        """Accept nobody any more."""
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
            task = self._loop.create_task(self._loop.connect_accepted_socket(self._connect, sock))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def _rest_a_while(self, listener: socket.socket, error: OSError) -> None:
        if not self._exhausted:
            logger.warning("accept() failed, and is tried again until it does not: %s", error)
        self._exhausted = True
        self._loop.remove_reader(listener)
        self._rest = self._loop.call_later(EXHAUSTED_SECONDS, self._go_on)
