"""What a job queue is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from .envelope import Lease
from .new_job import NewJob
from .record import JobFilter, JobRecord, Progress, QueueCounts
from .settlement import LeaseStatus, Outcome, Settlement

DEFAULT_LEASE = 300.0
"""Seconds for which a claim holds, unless it is renewed."""

CAPABILITIES = frozenset({"limits", "marks", "multi_host", "multi_process", "progress", "results", "transactions"})
"""What an adapter may or may not be able to; everything else is asked of each one.

``limits``: `Limit` of a job. ``marks``: `mark` and `change_mark`. ``multi_process``, ``multi_host``: who may share it.
``progress``: `report`. ``results``: ``keep`` of `Acknowledge`. ``transactions``: joins a transaction of the caller.
"""


@runtime_checkable
class JobQueue(Protocol):
    """Jobs that wait, are leased, and are settled; many at a time.

    Where a call takes moments they are aware; where it takes times they are in seconds. An adapter is safe for
    concurrent tasks and threads of one process. A call that cannot be done raises `JobError`: ``connection_failed``
    when the store does not answer, ``engine_error`` when it refuses, ``unsupported_option`` when the adapter lacks a
    capability; nothing has then been changed.

    Attributes:
        name: a stable identifier such as ``"memory_jobs"``.
        capabilities: those of `CAPABILITIES` that it has.
    """

    name: str
    capabilities: frozenset[str]

    async def open(self) -> None:
        """Get ready: connect, install, read. Calling it twice, or not at all before the first use, is allowed."""

    async def close(self) -> None:
        """Give up connections and files. Jobs stay where they are."""

    async def enqueue(self, name: str, payload: Mapping[str, Any] | None = None, **options: Any) -> str:
        """Enqueue one job and return its id.

        Args:
            options: the fields of `NewJob`; and ``idempotency_key``, short for ``unique=Unique(key)``.
        """

    async def enqueue_many(self, jobs: Sequence[NewJob]) -> list[str]:
        """Enqueue all of these jobs or none, in one step; their ids in the same order.

        Raises:
            JobError: what `accept` raises, and ``duplicate_job``.
        """

    async def claim(
        self,
        limit: int,
        *,
        queues: Sequence[str] = ("default",),
        lease_seconds: float = DEFAULT_LEASE,
        at: datetime | None = None,
    ) -> list[Lease]:
        """Lease up to ``limit`` due jobs; their attempts count one more.

        The first queue is emptied first, then the second. Within a queue the order is priority, ``not_before``,
        sequence; a job whose ``not_before`` is after ``at`` (the adapter's present, if None) is not due, one of a
        paused queue or over its `Limit` is passed by. No job is given to two at once.
        """

    async def settle(self, settlements: Sequence[Settlement]) -> list[Outcome]:
        """End leases, each in one step of its own and all in one round trip; what became of each, in order.

        `Outcome.LOST` answers a token that is stale, or a job that is not leased; it changes nothing. An expired lease
        that nobody else has taken still counts as held.
        """

    async def heartbeat(self, leases: Sequence[Lease], lease_seconds: float = DEFAULT_LEASE) -> list[LeaseStatus]:
        """Renew leases for so many seconds from now; the status of each, in order."""

    async def report(self, lease: Lease, progress: Progress) -> bool:
        """Store how far a job is; False when the lease is lost."""

    async def recover(self, at: datetime | None = None) -> list[JobRecord]:
        """Take expired leases back, and return the jobs as they are now.

        A job with an attempt left is pending and due at once; the others are dead with the reason ``lease_expired``,
        cancelled ones are cancelled. What had to be kept only until now is forgotten.
        """

    async def wait(self, queues: Sequence[str], seconds: float) -> None:
        """Return when one of these queues may have a due job, at the latest after so many seconds.

        It may return early for no reason. It never burns time: an adapter that is not told about new jobs asks at
        most every second.
        """

    async def get(self, job_id: str) -> JobRecord | None:
        """What is known about a job; None when there is none, or no more."""

    async def find(self, wanted: JobFilter = JobFilter(), *, limit: int = 100, offset: int = 0) -> list[JobRecord]:  # noqa: B008
        """Jobs that fit: waiting ones by due order (queue, priority, ``not_before``, sequence), others oldest first."""

    async def counts(self) -> dict[str, QueueCounts]:
        """Per queue that has jobs or is paused."""

    async def cancel(self, job_id: str) -> bool:
        """Stop a job: a waiting one is cancelled, a leased one is asked to stop. False when there is neither."""

    async def reschedule(self, job_id: str, at: datetime) -> bool:
        """Give a waiting job another moment. False when it does not wait."""

    async def requeue(self, job_ids: Iterable[str], *, attempts: int = 0) -> int:
        """Put dead or cancelled jobs back, due now; how many. ``attempts`` is what their attempt counts from.

        One that has no attempt left then gets one more. Unique keys are not taken again.
        """

    async def delete(self, job_ids: Iterable[str]) -> int:
        """Forget jobs that are not leased; how many."""

    async def prune(self, before: datetime) -> int:
        """Forget jobs that finished before this moment; how many."""

    async def pause(self, queue: str) -> None:
        """Give no more jobs of this queue out, in any worker. What is leased goes on."""

    async def resume(self, queue: str) -> None:
        """End a pause."""

    async def mark(self, key: str) -> str | None:
        """A small text that programs which share the queue keep there."""

    async def change_mark(self, key: str, old: str | None, new: str | None) -> bool:
        """Replace the text if it is still ``old``, in one step; None means absent. Whether it was."""

    async def reset(self) -> None:
        """Forget every job, key, pause and mark; the sequence begins anew."""
