"""What all connections of one server share."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import TYPE_CHECKING

from .handler import Handler
from .parser import backend_named
from .settings import ServerSettings
from .tails import HeadTails

if TYPE_CHECKING:
    from .connection import Connection

__all__ = ["Service", "logger", "run_callbacks"]


logger = logging.getLogger("arlen.http")

# Turns of the loop in which a connection that the system has accepted is set up and its first bytes are read.
_SETTLING_TURNS = 5


class Service:
    """Handler, limits and time of a server, and the connections that use them.

    Attributes:
        handle: answers a request.
        streams: whether the handler takes a request before its body has arrived.
        context: the context variables with which every request begins.
        now: the monotonic time of the last tick, in seconds; every deadline is set and swept against it.
        idle_deadline: when a connection that gets no request from now on is closed.
        draining: whether the server is stopping, so that every response ends its connection.
        background: what runs on after its response.
    """

    __slots__ = (
        "_clock",
        "_empty",
        "backend",
        "background",
        "connections",
        "context",
        "draining",
        "handle",
        "idle_deadline",
        "limits",
        "loop",
        "now",
        "settings",
        "streams",
        "tails",
    )

    def __init__(
        self, handle: Handler, settings: ServerSettings, *, streams: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self.handle = handle
        self.streams = streams
        self.settings = settings
        self.limits = settings.request_limits
        self.backend = backend_named(settings.http_parser_backend)
        self.tails = HeadTails(settings.server_header, time.time())
        self.loop = asyncio.get_running_loop()
        self.context = copy_context()
        self.now = clock()
        self.idle_deadline = self.now + settings.connection_timeout_seconds
        self.draining = False
        self.connections: set[Connection] = set()
        self.background: set[asyncio.Task[None]] = set()
        self._empty: asyncio.Future[None] | None = None

    def tick(self) -> None:
        """Once a second: refresh the date and enforce the deadlines that have passed."""
        self.now = now = self._clock()
        self.idle_deadline = now + self.settings.connection_timeout_seconds
        self.tails.refresh(time.time())
        for connection in [connection for connection in self.connections if connection.deadline <= now]:
            connection.expire()

    def forget(self, connection: Connection) -> None:
        """The connection has ended, or belongs to another protocol."""
        self.connections.discard(connection)
        if self._empty is not None and not self.connections and not self._empty.done():
            self._empty.set_result(None)

    async def drain(self) -> None:
        """Let every connection end with the request that it is receiving or answering, and wait until all have.

        `draining` is set. What the system has already received is read first: closing over it would reset the peer.
        """
        await self.settle()
        for connection in list(self.connections):
            connection.drain()
        if self.connections:
            self._empty = self.loop.create_future()
            await self._empty
        if self.background:
            await asyncio.wait(self.background)

    async def settle(self) -> None:
        """Let the loop take what the system already has for it: connections to accept, bytes to read."""
        for _ in range(_SETTLING_TURNS):
            await asyncio.sleep(0)

    async def cut(self) -> None:
        """End every connection and everything that runs on after a response, now."""
        for connection in list(self.connections):
            connection.abort()
        for task in self.background:
            task.cancel()
        if self.background:
            await asyncio.wait(self.background)

    def run_after(self, callbacks: tuple[Callable[[], object], ...]) -> None:
        """Call these, one after the other, beside the connection that they came from."""
        task = self.loop.create_task(run_callbacks(callbacks), context=self.context.copy())
        self.background.add(task)
        task.add_done_callback(self.background.discard)


async def run_callbacks(callbacks: tuple[Callable[[], object], ...]) -> None:
    """Call these in order and await what is awaitable; one that fails is logged and does not stop the next."""
    for callback in callbacks:
        try:
            result = callback()
            if isinstance(result, Awaitable):
                await result
        except Exception:
            logger.exception("a callback after the response failed")
