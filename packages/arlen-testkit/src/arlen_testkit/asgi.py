"""An httpx client for any ASGI application in process, with the application's lifespan run around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from .errors import ClientError

__all__ = ["asgi_client"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@asynccontextmanager
async def asgi_client(app: ASGIApp, *, base_url: str = "http://testserver") -> AsyncIterator[httpx.AsyncClient]:
    """``async with asgi_client(app) as client: response = await client.get("/")``.

    The application's lifespan is run around the block (ASGI lifespan protocol 2.0), its state included; an application
    that does not know the protocol is served without. httpx collects each answer before it hands it over.

    Raises:
        ClientError: ``startup_failed`` or ``shutdown_failed``, with the application's message.
    """
    async with _lifespan(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url=base_url, trust_env=False) as client:
            yield client


@asynccontextmanager
async def _lifespan(app: ASGIApp) -> AsyncIterator[dict[str, Any]]:
    """Run the lifespan in a task of its own; the value is the state that the application has prepared."""
    state: dict[str, Any] = {}
    events: asyncio.Queue[Message] = asyncio.Queue()
    answers: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": state}
    task = asyncio.ensure_future(app(scope, events.get, answers.put))

    async def phase(name: str) -> bool:
        """Whether the application has answered; it has not when it ended without a word."""
        events.put_nowait({"type": f"lifespan.{name}"})
        answer = asyncio.ensure_future(answers.get())
        await asyncio.wait({answer, task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            return False
        if answer.result()["type"] != f"lifespan.{name}.complete":
            message = answer.result().get("message", "")
            raise ClientError(f"the application's {name} failed: {message}", code=f"{name}_failed", message=message)
        return True

    try:
        supported = await phase("startup")
        yield state
        if supported:
            await phase("shutdown")
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
