"""Jobs in the memory of this process: for development, tests and work that may be lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime

from arlen_services.clock import Clock, Sleep, as_utc, system_clock

from .envelope import Lease
from .ledger import Ledger
from .new_job import NewJob, accept
from .queue import DEFAULT_LEASE
from .record import JobFilter, JobRecord, Progress, QueueCounts
from .settlement import LeaseStatus, Outcome, Settlement, followers
from .steps import SingleSteps
from .wake import Bell


class MemoryJobQueue(SingleSteps):
    """A `JobQueue` for one process. What it holds is gone when the process ends."""

    __slots__ = ("_bell", "_clock", "_ledger", "_lock", "_sleep", "capabilities", "name")

    def __init__(self, *, name: str = "memory_jobs", clock: Clock = system_clock, sleep: Sleep = asyncio.sleep) -> None:
        self.name = name
        self.capabilities = frozenset({"limits", "marks", "progress", "results"})
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._ledger = Ledger()
        self._bell = Bell()

    async def open(self) -> None:
        """Nothing to do: it is always ready."""

    async def close(self) -> None:
        """Nothing to do: the jobs stay for whoever holds the queue."""

    async def enqueue_many(self, jobs: Sequence[NewJob]) -> list[str]:
        accepted = [accept(job) for job in jobs]
        with self._lock:
            ids = self._ledger.enqueue(accepted, self._clock())
        self._bell.ring()
        return ids

    async def claim(
        self,
        limit: int,
        *,
        queues: Sequence[str] = ("default",),
        lease_seconds: float = DEFAULT_LEASE,
        at: datetime | None = None,
    ) -> list[Lease]:
        with self._lock:
            now = self._clock()
            return self._ledger.claim(limit, queues, lease_seconds, now if at is None else as_utc(at), now)

    async def settle(self, settlements: Sequence[Settlement]) -> list[Outcome]:
        accepted = [[accept(job) for job in followers(one)] for one in settlements]
        with self._lock:
            now = self._clock()
            outcomes = [self._ledger.settle(one, now, then) for one, then in zip(settlements, accepted, strict=True)]
        self._bell.ring()
        return outcomes

    async def heartbeat(self, leases: Sequence[Lease], lease_seconds: float = DEFAULT_LEASE) -> list[LeaseStatus]:
        with self._lock:
            now = self._clock()
            return [self._ledger.heartbeat(lease, lease_seconds, now) for lease in leases]

    async def report(self, lease: Lease, progress: Progress) -> bool:
        with self._lock:
            return self._ledger.report(lease, progress)

    async def recover(self, at: datetime | None = None) -> list[JobRecord]:
        with self._lock:
            recovered = self._ledger.recover(self._clock() if at is None else as_utc(at))
        if recovered:
            self._bell.ring()
        return recovered

    async def wait(self, queues: Sequence[str], seconds: float) -> None:
        rung = self._bell.listen()
        try:
            with self._lock:
                due = self._ledger.next_due(queues)
                left = seconds if due is None else (due - self._clock()).total_seconds()
            if left > 0 and not rung.done():
                await self._bell.heard(rung, self._sleep(min(left, seconds)))
        finally:
            self._bell.forget(rung)

    async def get(self, job_id: str) -> JobRecord | None:
        with self._lock:
            return self._ledger.get(job_id, self._clock())

    async def find(self, wanted: JobFilter = JobFilter(), *, limit: int = 100, offset: int = 0) -> list[JobRecord]:  # noqa: B008
        with self._lock:
            return self._ledger.find(wanted, limit, offset, self._clock())

    async def counts(self) -> dict[str, QueueCounts]:
        with self._lock:
            return self._ledger.counts(self._clock())

    async def cancel(self, job_id: str) -> bool:
        with self._lock:
            return self._ledger.cancel(job_id, self._clock())

    async def reschedule(self, job_id: str, at: datetime) -> bool:
        with self._lock:
            changed = self._ledger.reschedule(job_id, as_utc(at))
        self._bell.ring()
        return changed

    async def requeue(self, job_ids: Iterable[str], *, attempts: int = 0) -> int:
        with self._lock:
            count = self._ledger.requeue(job_ids, attempts, self._clock())
        self._bell.ring()
        return count

    async def delete(self, job_ids: Iterable[str]) -> int:
        with self._lock:
            return self._ledger.delete(job_ids)

    async def prune(self, before: datetime) -> int:
        with self._lock:
            return self._ledger.prune(as_utc(before))

    async def pause(self, queue: str) -> None:
        with self._lock:
            self._ledger.paused.add(queue)

    async def resume(self, queue: str) -> None:
        with self._lock:
            self._ledger.paused.discard(queue)
        self._bell.ring()

    async def mark(self, key: str) -> str | None:
        with self._lock:
            return self._ledger.marks.get(key)

    async def change_mark(self, key: str, old: str | None, new: str | None) -> bool:
        with self._lock:
            return self._ledger.change_mark(key, old, new)

    async def reset(self) -> None:
        with self._lock:
            self._ledger = Ledger()
