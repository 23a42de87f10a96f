"""The task in which a connection awaits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import copy_context
from math import inf
from typing import Any

from .response import Response
from .service import Service

__all__ = ["Work", "Worker", "not_a_response"]

# What a handler has returned: to be awaited, or to be written piece by piece.
Work = Response | Awaitable[Response]


class Worker:
    """One task that lives as long as its connection and does one piece of work after the other.

    Each begins in the server's context and without a pending cancellation: where the last one has left either behind,
    a new task takes over.

    Args:
        complete: does one piece of work; an exception that leaves it ends the task.
        proceed: called after each, in a clean context.

    Attributes:
        deadline: when the work in progress is cancelled, on the server's clock.
        overdue: whether it was.
    """

    __slots__ = ("_complete", "_dismissed", "_proceed", "_service", "_task", "_waiter", "deadline", "overdue")

    def __init__(
        self, service: Service, complete: Callable[[Work], Coroutine[Any, Any, None]], proceed: Callable[[], None]
    ) -> None:
        self._service = service
        self._complete = complete
        self._proceed = proceed
        self._dismissed = False
        self.deadline = inf
        self.overdue = False
        self._task: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[Work | None] | None = None

    def run(self, work: Work) -> None:
        """Do this; nothing else may be in progress."""
        self.deadline = self._service.handler_deadline
        self.overdue = False
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.set_result(work)
        else:
            service = self._service
            self._task = service.loop.create_task(self._run(work), context=service.context.copy())

    def cancel(self) -> None:
        """Cancel what is in progress."""
        if self._task is not None and self._waiter is None:
            self._task.cancel()

    def time_out(self) -> None:
        """Cancel what is in progress: it has taken too long."""
        self.overdue = True
        self.cancel()

    def leave(self) -> asyncio.Task[None] | None:
        """Let what is in progress go on by itself; what comes next gets a task of its own."""
        task, self._task = self._task, None
        return task

    def dismiss(self) -> None:
        """There will be no more work after what is in progress."""
        self._dismissed = True
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _run(self, first: Work) -> None:
        service, task = self._service, asyncio.current_task()
        work: Work | None = first
        while work is not None:
            await self._complete(work)
            if self._dismissed or self._task is not task:
                return
            if copy_context() != service.context or (task is not None and task.cancelling()):
                self._task = None
                service.loop.call_soon(self._proceed, context=service.context.copy())
                return
            waiter = self._waiter = service.loop.create_future()
            self._proceed()
            work = await waiter


def not_a_response(result: object) -> TypeError:
    """Why what a handler gave cannot be sent."""
    return TypeError(f"the handler returned {type(result).__name__}; it must return a Response")
