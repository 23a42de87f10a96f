"""Running what is due and then stopping: for tests, scripts and cron jobs of the system."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from arlen_services.clock import Clock, system_clock
from arlen_services.errors import JobError

from .envelope import Lease
from .flow import settle
from .memory import MemoryJobQueue
from .new_job import NewJob
from .pools import Pools
from .queue import DEFAULT_LEASE, JobQueue
from .runner import Ran, Runner
from .settlement import Acknowledge, Release, Retry
from .statistics import RunSummary
from .tasks import Tasks

DEFAULT_RUN_LIMIT = 50


async def run_due(
    queue: JobQueue,
    tasks: Tasks,
    *,
    limit: int = DEFAULT_RUN_LIMIT,
    queues: Sequence[str] = ("default",),
    lease_seconds: float = DEFAULT_LEASE,
    at: datetime | None = None,
    clock: Clock = system_clock,
) -> RunSummary:
    """Lease, run and settle one job after the other, until nothing is due at ``at`` or ``limit`` jobs were leased.

    What is to be tried again goes back to the queue after the last job, so that no job runs twice in one run. A run
    that is cancelled puts its job back.

    Raises:
        JobError: the queue failed; ``details["summary"]`` tells what had been done.
    """
    pools = Pools(1)
    run = _Run(queue, partial(queue.claim, 1, queues=queues, lease_seconds=lease_seconds, at=at))
    try:
        return await run.through(Runner(queue, tasks, pools, clock=clock), max(1, limit))
    finally:
        pools.close()


async def drain(queue: JobQueue, tasks: Tasks, **options: Any) -> RunSummary:
    """`run_due` until nothing is due; the summary of all runs."""
    total = RunSummary()
    while True:
        summary = await run_due(queue, tasks, **options)
        total += summary
        if not summary.reached_run_limit:
            return total


class EagerJobQueue(MemoryJobQueue):
    """For tests: a job runs before the call that enqueues it returns, and what its handler raises comes out there."""

    __slots__ = ("_tasks",)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__(name="eager_jobs")
        self._tasks = tasks

    async def enqueue_many(self, jobs: Sequence[NewJob]) -> list[str]:
        ids = await super().enqueue_many(jobs)
        queues = list(dict.fromkeys(job.queue.strip() for job in jobs))
        run = _Run(self, partial(self.claim, 1, queues=queues))
        pools = Pools(1)
        try:
            await run.through(Runner(self, self._tasks, pools), limit=max(1, len(ids)))
        finally:
            pools.close()
        if run.errors:
            raise run.errors[0]
        return ids


class _Run:
    """One bounded run."""

    __slots__ = ("_claim", "_later", "_queue", "errors", "summary")

    def __init__(self, queue: JobQueue, claim: partial[Any]) -> None:
        self._queue = queue
        self._claim = claim
        self._later: list[Retry | Release] = []
        self.summary = RunSummary()
        self.errors: list[BaseException] = []

    async def through(self, runner: Runner, limit: int) -> RunSummary:
        try:
            while self.summary.leased_count < limit and (leases := await self._claim()):
                await self._one(runner, leases[0], limit)
        except JobError as error:
            error.details["summary"] = self.summary.to_dict()
            raise
        finally:
            if self._later:
                await settle(self._queue, self._later)
        return self.summary

    async def _one(self, runner: Runner, lease: Lease, limit: int) -> None:
        self.summary += RunSummary(leased_count=1, reached_run_limit=self.summary.leased_count + 1 >= limit)
        ran = await runner.run(lease)
        self._count(ran)
        if isinstance(ran.settlement, Retry | Release):
            self._later.append(ran.settlement)
        else:
            await settle(self._queue, [ran.settlement])
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError

    def _count(self, ran: Ran) -> None:
        if ran.error is not None:
            self.errors.append(ran.error)
        self.summary += RunSummary(
            acknowledged_count=isinstance(ran.settlement, Acknowledge),
            retried_count=isinstance(ran.settlement, Retry),
            handler_error_count=ran.error is not None,
            reached_run_limit=self.summary.reached_run_limit,
        )
