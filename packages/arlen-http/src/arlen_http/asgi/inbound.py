"""An ASGI application served by this server."""

from __future__ import annotations

import asyncio

from arlen_http.errors import MissingDependencyError
from arlen_http.log import logger
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.settings import ServerSettings

from .lifespan import Lifespan
from .response import ASGIResponse
from .scope import http_scope, websocket_scope
from .session import WebSocketResponse, WebSocketSession
from .types import ASGIApp

__all__ = ["from_asgi"]


class ASGIHandler:
    """Made by `from_asgi`."""

    streams = True

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._lifespan = Lifespan(app)
        self._handshake_seconds = settings.timeouts.websocket_handshake
        self._sessions: dict[asyncio.Task[None], WebSocketSession] = {}

    async def start(self) -> None:
        await self._lifespan.start()

    async def stopping(self) -> None:
        for session in list(self._sessions.values()):
            session.go_away()

    async def shutdown(self) -> None:
        for task in self._sessions:
            task.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions)
        await self._lifespan.shutdown()

    def handle(self, request: Request) -> Response:
        if b"upgrade" in request.head.last and _asks_for_websocket(request):
            return self._open(request)
        return ASGIResponse(self._app, http_scope(request, self._lifespan.state), request)

    def _open(self, request: Request) -> Response:
        try:
            from .websocket import HandshakeRefused, WebSocket
        except MissingDependencyError as missing:
            logger.error("%r is answered 501: %s", request, missing)
            return Response("this server speaks no WebSocket\n", 501)
        try:
            websocket = WebSocket(request)
        except HandshakeRefused as refused:
            return refused.response
        scope = websocket_scope(request, self._lifespan.state)
        session = WebSocketSession(self._app, scope, request, websocket)
        return WebSocketResponse(session, self._sessions, self._handshake_seconds)


def from_asgi(app: ASGIApp, settings: ServerSettings | None = None) -> ASGIHandler:
    """An ASGI 3 application as something to serve.

    Requests, responses and WebSockets stream both ways at the pace of the slower side. The lifespan protocol is used
    where the application knows it. WebSockets need ``arlen-http[websockets]``; without it they are answered 501.

    Args:
        settings: only the time for the handshake of a WebSocket is used.
    """
    return ASGIHandler(app, settings or ServerSettings())


def _asks_for_websocket(request: Request) -> bool:
    """Whether this is an opening handshake, well-formed or not (RFC 6455 section 4.2.1)."""
    return (
        request.method == "GET"
        and "websocket" in _tokens(request, "upgrade")
        and "upgrade" in _tokens(request, "connection")
    )


def _tokens(request: Request, name: str) -> list[str]:
    return [token.strip().lower() for value in request.headers.get_all(name) for token in value.split(",")]
