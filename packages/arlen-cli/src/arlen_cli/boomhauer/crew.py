"""The child that builds or serves, and the one that stands by for the next build with the framework imported."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from .changes import Consequence
from .lifecycle import Event
from .listening import Listeners
from .process import Child
from .project import Project


class Crew:
    """The children of one supervisor.

    Attributes:
        build: identity of the current build, empty when there is none; events carry the identity of theirs.
    """

    def __init__(self, project: Project, listeners: Listeners, post: Callable[[Event, str], None]) -> None:
        self._project = project
        self._listeners = listeners
        self._post = post
        self._current: Child | None = None
        self._standby: Child | None = None
        self._following: asyncio.Task[None] | None = None
        self.build = ""

    async def begin_build(self) -> None:
        """Let the child that stands by, or else a new one, build the application."""
        child, self._standby = self._standby, None
        if child is None or not child.alive:
            child = await Child.spawn(self._project, self._listeners)
        self.build = secrets.token_hex(8)
        self._current = child
        self._following = asyncio.create_task(self._follow(child, self.build))
        child.build(self.build)

    async def stand_by(self) -> None:
        """Prepare the child of the next build."""
        if self._standby is None:
            self._standby = await Child.spawn(self._project, self._listeners)

    def let_serve(self) -> None:
        """Permit the child that is ready to answer requests."""
        if self._current is not None:
            self._current.let_serve()

    def tell(self, consequence: Consequence) -> None:
        """Let the serving child act on changed files."""
        if self._current is not None:
            self._current.tell(consequence)

    async def stop_current(self) -> None:
        """End the child that builds or serves."""
        self.build = ""
        if self._following is not None:
            self._following.cancel()
        child, self._current = self._current, None
        if child is not None:
            await child.stop()

    async def dismiss(self) -> None:
        """End every child."""
        await self.stop_current()
        child, self._standby = self._standby, None
        if child is not None:
            await child.stop()

    async def _follow(self, child: Child, build: str) -> None:
        async for event in child.events():
            self._post(event, build)
