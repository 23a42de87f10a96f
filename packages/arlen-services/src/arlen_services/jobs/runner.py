"""Runs one leased job and says how it is to be settled."""

from __future__ import annotations

import asyncio
import json
import random as system_random
import traceback
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

from arlen_services.clock import Clock, system_clock
from arlen_services.errors import JobError
from arlen_services.resilience.policy import Random, RetryPolicy

from .context import JobContext, Progressed, running_job
from .envelope import Lease
from .flow import OWN_TASKS, arguments_in, followers_of
from .named_call import named_call
from .pools import Pools
from .queue import JobQueue
from .settlement import Acknowledge, Discard, Failure, Release, Retry, Settlement
from .signals import DiscardJob, RetryJob, SnoozeJob
from .task import Runs, Task
from .tasks import Tasks

TRACEBACK_KEPT = 4_000
UNKNOWN_JOB = RetryPolicy(delay=15.0)
"""How a job is tried again that no task of this program knows: another program, or the next release, may."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one attempt.

    Attributes:
        error: what the handler raised, other than a `JobSignal`.
    """

    settlement: Settlement
    error: BaseException | None = None


class Runner:
    """Runs leased jobs by their tasks; it settles nothing itself."""

    __slots__ = ("_clock", "_pools", "_progressed", "_queue", "_random", "_tasks", "contexts")

    def __init__(
        self,
        queue: JobQueue,
        tasks: Tasks,
        pools: Pools,
        *,
        clock: Clock = system_clock,
        random: Random = system_random.random,
        progressed: Progressed | None = None,
    ) -> None:
        self._queue = queue
        self._tasks = tasks
        self._pools = pools
        self._clock = clock
        self._random = random
        self._progressed = progressed
        self.contexts: dict[str, JobContext] = {}

    async def run(self, lease: Lease) -> Ran:
        """One attempt. Cancelling it gives a `Release`; see `JobContext.cancelled` for handlers in threads."""
        task = self._tasks.get(lease.envelope.name) or OWN_TASKS.get(lease.envelope.name)
        if task is None:
            return Ran(self._unknown(lease))
        try:
            arguments = task.arguments(arguments_in(lease.envelope.payload))
        except JobError as error:
            return Ran(Discard(lease, error.code, self._failure(lease, error)), error)
        interruptible = task.runs is Runs.LOOP
        context = JobContext(self._queue, lease, interruptible=interruptible, progressed=self._progressed)
        self.contexts[lease.job_id] = context
        try:
            return await self._attempt(task, lease, context, arguments)
        finally:
            context.cancelled = True
            self.contexts.pop(lease.job_id, None)

    async def _attempt(self, task: Task[..., Any], lease: Lease, context: JobContext, arguments: dict[str, Any]) -> Ran:
        limit = asyncio.timeout(task.timeout or None)
        try:
            async with limit:
                result = await self._call(task, context, arguments)
        except asyncio.CancelledError as error:
            if _is_cancelled():
                return Ran(Release(lease))
            return Ran(self._failed(task, lease, HandlerCancelled()), error)
        except RetryJob as signal:
            delay = task.retry.delay_after(lease.envelope.attempt, self._random)
            return Ran(Retry(lease, delay if signal.after is None else signal.after, self._failure(lease, signal)))
        except SnoozeJob as signal:
            return Ran(Release(lease, signal.seconds))
        except DiscardJob as signal:
            return Ran(Discard(lease, signal.reason, self._failure(lease, signal)))
        except Exception as error:  # noqa: BLE001
            raised = JobTimeout(task.timeout) if limit.expired() else error
            return Ran(self._failed(task, lease, raised), raised)
        return self._done(task, lease, result)

    async def _call(self, task: Task[..., Any], context: JobContext, arguments: dict[str, Any]) -> Any:
        if task.context_name is not None:
            arguments[task.context_name] = context
        token = running_job.set(context)
        try:
            call = partial(task.function, **arguments)
            match task.runs:
                case Runs.LOOP:
                    return await call()
                case Runs.THREAD:
                    return await self._pools.in_thread(partial(copy_context().run, call))
                case Runs.PROCESS:
                    return await self._pools.in_process(named_call(task, arguments))
        finally:
            running_job.reset(token)

    def _done(self, task: Task[..., Any], lease: Lease, result: Any) -> Ran:
        then = followers_of(lease.envelope.payload)
        if task.keep_result <= 0:
            return Ran(Acknowledge(lease, then=then))
        try:
            kept = json.loads(json.dumps(result, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            return Ran(Discard(lease, "result_not_serializable", self._failure(lease, error)), error)
        return Ran(Acknowledge(lease, kept, task.keep_result, then))

    def _failed(self, task: Task[..., Any], lease: Lease, error: BaseException) -> Settlement:
        failure = self._failure(lease, error)
        if not task.retry.covers(error):
            return Discard(lease, "not_retried", failure)
        return Retry(lease, task.retry.delay_after(lease.envelope.attempt, self._random), failure)

    def _unknown(self, lease: Lease) -> Settlement:
        job = lease.envelope
        failure = Failure(job.attempt, self._clock(), "UnknownJob", f"no task is named {job.name}")
        if job.attempt >= job.max_attempts:
            return Discard(lease, "unknown_job", failure)
        return Retry(lease, UNKNOWN_JOB.delay_after(job.attempt, self._random), failure)

    def _failure(self, lease: Lease, error: BaseException) -> Failure:
        text = "".join(traceback.format_exception(error))
        kind = type(error).__name__
        return Failure(lease.envelope.attempt, self._clock(), kind, str(error), text[-TRACEBACK_KEPT:])


def _is_cancelled() -> bool:
    """Whether the worker wants the attempt to end; a handler may also raise the error by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class HandlerCancelled(JobError):
    """A handler raised `asyncio.CancelledError` although nobody had cancelled it. Code ``handler_cancelled``."""

    def __init__(self) -> None:
        super().__init__("the handler was cancelled from within", code="handler_cancelled")


class JobTimeout(JobError):
    """An attempt took longer than its task allows. Code ``job_timeout``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the attempt took longer than {seconds:g} seconds", code="job_timeout", details={"seconds": seconds}
        )
