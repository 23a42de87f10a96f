"""A child process: a fresh interpreter that stands by, builds the application, and serves it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

from .changes import Consequence
from .channel import Channel, Message
from .failure import BuildFailure
from .lifecycle import Event, Exited, Failed, Ready
from .listening import Listeners
from .project import Assignment, Project

#: How long a child may take to end before it is killed; it gives requests in flight less than that.
STOP_SECONDS = 5.0


class Child:
    """One child, and the channel to it."""

    __slots__ = ("_channel", "_process")

    def __init__(self, process: Process, channel: Channel) -> None:
        self._process = process
        self._channel = channel

    @classmethod
    async def spawn(cls, project: Project, listeners: Listeners) -> Child:
        """Start an interpreter that imports the framework and waits for :meth:`build`."""
        ours, theirs = socket.socketpair()
        with theirs:
            assignment = Assignment(project, tuple(listener.fileno() for listener in listeners), theirs.fileno())
            process = await asyncio.create_subprocess_exec(
                *_INTERPRETER,
                f"{__package__}.child",
                assignment.encode(),
                pass_fds=(*assignment.listeners, assignment.channel),
                cwd=project.root,
                env={**os.environ, "ARLEN_APP_ROOT": str(project.root), "PYTHONUNBUFFERED": "1"},
            )
        return cls(process, await Channel.open(ours))

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    def build(self, identity: str) -> None:
        """Let it build and serve the application under this build identity."""
        self._channel.send(Message("build", {"identity": identity}))

    def let_serve(self) -> None:
        """Let it answer requests."""
        self._channel.send(Message("serve"))

    def tell(self, consequence: Consequence) -> None:
        """Let it act on changed files."""
        self._channel.send(Message("changed", {"consequence": int(consequence)}))

    async def events(self) -> AsyncIterator[Event]:
        """What happens to it, the last being its end."""
        while message := await self._channel.receive():
            yield _event(message)
        yield Exited(await self._process.wait())

    async def stop(self) -> None:
        """End it, gracefully if it can."""
        if self.alive:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._channel.close()


def build_command(project: Project) -> list[str]:
    """The command line that repeats the build of this project, for people."""
    named = ["--app", project.app] if project.app else []
    environment = ["--env", project.environment] if project.environment else []
    return ["boomhauer", "--no-watch", *environment, *named]


#: ``-P`` keeps the working directory from shadowing installed packages.
_INTERPRETER = (sys.executable, "-P", "-m")


def _event(message: Message) -> Event:
    if message.word == "failed":
        return Failed(BuildFailure.from_json(message.content))
    return Ready()
