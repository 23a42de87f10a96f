"""The child: a fresh interpreter that builds one application and serves it on the supervisor's sockets.

It imports the framework first and stands by. When the supervisor says ``build`` it imports and starts the application;
a build that fails is told to the supervisor, and the child ends.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TextIO

from arlen_http import Server
from arlen_http.loop import loop_factory

from .changes import Consequence
from .channel import LINE_LIMIT, Channel, Message
from .diagnosis import diagnose
from .failure import BuildFailure, Stage
from .listening import Listeners
from .live_reload import LiveReload
from .project import Assignment
from .served import Served, find_served


def main(text: str) -> int:
    """Carry out an assignment; returns the exit status."""
    signal.signal(signal.SIGINT, _leave_it_to_the_supervisor)
    assignment = Assignment.decode(text)
    end = socket.socket(fileno=assignment.channel)
    order = end.recv(LINE_LIMIT)
    if not order:
        return 0
    identity: str = Message.decode(order).content["identity"]
    stage = Stage.IMPORT
    with ExitStack() as stack:
        noticed = stack.enter_context(noted_warnings())
        try:
            served = find_served(assignment.project)
            runner = stack.enter_context(asyncio.Runner(loop_factory=loop_factory(served.settings.loop)))
            stage = Stage.STARTUP
            listeners = [socket.socket(fileno=descriptor) for descriptor in assignment.listeners]
            serving = runner.run(Serving.start(served, identity, listeners, end))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever an application raises, it is told
            failure = diagnose(error, stage, assignment.project.root, noticed)
            end.setblocking(True)
            end.sendall(Message("failed", failure.as_json()).encode())
            return 1
        runner.run(serving.follow(end))
    return 0


class Serving:
    """An application that is being served, and followed by browsers."""

    def __init__(self, served: Served, pages: LiveReload, server: Server) -> None:
        self._served = served
        self._pages = pages
        self._server = server

    @classmethod
    async def start(cls, served: Served, identity: str, listeners: Listeners, end: socket.socket) -> Serving:
        """Check the templates, start the application, and answer requests when the supervisor permits it.

        Raises:
            jinja2.TemplateSyntaxError: a template is malformed.
            Exception: whatever the application raises when it starts.
        """
        served.check_templates()
        pages = LiveReload(served.app, identity)

        async def start() -> None:
            await pages.app.start()
            await _ask_to_serve(end)

        app = replace(pages.app, handle=pages.handle, streams=pages.streams, start=start)
        server = Server(app, served.settings, sockets=listeners)
        await server.start()
        return cls(served, pages, server)

    async def follow(self, end: socket.socket) -> None:
        """Do what the supervisor says until it says nothing more, or until the process is told to end."""
        channel = await Channel.open(end)
        following = asyncio.create_task(self._obey(channel))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, following.cancel)
        await asyncio.wait([following])
        self._pages.close()
        await self._server.stop()
        await channel.close()

    async def _obey(self, channel: Channel) -> None:
        while message := await channel.receive():
            consequence = Consequence(message.content["consequence"])
            failure = self._template_failure() if consequence is Consequence.TEMPLATES else None
            if failure is None:
                self._pages.tell(consequence)
            else:
                channel.send(Message("failed", failure.as_json()))

    def _template_failure(self) -> BuildFailure | None:
        try:
            self._served.check_templates()
        except Exception as error:  # noqa: BLE001 - a loader or an extension of the application may raise anything
            return diagnose(error, Stage.TEMPLATE_COMPILE, self._served.root)
        return None


async def _ask_to_serve(end: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    end.setblocking(False)
    await loop.sock_sendall(end, Message("ready").encode())
    while await loop.sock_recv(end, 1) not in (b"\n", b""):
        continue


@contextmanager
def noted_warnings() -> Iterator[list[str]]:
    """Warnings that are shown inside the block, as text; they are shown nevertheless."""
    noticed: list[str] = []
    show = warnings.showwarning

    def note(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        noticed.append(f"{filename}:{lineno}: {category.__name__}: {message}")
        show(message, category, filename, lineno, file, line)

    warnings.showwarning = note
    try:
        yield noticed
    finally:
        warnings.showwarning = show


def _leave_it_to_the_supervisor(number: int, frame: object) -> None:
    """A terminal interrupts supervisor and child together; the supervisor ends the child in its own time."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
