"""Security headers and a request id as pure ASGI middleware, the cheapest kind there is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .content import SECURITY_PAIRS, request_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class DefaultHeaders:
    """Adds security headers and a request id below a path; leaves every other path alone."""

    __slots__ = ("app", "below")

    def __init__(self, app: ASGIApp, below: str = "/api/echo/") -> None:
        self.app = app
        self.below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.below):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *SECURITY_PAIRS,
                    (b"x-request-id", request_id().encode()),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)
