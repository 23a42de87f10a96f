"""A worker: takes jobs from a queue, runs them side by side, and settles them, many at a time."""

from __future__ import annotations

import asyncio
import logging
import random as system_random
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from arlen_services.clock import Clock, Sleep, system_clock
from arlen_services.errors import JobError
from arlen_services.resilience.policy import Random, RetryPolicy

from .context import Progressed
from .envelope import Lease
from .flow import look_at_groups, settle
from .intake import Pace, Rotation
from .memory_use import peak_memory
from .pools import Pools
from .queue import DEFAULT_LEASE, JobQueue
from .record import JobState
from .runner import Ran, Runner
from .scheduler import Scheduler
from .settlement import Discard, LeaseStatus, Outcome, Release, Settlement
from .statistics import WorkerStatistics
from .tasks import Tasks

logger = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
EMPTY_PAUSE = 0.02
"""Seconds to rest when a queue says that there may be jobs and then has none, as when others are faster."""
STORE_DOWN = RetryPolicy(delay=0.1, cap=5.0)


class Worker:
    """Runs the tasks of a program for the jobs of a queue.

    A job has an asyncio task of its own, so that it can be cancelled and has its own context. While it runs its lease
    is renewed. What is done is settled in one call, while the next jobs are claimed.

    Args:
        queues: their names in order, or with weights (see `Rotation`).
        concurrency: jobs that run at once.
        lease_seconds: after which another worker may have the job, when this one dies.
        heartbeat_seconds: between renewals, which also learn of cancelled jobs; 0: a third of a lease, 10 at most.
        shutdown_seconds: for running jobs when the worker stops; then they are cancelled and released.
        max_jobs: after so many the worker stops, to be started anew; 0: never.
        max_memory: bytes of peak memory after which it stops; 0: any.
        pools: threads and processes for handlers that are not coroutines.
        progressed: told about each progress report.
    """

    def __init__(
        self,
        queue: JobQueue,
        tasks: Tasks,
        *,
        queues: Sequence[str] | Mapping[str, int] = ("default",),
        concurrency: int = 10,
        lease_seconds: float = DEFAULT_LEASE,
        heartbeat_seconds: float = 0.0,
        shutdown_seconds: float = 30.0,
        max_jobs: int = 0,
        max_memory: int = 0,
        pools: Pools | None = None,
        progressed: Progressed | None = None,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
        random: Random = system_random.random,
    ) -> None:
        self.statistics = WorkerStatistics()
        self._queue = queue
        self._tasks = tasks
        self._rotation = Rotation(queues if isinstance(queues, Mapping) else dict.fromkeys(queues, 1))
        self._weighted = isinstance(queues, Mapping)
        self._concurrency = max(1, concurrency)
        self._lease_seconds = lease_seconds
        self._heartbeat_seconds = heartbeat_seconds or min(10.0, lease_seconds / 3)
        self._shutdown_seconds = shutdown_seconds
        self._max_jobs = max_jobs
        self._max_memory = max_memory
        self._pools = pools or Pools(self._concurrency)
        self._runner = Runner(queue, tasks, self._pools, clock=clock, random=random, progressed=progressed)
        self._clock = clock
        self._sleep = sleep
        self._pace = Pace(self._concurrency, lease_seconds)
        self._ready: deque[Lease] = deque()
        self._running: dict[str, tuple[Lease, asyncio.Task[None]]] = {}
        self._done: list[Settlement] = []
        self._news = asyncio.Event()
        self._stopping = False
        self._down = 0

    def stop(self) -> None:
        """Take no more jobs; `run` returns when those that run are done, or their time is over."""
        self._stopping = True
        self._news.set()

    async def run(self) -> WorkerStatistics:
        """Work until `stop`, a cancellation, or until ``max_jobs`` or ``max_memory`` is reached.

        A queue that does not answer is asked again, less and less often.
        """
        try:
            async with self._beside(self._renew_for_ever(), self._recover_for_ever(), self._schedule()):
                await self._work()
                await self._shut_down(self._shutdown_seconds)
        except asyncio.CancelledError:
            await self._shut_down(0.0)
            raise
        finally:
            self._pools.close()
        return self.statistics

    async def _work(self) -> None:
        waiting: asyncio.Task[None] | None = None
        try:
            while not self._stopping:
                waiting = await self._turn(waiting)
        finally:
            if waiting is not None:
                waiting.cancel()

    async def _turn(self, waiting: asyncio.Task[None] | None) -> asyncio.Task[None] | None:
        self._news.clear()
        rested = waiting is None or waiting.done()
        room = self._room() if rested else 0
        leases, _ = await asyncio.gather(self._claim(room), self._settle())
        self._ready.extend(leases)
        self._start()
        if self._is_worn():
            self.stop()
        if not rested:
            await self._hear_news()
            return waiting
        if leases or room == 0:
            if self._room() == 0 and not self._done:
                await self._hear_news()
            return None
        if waiting is not None:
            await self._sleep(EMPTY_PAUSE)
        started = asyncio.create_task(self._wait())
        await self._hear_news()
        return started

    def _room(self) -> int:
        batch = self._pace.batch
        if len(self._ready) > batch // 2:
            return 0
        room = self._concurrency - len(self._running) + batch - len(self._ready)
        return min(room, self._max_jobs - self.statistics.leased) if self._max_jobs else room

    async def _claim(self, room: int) -> list[Lease]:
        if room <= 0:
            return []
        queues = self._rotation.turn() if self._weighted else self._rotation.queues
        self.statistics.claims += 1
        try:
            leases = await self._queue.claim(room, queues=queues, lease_seconds=self._lease_seconds)
        except JobError as error:
            await self._store_failed("claim", error)
            return []
        self._down = 0
        self.statistics.leased += len(leases)
        return leases

    async def _settle(self) -> None:
        batch, self._done = self._done, []
        if not batch:
            return
        try:
            outcomes = await settle(self._queue, batch)
        except JobError as error:
            self._done = batch + self._done
            await self._store_failed("settle", error)
            self._news.set()
            return
        for settlement, outcome in zip(batch, outcomes, strict=True):
            self._note(settlement, outcome)

    def _note(self, settlement: Settlement, outcome: Outcome) -> None:
        name = settlement.lease.envelope.name
        self.statistics.outcomes[name, str(outcome)] += 1
        self.statistics.discarded += isinstance(settlement, Discard)
        if outcome is Outcome.LOST:
            logger.warning("job %s (%s) lost its lease; another worker may run it", settlement.lease.job_id, name)

    def _start(self) -> None:
        while self._ready and len(self._running) < self._concurrency:
            lease = self._ready.popleft()
            job = asyncio.create_task(self._run_one(lease), name=lease.job_id)
            self._running[lease.token] = (lease, job)
        self.statistics.running, self.statistics.waiting = len(self._running), len(self._ready)

    async def _run_one(self, lease: Lease) -> None:
        name = lease.envelope.name
        self.statistics.waited[name] += max(0.0, (self._clock() - lease.envelope.not_before).total_seconds())  # type: ignore[assignment]
        began = time.perf_counter()
        try:
            ran = await self._runner.run(lease)
        except asyncio.CancelledError:
            ran = Ran(Release(lease))
        took = time.perf_counter() - began
        self._pace.took(took)
        self.statistics.seconds[name] += took  # type: ignore[assignment]
        if ran.error is not None:
            self.statistics.errors[name] += 1
            logger.warning("job %s (%s) failed: %r", lease.job_id, name, ran.error)
        self._done.append(ran.settlement)
        del self._running[lease.token]
        self._start()
        self._news.set()

    async def _hear_news(self) -> None:
        await self._news.wait()

    async def _wait(self) -> None:
        try:
            await self._queue.wait(self._rotation.queues, LONGEST_WAIT)
        except JobError as error:
            await self._store_failed("wait", error)
        finally:
            self._news.set()

    async def _store_failed(self, call: str, error: JobError) -> None:
        self._down += 1
        logger.warning("the job queue %s failed to %s: %s", self._queue.name, call, error)
        await self._sleep(STORE_DOWN.delay_after(self._down))

    def _is_worn(self) -> bool:
        jobs = self._max_jobs and self.statistics.leased >= self._max_jobs and not (self._ready or self._running)
        return bool(jobs) or bool(self._max_memory and peak_memory() > self._max_memory)

    async def _renew_for_ever(self) -> None:
        while True:
            await self._sleep(self._heartbeat_seconds)
            await self.renew()

    async def renew(self) -> None:
        """Renew the leases of all jobs that the worker holds, and stop those that were cancelled or lost."""
        held = [lease for lease, _ in self._running.values()] + list(self._ready)
        if not held:
            return
        try:
            statuses = await self._queue.heartbeat(held, self._lease_seconds)
        except JobError as error:
            logger.warning("the job queue %s failed to renew %d leases: %s", self._queue.name, len(held), error)
            return
        for lease, status in zip(held, statuses, strict=True):
            if status is LeaseStatus.CANCELLED and self._asks_itself(lease):
                self._runner.contexts[lease.job_id].cancelled = True
            elif status is not LeaseStatus.HELD:
                self._interrupt(lease)

    def _asks_itself(self, lease: Lease) -> bool:
        context = self._runner.contexts.get(lease.job_id)
        return context is not None and not context.interruptible

    def _interrupt(self, lease: Lease) -> None:
        if lease.token in self._running:
            self._running[lease.token][1].cancel()
        elif lease in self._ready:
            self._ready.remove(lease)
            self._done.append(Release(lease))
            self._news.set()

    async def _recover_for_ever(self) -> None:
        while True:
            try:
                dead = [job for job in await self._queue.recover() if job.state is JobState.DEAD]
                await look_at_groups(self._queue, [job.envelope.payload for job in dead])
            except JobError as error:
                logger.warning("the job queue %s failed to take leases back: %s", self._queue.name, error)
            await self._sleep(min(LONGEST_WAIT, self._lease_seconds / 3))

    async def _schedule(self) -> None:
        if self._tasks.schedules:
            await Scheduler(self._queue, self._tasks.schedules, clock=self._clock, sleep=self._sleep).run()

    async def _shut_down(self, seconds: float) -> None:
        self._done += [Release(lease) for lease in self._ready]
        self._ready.clear()
        running = [job for _, job in self._running.values()]
        if running:
            patience = asyncio.ensure_future(self._sleep(seconds))
            finished = asyncio.ensure_future(asyncio.wait(running))
            await asyncio.wait({patience, finished}, return_when=asyncio.FIRST_COMPLETED)
            for lease, _ in list(self._running.values()):
                self._interrupt(lease)
            patience.cancel()
            await finished
        for _ in range(3):
            await self._settle()

    @asynccontextmanager
    async def _beside(self, *loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
