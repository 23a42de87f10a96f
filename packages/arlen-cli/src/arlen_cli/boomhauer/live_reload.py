"""Browsers that follow the application: a script in every HTML page, and a stream of events for it to listen to."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Iterable, Iterator
from typing import Any

from arlen_http import Request, Response, StreamResponse
from arlen_http.handler import as_app
from arlen_mvc.events import EVENT_STREAM, EVENT_STREAM_HEADERS, Event

from .changes import Consequence
from .page import asset
from .scripted_asgi import scripted, speaks_asgi

EVENTS_PATH = "/_arlen/reload"
SCRIPT_PATH = "/_arlen/reload.js"

_UNCACHED = {"cache-control": "no-store"}

#: A stream is the last answer of its connection, so that a server which stops does not wait for the browser to leave.
_STREAM_HEADERS = {**EVENT_STREAM_HEADERS, "connection": "close"}

Content = AsyncIterable[bytes | str] | Iterable[bytes | str]

#: How long a browser waits before it looks for the stream again.
RETRY_MS = 300


class LiveReload:
    """An application whose pages reload themselves when a build replaced it, or when it is told of changed files.

    A page carries the identity of the build that made it. The event stream begins with the identity of the build that
    serves now, so a page that was made before, or by a stand-in for the application, finds out as soon as it connects.

    Args:
        target: the application, a handler or an ASGI application; starting it and shutting it down is left to others.
        build: identity of the build.

    Attributes:
        app: the application, as something to serve.
    """

    def __init__(self, target: Any, build: str) -> None:
        self._build = build
        self._tag = f'<script src="{SCRIPT_PATH}" data-build="{build}" defer></script>\n'.encode()
        self.app = as_app(scripted(target, self._tag) if speaks_asgi(target) else target)
        self.streams = self.app.streams
        self.followers: set[asyncio.Queue[Event | None]] = set()

    def handle(self, request: Request) -> Response | Awaitable[Response]:
        if request.raw_path == EVENTS_PATH:
            return StreamResponse(self._events(), headers=_STREAM_HEADERS, content_type=EVENT_STREAM)
        if request.raw_path == SCRIPT_PATH:
            return Response(asset("reload.js"), content_type="text/javascript; charset=utf-8", headers=_UNCACHED)
        result = self.app.handle(request)
        return self._followed(result) if inspect.isawaitable(result) else self._follow(result)

    def tell(self, consequence: Consequence) -> None:
        """Let every open page act on changed files."""
        name = "styles" if consequence is Consequence.STYLES else "page"
        for follower in self.followers:
            follower.put_nowait(Event(event=name))

    def close(self) -> None:
        """End every event stream; browsers come back by themselves."""
        for follower in self.followers:
            follower.put_nowait(None)

    async def _events(self) -> AsyncIterator[bytes]:
        follower: asyncio.Queue[Event | None] = asyncio.Queue()
        self.followers.add(follower)
        try:
            yield Event(self._build, event="build", retry=RETRY_MS).encode()
            while event := await follower.get():
                yield event.encode()
        finally:
            self.followers.discard(follower)

    async def _followed(self, result: Awaitable[Response]) -> Response:
        return self._follow(await result)

    def _follow(self, response: Response) -> Response:
        return with_script(response, self._tag) if is_page(response) else response


def is_page(response: Response) -> bool:
    """Whether this is an HTML document that can take a script: not compressed, not empty, not a file on its way."""
    media_type = response.headers.get("content-type") or response.content_type
    has_content = bool(response.body) if response.in_memory else type(response) is StreamResponse
    return media_type.startswith("text/html") and has_content and "content-encoding" not in response.headers


def with_script(response: Response, tag: bytes) -> Response:
    """The page with the script at its end; it is never cached, because the script names the build."""
    if isinstance(response, StreamResponse):
        response.content = _with_tail(response.content, tag)
        response.length = None
    else:
        response.body = _before_end_of_body(bytes(response.body), tag)
    response.headers.set("cache-control", "no-store")
    policy = response.headers.get("content-security-policy")
    if policy:
        response.headers.set("content-security-policy", admitting_own_script(policy))
    for name in ("etag", "last-modified", "content-length"):
        response.headers.delete(name)
    return response


def admitting_own_script(policy: str) -> str:
    """A content security policy that forbids everything by default, with the script of live reload let through.

    A policy that has a ``script-src`` or a ``connect-src`` means it, and keeps it (CSP level 3, section 6.1).
    """
    sources = {directive.split()[0].lower(): directive for directive in policy.split(";") if directive.strip()}
    if "'none'" not in sources.get("default-src", ""):
        return policy
    missing = [f"{name} 'self'" for name in ("script-src", "connect-src") if name not in sources]
    return "; ".join([policy.rstrip("; "), *missing])


def _before_end_of_body(page: bytes, tag: bytes) -> bytes:
    end = page.lower().rfind(b"</body>")
    position = len(page) if end < 0 else end
    return page[:position] + tag + page[position:]


def _with_tail(content: Content, tag: bytes) -> Content:
    return _streamed(content, tag) if isinstance(content, AsyncIterable) else _produced(content, tag)


async def _streamed(content: AsyncIterable[bytes | str], tag: bytes) -> AsyncIterator[bytes | str]:
    try:
        async for piece in content:
            yield piece
    finally:
        if isinstance(content, AsyncGenerator):
            await content.aclose()
    yield tag


def _produced(content: Iterable[bytes | str], tag: bytes) -> Iterator[bytes | str]:
    yield from content
    yield tag
