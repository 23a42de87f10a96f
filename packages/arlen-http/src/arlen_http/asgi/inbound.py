"""An ASGI application served by this server."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import unquote

from arlen_http.errors import ArlenHTTPError, ClientDisconnect, InvalidHeader
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.service import logger
from arlen_http.writer import ResponseWriter

from .lifespan import Lifespan
from .types import ASGIApp, Message, Scope

__all__ = ["from_asgi"]

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNLAWFUL = re.compile(rb"[\x00\r\n]")
# Fields about which the server has its own word.
_KNOWN_TO_SERVER = frozenset((b"connection", b"content-length", b"date", b"server", b"transfer-encoding"))


class ASGIHandler:
    """Made by `from_asgi`."""

    streams = True

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lifespan = Lifespan(app)

    async def start(self) -> None:
        await self._lifespan.start()

    async def shutdown(self) -> None:
        await self._lifespan.shutdown()

    def handle(self, request: Request) -> Response:
        if request.headers.get("upgrade", "").lower() == "websocket":
            return Response("this server does not speak WebSocket to ASGI applications\n", 501)
        return ASGIResponse(self._app, http_scope(request, self._lifespan.state), request)


def from_asgi(app: ASGIApp) -> ASGIHandler:
    """An ASGI 3 application as something to serve: ``handle``, ``start`` and ``shutdown``.

    Requests and responses stream both ways at the pace of the slower side. The lifespan protocol is used where the
    application knows it. WebSocket handshakes are answered 501.
    """
    return ASGIHandler(app)


def http_scope(request: Request, state: dict[str, Any]) -> Scope:
    """The connection scope of a request (ASGI HTTP specification 2.4).

    Raises:
        RequestRefused: 400 for a path that does not decode.
    """
    raw_path = request.root_path + request.raw_path
    request.path  # noqa: B018  a path that is not UTF-8 is refused, not guessed
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": request.http_version,
        "method": request.method,
        "scheme": request.scheme,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("ascii"),
        "query_string": request.query_string.encode("ascii"),
        "root_path": unquote(request.root_path),
        "headers": request.raw_headers,
        "client": request.client,
        "server": request.server,
        "state": state.copy(),
        "extensions": {},
    }


class ASGIResponse(Response):
    """A response that is written while the application runs."""

    __slots__ = ("_app", "_request", "_scope")

    in_memory: ClassVar[bool] = False
    ends_with_client: ClassVar[bool] = False

    def __init__(self, app: ASGIApp, scope: Scope, request: Request) -> None:
        super().__init__(content_type="")
        self._app = app
        self._scope = scope
        self._request = request

    async def send(self, writer: ResponseWriter) -> None:
        call = _Call(self, self._request, writer)
        try:
            await self._app(self._scope, call.receive, call.send)
        except Exception as error:
            if not call.complete:
                raise
            logger.error("%r failed after its response", self._request, exc_info=error)
        if not call.complete:
            raise ASGIProtocolError("the application returned before its response was complete")


class ASGIProtocolError(ArlenHTTPError):
    """The application sent what the ASGI specification does not allow at that point."""

    code = "asgi_protocol"


class _Call:
    """``receive`` and ``send`` of one request."""

    def __init__(self, response: ASGIResponse, request: Request, writer: ResponseWriter) -> None:
        self._response = response
        self._request = request
        self._writer = writer
        self._stretches = request.stream()
        self._body_received = False
        self._length: int | None = None
        self._started = False
        self._begun = False
        self.complete = False

    async def receive(self) -> Message:
        if self._body_received or self.complete:
            if not self.complete:
                await self._request.wait_disconnected()
            return {"type": "http.disconnect"}
        try:
            body = await anext(self._stretches, b"")
        except ClientDisconnect:
            self._body_received = True
            return {"type": "http.disconnect"}
        more = bool(body) and not self._request.body_finished
        self._body_received = not more
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start" if not self._started:
                self._started = True
                self._response.status = message["status"]
                self._take_headers(message.get("headers", ()))
            case "http.response.body" if self._started and not self.complete:
                await self._send_body(bytes(message.get("body", b"")), bool(message.get("more_body", False)))
            case other:
                raise ASGIProtocolError(f"unexpected {other}")

    async def _send_body(self, body: bytes, more: bool) -> None:
        writer, response = self._writer, self._response
        self.complete = not more
        if not self._begun:
            self._begun = True
            if not more and self._length in (None, len(body)):
                await writer.whole(response, body)
                return
            await writer.begin(response, self._length)
        await writer.write(body)
        if not more:
            await writer.end()

    def _take_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        lines = []
        for name, value in headers:
            lowered = bytes(name).lower()
            if not _NAME.fullmatch(lowered) or _UNLAWFUL.search(value):
                raise InvalidHeader(f"{name!r}: {value!r} is not a header field")
            if lowered in _KNOWN_TO_SERVER:
                self._response.headers.append(lowered.decode(), value.decode("latin-1"))
            else:
                lines.append(b"%b: %b\r\n" % (lowered, value))
        self._response.constant_headers += b"".join(lines)
        declared = self._response.headers.get("content-length", "")
        self._length = int(declared) if declared and declared.isdecimal() else None
