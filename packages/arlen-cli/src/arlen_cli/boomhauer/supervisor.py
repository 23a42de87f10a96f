"""The supervisor: owns the listening sockets and the children, and does what :mod:`lifecycle` decides.

It never imports the application. The sockets are open from the first moment to the last, so a request that arrives
while nothing serves waits in the queue of the operating system.
"""

from __future__ import annotations

import asyncio
import importlib.util
import shlex
import signal
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from . import announcements
from .changes import consequence_of
from .crew import Crew
from .failure import BuildFailure
from .lifecycle import (
    Action,
    Build,
    Building,
    Changed,
    Ended,
    Event,
    Finish,
    ForgetFailure,
    HidePages,
    LetChildServe,
    Overdue,
    Phase,
    ShowFailure,
    ShowWaiting,
    StandBy,
    StopChild,
    StopRequested,
    TellChild,
    step,
)
from .listening import Listeners
from .pages import FailurePages, PageServer, WaitingPages
from .process import build_command
from .project import Project
from .record import FailureRecord
from .watch import watch

#: How long a request waits for a build before it is told that there is one.
PATIENCE_SECONDS = 10.0


class Supervisor:
    """Serves a project until it is told to stop."""

    def __init__(self, project: Project, listeners: Listeners) -> None:
        self._project = project
        self._crew = Crew(project, listeners, self._post)
        self._pages = PageServer(listeners)
        self._record = FailureRecord(project.root)
        self._events: asyncio.Queue[tuple[Event, str]] = asyncio.Queue()
        self._stale: set[Path] = set()
        self._status = 0

    async def run(self) -> int:
        """Build, serve and watch; returns the exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._post, StopRequested())
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch(self._project.root, self._files_changed))
            try:
                await self._follow_events()
            finally:
                watching.cancel()
                await self._crew.dismiss()
                await self._pages.hide()
        return self._status

    async def _follow_events(self) -> None:
        phase: Phase = Building()
        await self._perform(Build())
        while not isinstance(phase, Ended):
            event, build = await self._events.get()
            if build in ("", self._crew.build):
                phase, actions = step(phase, event)
                for action in actions:
                    await self._perform(action)

    async def _perform(self, action: Action) -> None:
        match action:
            case Build():
                await self._begin_build()
            case StopChild():
                await self._crew.stop_current()
            case LetChildServe():
                self._crew.let_serve()
            case TellChild(consequence):
                self._crew.tell(consequence)
            case ShowFailure(failure):
                await self._show(failure)
            case ShowWaiting():
                await self._pages.show(WaitingPages())
            case HidePages():
                await self._pages.hide()
            case ForgetFailure():
                self._forget_failure()
            case StandBy():
                await self._crew.stand_by()
            case Finish(status):
                self._finish(status)

    async def _begin_build(self) -> None:
        forget_bytecode(self._stale)
        self._stale.clear()
        await self._crew.begin_build()
        asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._post, Overdue(), self._crew.build)

    async def _show(self, failure: BuildFailure) -> None:
        told = failure.ran_by(shlex.join(build_command(self._project)))
        announcements.broken(told)
        try:
            self._record.keep(told, datetime.now(UTC))
        except OSError as error:
            announcements.not_kept(error)
        await self._pages.show(FailurePages(told))

    def _forget_failure(self) -> None:
        if self._record.forget():
            announcements.healed()

    def _finish(self, status: int) -> None:
        self._status = status
        if status:
            announcements.ended(status)

    def _files_changed(self, paths: frozenset[Path]) -> None:
        announcements.changed(paths, self._project.root)
        self._stale.update(paths)
        self._post(Changed(consequence_of(paths, self._project.root)))

    def _post(self, event: Event, build: str = "") -> None:
        self._events.put_nowait((event, build))


def forget_bytecode(sources: Iterable[Path]) -> None:
    """Remove what the interpreter cached of these files: two edits within a second may look the same to it."""
    for source in sources:
        if source.suffix == ".py":
            Path(importlib.util.cache_from_source(source)).unlink(missing_ok=True)
