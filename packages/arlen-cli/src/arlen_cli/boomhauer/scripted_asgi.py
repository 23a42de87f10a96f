"""An ASGI application whose HTML pages get a script at their end."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]

#: Fields that are not true any more, or that would keep an old page alive.
_OUTDATED = frozenset({b"cache-control", b"content-length", b"etag", b"last-modified"})


def speaks_asgi(target: Any) -> bool:
    """Whether this is called like an ASGI 3 application; an object with ``handle`` is Arlen's own kind."""
    if hasattr(target, "handle") or not callable(target):
        return False
    return len(inspect.signature(target).parameters) == 3


def scripted(app: ASGIApp, tag: bytes) -> ASGIApp:
    """The application, with ``tag`` behind the content of each HTML response that is neither compressed nor empty."""

    async def followed(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "HEAD":
            return await app(scope, receive, send)
        is_page = False

        async def send_scripted(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                is_page = _is_page(message)
                if is_page:
                    message = {**message, "headers": _without_outdated(message["headers"])}
            elif is_page and message["type"] == "http.response.body" and not message.get("more_body", False):
                message = {**message, "body": message.get("body", b"") + tag}
            await send(message)

        await app(scope, receive, send_scripted)

    return followed


def _is_page(start: Message) -> bool:
    fields = {bytes(name).lower(): bytes(value) for name, value in start.get("headers", ())}
    has_content = start["status"] >= 200 and start["status"] not in (204, 304)
    return (
        has_content and fields.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in fields
    )


def _without_outdated(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if bytes(name).lower() not in _OUTDATED]
    return [*kept, (b"cache-control", b"no-store")]
