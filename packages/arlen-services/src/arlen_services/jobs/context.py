"""What a handler can know and say about the job that it handles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from .envelope import JobEnvelope, Lease
from .queue import JobQueue
from .record import Progress
from .signals import SnoozeJob

Progressed = Callable[[str, Progress], Coroutine[Any, Any, None]]
"""Told about each report, with the id of the job."""


class JobContext:
    """A parameter of a task that has this type gets the context of the running job.

    Attributes:
        job: the envelope; its ``attempt`` is 1 in the first attempt.
        cancelled: whether the job should stop: it was cancelled, its time is over, or the worker goes away. A handler
            in a thread looks at it, or calls `stop_if_cancelled`; one on the event loop gets `asyncio.CancelledError`.
        interruptible: whether it gets that error.
    """

    __slots__ = ("_lease", "_loop", "_progressed", "_queue", "cancelled", "interruptible")

    def __init__(
        self, queue: JobQueue, lease: Lease, *, interruptible: bool = True, progressed: Progressed | None = None
    ) -> None:
        self._queue = queue
        self._lease = lease
        self._progressed = progressed
        self._loop = asyncio.get_running_loop()
        self.interruptible = interruptible
        self.cancelled = False

    @property
    def job(self) -> JobEnvelope:
        return self._lease.envelope

    @property
    def queue(self) -> JobQueue:
        return self._queue

    def stop_if_cancelled(self) -> None:
        """Leave the handler here, if the job should stop."""
        if self.cancelled:
            raise SnoozeJob(0.0)

    async def progress(self, done: float, total: float = 0.0, note: str = "") -> None:
        """Store how far the job is, for whoever asks `JobQueue.get`."""
        progress = Progress(done, total, note)
        await self._queue.report(self._lease, progress)
        if self._progressed is not None:
            await self._progressed(self._lease.job_id, progress)

    def progress_from_thread(self, done: float, total: float = 0.0, note: str = "") -> None:
        """`progress` for a handler that runs in a thread."""
        asyncio.run_coroutine_threadsafe(self.progress(done, total, note), self._loop).result()


running_job: ContextVar[JobContext | None] = ContextVar("running_job", default=None)
"""The context of the job that the present task or thread handles."""
