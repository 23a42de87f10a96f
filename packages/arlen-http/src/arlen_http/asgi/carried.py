"""A request that another server has received, told by its ASGI scope and messages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from arlen_http.body import RequestBody
from arlen_http.detached import DetachedPeer
from arlen_http.errors import ClientDisconnect, RequestRefused
from arlen_http.forwarding.forwarded import NOT_FORWARDED, Forwarded
from arlen_http.interim import early_hints
from arlen_http.parser import RequestHead
from arlen_http.request import Address, Request

from .types import Receive, Scope, Send

__all__ = ["CarriedPeer", "carried_handshake", "carried_request"]


class CarriedPeer:
    """Client and body source of a request whose messages come from ``receive``."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body_bytes: int) -> None:
        self.client = _address(scope, "client")
        self.server = _address(scope, "server")
        self.scheme: str = scope.get("scheme", "http")
        self.client_certificate: Mapping[str, Any] | None = None
        self.disconnected = False
        self.body = RequestBody(self)
        self._receive = receive
        self._send_hint = send if "http.response.early_hint" in scope.get("extensions", ()) else None
        self._max_body_bytes = max_body_bytes
        self._received = 0
        self._pull: asyncio.Task[None] | None = None

    def forwarded(self, head: RequestHead) -> Forwarded:
        """The scope says already what the server believes."""
        return NOT_FORWARDED

    async def send_early_hints(self, head: RequestHead, links: Sequence[str]) -> None:
        early_hints(links)
        if self._send_hint is not None:
            await self._send_hint({"type": "http.response.early_hint", "links": [link.encode() for link in links]})

    def limit_body(self, most_bytes: int) -> None:
        """Refuse a body that is longer than this; before anything of it is read."""
        self._max_body_bytes = most_bytes

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


def carried_request(scope: Scope, peer: CarriedPeer) -> Request:
    """The request of an ``http`` scope."""
    request = Request(_head(scope, scope["method"]), peer.body, peer)
    return _placed(request, scope)


def carried_handshake(scope: Scope) -> Request:
    """The request of a ``websocket`` scope; whether its client goes away is for the WebSocket to hear."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    peer = DetachedPeer(_address(scope, "client"), scheme, _address(scope, "server"))
    return _placed(Request(_head(scope, "GET"), RequestBody.of(b""), peer), scope)


def _head(scope: Scope, method: str) -> RequestHead:
    root_path: str = scope.get("root_path", "")
    raw_path = scope.get("raw_path") or scope["path"].encode()
    target = raw_path.decode("latin-1").removeprefix(root_path) or "/"
    query_string = scope.get("query_string", b"").decode("latin-1")
    fields = [(bytes(name).lower(), bytes(value)) for name, value in scope["headers"]]
    return RequestHead(method, f"{target}?{query_string}", scope.get("http_version", "1.1"), fields)


def _placed(request: Request, scope: Scope) -> Request:
    request.root_path = scope.get("root_path", "")
    if state := scope.get("state"):
        request.state.update(state)
    return request


def _address(scope: Scope, end: str) -> Address | None:
    address = scope.get(end)
    return (address[0], address[1] or 0) if address else None
