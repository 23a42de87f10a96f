"""What all connections of one server share."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from math import inf
from typing import Protocol

from .callbacks import run_callbacks
from .errors import RequestRefused
from .files.open_files import shared_files
from .forwarding.proxies import ProxyTrust
from .handler import BodyLimit, Handler
from .json import use_backend
from .layers import with_content_settings, with_dispatch_settings
from .listening.tls import Certificates
from .log import logger
from .parser import CountedReader, HeadRules, RequestReader, backend_named
from .request import Request
from .sessions import Sessions
from .settings import ServerSettings
from .stalls import WriteStalls
from .tails import HeadTails

__all__ = ["Held", "Service", "logger"]

# Turns of the loop in which a connection that the system has accepted is set up and its first bytes are read.
_SETTLING_TURNS = 5


class Held(Protocol):
    """A connection in any of its states, as its server holds it."""

    deadline: float

    def expire(self) -> None:
        """The deadline has passed."""

    def drain(self) -> None:
        """The server stops: end soon."""

    def abort(self) -> None:
        """End now."""


class Service:
    """Handler, limits and time of a server, and the connections that use them.

    Attributes:
        handle: answers a request.
        streams: whether the handler takes a request before its body has arrived.
        trust: the proxies that are believed.
        certificates: those of its TLS listeners, if it has any.
        body_limit: the most bytes in the body of a request, where that depends on the request.
        turn: what a response that is written piece by piece waits for, where only one handler may run.
        new_reader: reads the requests of a new connection.
        context: the context variables with which every request begins.
        now: the monotonic time of the last tick, in seconds; every deadline is set and swept against it.
        idle_deadline: when a connection that gets no request from now on is closed.
        handler_deadline: when a coroutine that begins now is cancelled.
        draining: whether the server is stopping, so that every response ends its connection.
        background: what runs on after its response.
        sessions: how many connections there are.
        stalls: the responses that wait for their peers.
        requests: how many were answered.
        refusals: how many were not, by reason.
    """

    __slots__ = (
        "_clock",
        "_empty",
        "_handler_seconds",
        "backend",
        "background",
        "body_limit",
        "certificates",
        "connections",
        "context",
        "draining",
        "handle",
        "handler_deadline",
        "idle_deadline",
        "limits",
        "loop",
        "new_reader",
        "now",
        "refusals",
        "requests",
        "sessions",
        "settings",
        "stalls",
        "streams",
        "tails",
        "trust",
        "turn",
    )

    def __init__(
        self,
        handle: Handler,
        settings: ServerSettings,
        *,
        streams: bool,
        body_limit: BodyLimit | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._handler_seconds = settings.timeouts.handler or inf
        self.turn = asyncio.Lock() if settings.request_dispatch_mode == "serialized" else None
        self.trust = ProxyTrust.of(settings)
        self.certificates = Certificates.of(settings.tls)
        handle = with_content_settings(handle, settings, body_limit)
        self.handle = with_dispatch_settings(handle, settings, self.trust, self.turn)
        self.streams = streams
        self.body_limit = body_limit
        self.settings = settings
        self.limits = settings.request_limits
        self.backend = backend_named(settings.http_parser_backend)
        use_backend(settings.json_backend)
        shared_files.reset(settings.static_file_fd_cache_capacity)
        self.new_reader = self._reading()
        self.tails = HeadTails(settings.server_header, time.time())
        self.loop = asyncio.get_running_loop()
        self.context = copy_context()
        self._set_time(clock())
        self.draining = False
        self.connections: set[Held] = set()
        self.sessions = Sessions(settings.runtime_limits)
        self.stalls = WriteStalls(settings.timeouts.write_stall)
        self.requests = 0
        self.refusals: Counter[str] = Counter()
        self.background: set[asyncio.Task[None]] = set()
        self._empty: asyncio.Future[None] | None = None

    def tick(self) -> None:
        """Once a second: refresh the date and enforce the deadlines that have passed."""
        now = self._clock()
        self._set_time(now)
        self.tails.refresh(time.time())
        self.stalls.sweep(now)
        if self.certificates is not None:
            self.certificates.refresh()
        for connection in [connection for connection in self.connections if connection.deadline <= now]:
            connection.expire()

    def _set_time(self, now: float) -> None:
        self.now = now
        self.idle_deadline = now + self.settings.connection_timeout_seconds
        self.handler_deadline = now + self._handler_seconds

    def _reading(self) -> Callable[[], RequestReader]:
        http, limits = self.settings.http, self.limits
        rules = HeadRules(not http.strict_request_line, http.allow_trace, server_options=False)
        if self.body_limit is not None:
            limits = replace(limits, max_body_bytes=sys.maxsize)
        most = 1 if self.turn else limits.max_requests_per_connection
        if most:
            return partial(CountedReader, self.backend, limits, rules, most)
        return partial(RequestReader, self.backend, limits, rules)

    def forget(self, connection: Held) -> None:
        """The connection has ended, or is held in another state."""
        self.connections.discard(connection)
        if self._empty is not None and not self.connections and not self._empty.done():
            self._empty.set_result(None)

    def most_body_bytes(self, request: Request) -> int:
        """The limit of this request's body, which the application may know better."""
        limit = self.context.copy().run(self.body_limit, request) if self.body_limit else None
        return self.limits.max_body_bytes if limit is None else limit

    def count(self, refusal: RequestRefused) -> None:
        """Remember that somebody was refused, and why."""
        if refusal.status >= 400:
            self.refusals[refusal.code] += 1

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
