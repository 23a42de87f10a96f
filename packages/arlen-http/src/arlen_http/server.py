"""A server: its sockets, its connections and its end."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from .handler import as_app
from .listening import bound_sockets, urls_of
from .listening.listener import Listener, listen
from .log import logger
from .service import Service
from .settings import ServerSettings
from .stats import ServerStats

__all__ = ["Server"]


class Server:
    """Serves an application until it is stopped.

    ``async with Server(app, settings) as server`` starts and stops it.

    Args:
        app: an application object, a handler or an ASGI application; see `arlen_http.handler.as_app`.
        settings: where to listen and what to allow.
        sockets: listening sockets from elsewhere; ``bind``, ``host`` and ``port`` are not used with them.
        clock: monotonic seconds, against which deadlines are held.
    """

    def __init__(
        self,
        app: Any,
        settings: ServerSettings | None = None,
        *,
        sockets: Sequence[socket.socket] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings or ServerSettings()
        self._app = as_app(app, self.settings)
        self._given = list(sockets)
        self._own: list[socket.socket] = []
        self._clock = clock
        self._listeners: list[Listener] = []
        self._ticker: asyncio.TimerHandle | None = None
        self._service: Service | None = None

    @property
    def sockets(self) -> list[socket.socket]:
        """The listening sockets; empty unless the server runs."""
        return [sock for listener in self._listeners for sock in listener.sockets]

    @property
    def url(self) -> str:
        """Where the server listens: ``http://host:port``, ``https://host:port`` or ``unix:/path``; the first place."""
        return self.urls[0]

    @property
    def urls(self) -> list[str]:
        """All places where the server listens."""
        return urls_of(self.sockets, self.settings)

    async def start(self) -> None:
        """Start the application, then listen.

        Raises:
            ServerStartError: codes ``invalid_tls``, ``invalid_trusted_proxies``, ``invalid_forwarded_headers`` and
                ``invalid_allowed_hosts`` before the application is started; those of `bound_sockets` when it has been
                shut down again.
        """
        self._service = service = Service(
            self._app.handle,
            self.settings,
            streams=self._app.streams,
            body_limit=self._app.body_limit,
            clock=self._clock,
        )
        await self._app.start()
        try:
            self._own = [] if self._given else bound_sockets(self.settings)
            for sock in self._given or self._own:
                self._listeners.append(await listen(service, sock))
        except BaseException:
            self._close_listeners()
            await self._app.shutdown()
            raise
        self._warn()
        self._ticker = service.loop.call_later(1, self._tick_again)

    async def stop(self) -> None:
        """Stop accepting, let requests in flight finish, cancel what is left at the deadline, end the application.

        The application hears of it first (``stopping``), so that it can end what would otherwise go on for ever; that
        and the requests in flight share ``graceful_shutdown_seconds``.
        """
        service = self._service
        if service is None or service.draining:
            return
        service.draining = True
        await service.settle()
        await self._stop_listening(service)
        try:
            async with asyncio.timeout(self.settings.graceful_shutdown_seconds):
                await self._tell_app()
                await service.drain()
        except TimeoutError:
            await service.cut()
        if self._ticker is not None:
            self._ticker.cancel()
        self._service = None
        await self._app.shutdown()

    async def _tell_app(self) -> None:
        try:
            await self._app.stopping()
        except Exception:  # noqa: BLE001  the stop goes on
            logger.exception("the application failed while it was told of the stop")

    def reload_tls(self) -> None:
        """Take up the certificate's files now; a second after they have changed, this happens by itself.

        Handshakes from now on use what they hold; established connections go on as they are.

        Raises:
            ServerStartError: code ``invalid_tls``; the old certificate stays in use.
        """
        if self._service is not None and self._service.certificates is not None:
            self._service.certificates.reload()

    def stats(self) -> ServerStats:
        """The figures at this moment; all 0 unless the server runs."""
        service, threads = self._service, self._app.threads
        if service is None:
            return ServerStats()
        return ServerStats(
            requests=service.requests,
            refusals=dict(service.refusals),
            sessions=service.sessions.count,
            websocket_sessions=service.sessions.upgraded,
            threads_busy=threads.busy if threads else 0,
            queue_length=threads.waiting if threads else 0,
        )

    def tick(self) -> None:
        """Refresh the Date field and enforce the deadlines that the clock has passed; happens once a second."""
        if self._service is not None:
            self._service.tick()

    def _tick_again(self) -> None:
        self.tick()
        self._ticker = asyncio.get_running_loop().call_later(1, self._tick_again)

    def _warn(self) -> None:
        if self.settings.trusted_proxy and not self.settings.trusted_proxies:
            logger.warning("trusted_proxy = true believes whoever connects; name your proxies in trusted_proxies")

    async def _stop_listening(self, service: Service) -> None:
        """Accept nobody any more, but serve whoever has been accepted.

        asyncio gives a socket its protocol one turn after it has accepted it; where the listener is closed in between,
        the socket stays open and nobody ever answers it.
        """
        with suppress(NotImplementedError):
            for sock in self.sockets:
                service.loop.remove_reader(sock.fileno())
        await asyncio.sleep(0)
        self._close_listeners()

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        for sock in self._own:
            sock.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()
