"""One job at a time: the short calls that every adapter has, said with the calls for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from arlen_services.errors import JobError

from .envelope import JobEnvelope, Lease
from .new_job import NewJob, Unique
from .queue import DEFAULT_LEASE, JobQueue
from .record import JobFilter, JobRecord, JobState
from .settlement import Acknowledge, Discard, Failure, LeaseStatus, Outcome, Release, Retry, Settlement


class SingleSteps:
    """A mixin for adapters."""

    __slots__ = ()

    async def enqueue(self: JobQueue, name: str, payload: Mapping[str, Any] | None = None, **options: Any) -> str:
        """Enqueue one job and return its id; see `JobQueue.enqueue`."""
        [job_id] = await self.enqueue_many([new_job(name, payload, **options)])
        return job_id


def new_job(
    name: str, payload: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None, **options: Any
) -> NewJob:
    """The job that `JobQueue.enqueue` stores for these arguments.

    Raises:
        JobError: code ``unsupported_option``: `NewJob` has no such field.
    """
    if idempotency_key is not None:
        options["unique"] = Unique(idempotency_key)
    try:
        return NewJob(name, {} if payload is None else payload, **options)
    except TypeError as error:
        raise JobError(
            f"job {name} cannot be enqueued with the options {sorted(options)}: {error}",
            code="unsupported_option",
            details={"options": sorted(options)},
            permanent=True,
        ) from error


async def dequeue(
    queue: JobQueue,
    *,
    queues: Sequence[str] = ("default",),
    lease_seconds: float = DEFAULT_LEASE,
    at: datetime | None = None,
) -> Lease | None:
    """Lease the first due job, or None."""
    leases = await queue.claim(1, queues=queues, lease_seconds=lease_seconds, at=at)
    return leases[0] if leases else None


async def acknowledge(queue: JobQueue, lease: Lease, result: Any = None, *, keep: float = 0.0) -> None:
    """Say that a leased job is done.

    Raises:
        JobError: code ``lease_lost``; so do `retry`, `release`, `discard` and `heartbeat`.
    """
    await _settle(queue, Acknowledge(lease, result, keep))


async def retry(queue: JobQueue, lease: Lease, delay: float = 0.0, failure: Failure | None = None) -> Outcome:
    """Say that a leased job failed: REQUEUED, or DEAD_LETTERED when no attempt is left."""
    return await _settle(queue, Retry(lease, delay, failure))


async def release(queue: JobQueue, lease: Lease, delay: float = 0.0) -> Outcome:
    """Give a lease back without spending the attempt."""
    return await _settle(queue, Release(lease, delay))


async def discard(queue: JobQueue, lease: Lease, reason: str, failure: Failure | None = None) -> None:
    """Put a leased job straight to the dead letters."""
    await _settle(queue, Discard(lease, reason, failure))


async def heartbeat(queue: JobQueue, lease: Lease, lease_seconds: float = DEFAULT_LEASE) -> LeaseStatus:
    """Renew one lease; HELD or CANCELLED."""
    [status] = await queue.heartbeat([lease], lease_seconds)
    if status is LeaseStatus.LOST:
        raise _lost(lease)
    return status


async def pending(queue: JobQueue, limit: int = 1000) -> list[JobEnvelope]:
    """The jobs that wait, due or not, in the order in which they would be leased."""
    found: list[JobRecord] = []
    for state in (JobState.PENDING, JobState.SCHEDULED):
        found += await queue.find(JobFilter(state), limit=limit)
    return [record.envelope for record in found[:limit]]


async def dead_letters(queue: JobQueue, limit: int = 1000) -> list[JobEnvelope]:
    """The jobs that failed for good, oldest first."""
    return [record.envelope for record in await queue.find(JobFilter(JobState.DEAD), limit=limit)]


async def _settle(queue: JobQueue, settlement: Settlement) -> Outcome:
    [outcome] = await queue.settle([settlement])
    if outcome is Outcome.LOST:
        raise _lost(settlement.lease)
    return outcome


def _lost(lease: Lease) -> JobError:
    return JobError(
        f"job {lease.job_id} is not held by this lease; it expired, or was settled before",
        code="lease_lost",
        details={"job_id": lease.job_id, "name": lease.envelope.name},
        permanent=True,
    )
