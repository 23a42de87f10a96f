"""An application of this server under another one, as an ASGI 3 application."""

from __future__ import annotations

import asyncio
from typing import Any, BinaryIO

from arlen_http import system
from arlen_http.body import RequestBody
from arlen_http.errors import ArlenHTTPError, ClientDisconnect, RequestRefused
from arlen_http.handler import as_app
from arlen_http.parser import RequestHead
from arlen_http.request import Address, Request
from arlen_http.response import Response
from arlen_http.service import logger, run_callbacks
from arlen_http.settings import ServerSettings
from arlen_http.status import allows_body
from arlen_http.upgrade import Upgrade

from .types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["to_asgi"]

_FILE_PIECE_BYTES = 262_144


def to_asgi(app: Any, settings: ServerSettings | None = None) -> ASGIApp:
    """An ASGI 3 application that runs an application object or handler.

    It knows the ``http`` and ``lifespan`` scopes; bodies and responses are streamed.

    Args:
        app: whatever `Server` takes.
        settings: only the limit of request bodies is used.
    """
    served = as_app(app)
    max_body_bytes = (settings or ServerSettings()).request_limits.max_body_bytes

    async def asgi_app(scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "lifespan":
                await _lifespan(served.start, served.shutdown, receive, send)
            case "http":
                await _Exchange(scope, receive, send, max_body_bytes).run(served.handle, served.streams)
            case other:
                raise ArlenHTTPError(f"this application does not serve the ASGI scope {other!r}")

    return asgi_app


async def _lifespan(start: Any, shutdown: Any, receive: Receive, send: Send) -> None:
    for event, work in (("startup", start), ("shutdown", shutdown)):
        await receive()
        try:
            await work()
        except Exception as error:  # noqa: BLE001
            logger.exception("%s failed", event)
            await send({"type": f"lifespan.{event}.failed", "message": str(error)})
            return
        await send({"type": f"lifespan.{event}.complete"})


class _Peer:
    """Client and body source of a request whose messages come from ``receive``."""

    def __init__(self, scope: Scope, receive: Receive, max_body_bytes: int) -> None:
        self.client: Address | None = tuple(scope["client"]) if scope.get("client") else None
        self.server: Address | None = tuple(scope["server"]) if scope.get("server") else None
        self.scheme: str = scope.get("scheme", "http")
        self.disconnected = False
        self.body = RequestBody(self)
        self._receive = receive
        self._max_body_bytes = max_body_bytes
        self._received = 0
        self._pull: asyncio.Task[None] | None = None

    def body_wanted(self) -> None:
        if self._pull is None:
            self._pull = asyncio.ensure_future(self._next_message())

    def body_taken(self) -> None:
        """The next message is asked for when a reader waits."""

    async def _next_message(self) -> None:
        try:
            message = await self._receive()
        finally:
            self._pull = None
        if message["type"] == "http.disconnect":
            self.disconnected = True
            self.body.fail(ClientDisconnect("the client went away before the end of its request"))
            return
        stretch = message.get("body", b"")
        self._received += len(stretch)
        if self._received > self._max_body_bytes:
            self.body.fail(
                RequestRefused(413, "body_too_large", f"the body has more than {self._max_body_bytes} bytes")
            )
            return
        if stretch:
            self.body.feed(stretch)
        if not message.get("more_body", False):
            self.body.finish({})

    async def wait_disconnected(self) -> None:
        while not self.disconnected:
            self.body_wanted()
            if self._pull is not None:
                await asyncio.shield(self._pull)


class _Exchange:
    """One request, and the `ResponseWriter` of its response."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body_bytes: int) -> None:
        self._send = send
        self._peer = _Peer(scope, receive, max_body_bytes)
        self._begun = False
        self._has_content = True
        self.request = _request(scope, self._peer)

    @property
    def head_only(self) -> bool:
        return self.request.method == "HEAD" or not self._has_content

    async def run(self, handle: Any, streams: bool) -> None:
        try:
            response = await self._answer(handle, streams)
        except ClientDisconnect:
            return
        except RequestRefused as refusal:
            await self._send_instead(Response(refusal.text, refusal.status))
        except Exception:
            if self._begun:
                raise
            logger.exception("%r failed", self.request)
            await self._send_instead(Response("internal server error\n", 500))
        else:
            await run_callbacks(response.after)

    async def _answer(self, handle: Any, streams: bool) -> Response:
        """Call the handler and send what it returns."""
        if not streams:
            await self.request.body()
        result = handle(self.request)
        response: Response = await result if hasattr(result, "__await__") else result
        if response.in_memory or not response.ends_with_client:
            await response.send(self)
        else:
            await self._send_while_connected(response)
        return response

    async def _send_instead(self, response: Response) -> None:
        if not self._begun:
            await response.send(self)

    async def _send_while_connected(self, response: Response) -> None:
        sending = asyncio.ensure_future(response.send(self))
        gone = asyncio.ensure_future(self._peer.wait_disconnected())
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            unfinished = [task for task in (sending, gone) if task.cancel()]
            if unfinished:
                await asyncio.wait(unfinished)
        if not sending.cancelled():
            sending.result()

    async def whole(self, response: Response, body: bytes) -> None:
        await self.begin(response, len(body) if allows_body(response.status) else None)
        await self._send_body(b"" if self.head_only else body, more=False)

    async def begin(self, response: Response, length: int | None) -> None:
        self._begun = True
        self._has_content = allows_body(response.status)
        headers = _raw_headers(response)
        known = {name for name, _ in headers}
        if self._has_content and length is not None and b"content-length" not in known:
            headers.append((b"content-length", b"%d" % length))
        await self._send({"type": "http.response.start", "status": response.status, "headers": headers})

    async def write(self, data: bytes) -> None:
        if data and not self.head_only:
            await self._send_body(data, more=True)

    async def write_file(self, file: BinaryIO, offset: int, count: int) -> None:
        if self.head_only:
            return
        end = offset + count
        gone = asyncio.ensure_future(self._peer.wait_disconnected())
        try:
            while piece := await asyncio.to_thread(system.read, file, offset, min(end - offset, _FILE_PIECE_BYTES)):
                if gone.done():
                    raise ClientDisconnect("the client went away while a file was sent")
                offset += len(piece)
                await self._send_body(piece, more=True)
        finally:
            gone.cancel()

    async def end(self) -> None:
        await self._send_body(b"", more=False)

    def upgrade(self, response: Upgrade) -> None:
        raise RequestRefused(426, "not_upgradable", "an ASGI server does not hand its connections over")

    async def _send_body(self, body: bytes, *, more: bool) -> None:
        message: Message = {"type": "http.response.body", "body": body, "more_body": more}
        await self._send(message)


def _request(scope: Scope, peer: _Peer) -> Request:
    root_path: str = scope.get("root_path", "")
    raw_path = scope.get("raw_path") or scope["path"].encode()
    target = raw_path.decode("latin-1").removeprefix(root_path) or "/"
    query_string = scope.get("query_string", b"").decode("latin-1")
    fields = [(bytes(name).lower(), bytes(value)) for name, value in scope["headers"]]
    head = RequestHead(scope["method"], f"{target}?{query_string}", scope.get("http_version", "1.1"), fields)
    request = Request(head, peer.body, peer)
    request.root_path = root_path
    return request


def _raw_headers(response: Response) -> list[tuple[bytes, bytes]]:
    pairs = [(name.encode(), value.encode()) for name, value in response.headers]
    if response.content_type and allows_body(response.status) and "content-type" not in response.headers:
        pairs.insert(0, (b"content-type", response.content_type.encode()))
    for line in response.constant_headers.splitlines():
        name, _, value = line.partition(b":")
        pairs.append((name.strip(), value.strip()))
    return pairs
