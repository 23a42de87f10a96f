"""The lifespan of an ASGI application: one long call that is told when to start and when to shut down."""

from __future__ import annotations

import asyncio
from typing import Any

from arlen_http.errors import ArlenHTTPError

from .types import ASGIApp, Message

__all__ = ["Lifespan", "LifespanFailed"]


class LifespanFailed(ArlenHTTPError):
    """The application answered that its startup or shutdown failed."""

    code = "lifespan_failed"


class Lifespan:
    """Starts and shuts down an ASGI application.

    An application that raises before it has answered the startup does not know lifespans and is served without one.

    Attributes:
        state: what the application has left in ``scope["state"]`` for its requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        """Raises:
        LifespanFailed: the application says so.
        """
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self._task = asyncio.ensure_future(self._app(scope, self._messages.get, self._answers.put))
        if not await self._told("startup"):
            self._task = None

    async def shutdown(self) -> None:
        """Raises:
        LifespanFailed: the application says so.
        """
        if self._task is not None:
            await self._told("shutdown")
            await asyncio.wait([self._task])
            self._task = None

    async def _told(self, event: str) -> bool:
        """Whether the application has answered this event; ``False`` when it has ended instead."""
        assert self._task is not None
        await self._messages.put({"type": f"lifespan.{event}"})
        answer = asyncio.ensure_future(self._answers.get())
        await asyncio.wait([self._task, answer], return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            self._task.exception()
            return False
        message = answer.result()
        if message["type"] == f"lifespan.{event}.failed":
            raise LifespanFailed(f"{event} failed: {message.get('message') or 'the application gives no reason'}")
        return True
