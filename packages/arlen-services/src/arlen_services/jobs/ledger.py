"""The book of a queue that lives in Python: every job, key, pause and mark, and what is done with them at a moment."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice

from arlen_services.errors import JobError

from .bounds import Bounds
from .envelope import JobEnvelope, Lease
from .limit import Limit
from .line import Line, Place, place
from .new_job import AcceptedJob, OnConflict
from .record import FINISHED, JobFilter, JobRecord, JobState, Progress, QueueCounts
from .settlement import LeaseStatus, Outcome, Settlement
from .transitions import StoredJob, cancelled, expired, leased, renewed, requeued, rescheduled, settled, stored
from .unique_keys import Holder, UniqueKeys

UNBLOCKED_AT_ONCE = 16
"""Jobs over a limit that are looked at again when one under it ends; `Ledger.recover` looks at all."""


class Ledger:
    """Not safe for threads; an adapter holds a lock around each call."""

    __slots__ = ("_blocked", "_bounds", "_leased", "_lines", "jobs", "keys", "marks", "paused", "sequence")

    def __init__(self) -> None:
        self.sequence = 0
        self.jobs: dict[str, StoredJob] = {}
        self.keys = UniqueKeys()
        self.paused: set[str] = set()
        self.marks: dict[str, str] = {}
        self._leased: set[str] = set()
        self._lines: defaultdict[str, Line] = defaultdict(Line)
        self._bounds = Bounds()
        self._blocked: defaultdict[str, deque[tuple[str, Place]]] = defaultdict(deque)

    @property
    def bounds(self) -> Bounds:
        return self._bounds

    def restore(self, job: StoredJob) -> None:
        """Take a job over as it is."""
        self._put(job)
        if job.state is JobState.LEASED and job.envelope.limit is not None:
            self._bounds.started(replace(job.envelope.limit, starts=0), job.envelope.created_at)

    def enqueue(self, accepted: Sequence[AcceptedJob], now: datetime) -> list[str]:
        self._refuse_duplicates(accepted, now)
        return [self._enqueue_one(job, now) for job in accepted]

    def claim(self, limit: int, queues: Sequence[str], seconds: float, at: datetime, now: datetime) -> list[Lease]:
        taken: list[Lease] = []
        for queue in dict.fromkeys(queues):
            if queue in self._lines and queue not in self.paused and len(taken) < limit:
                taken += self._claim_from(queue, limit - len(taken), seconds, at, now)
        return taken

    def settle(self, settlement: Settlement, now: datetime, accepted: Sequence[AcceptedJob] = ()) -> Outcome:
        job = self.jobs.get(settlement.lease.job_id)
        if job is None or not job.held_by(settlement.lease):
            return Outcome.LOST
        after, outcome = settled(job, settlement, now)
        self._replace(job, after)
        for follower in accepted:
            self._enqueue_one(follower, now)
        return outcome

    def heartbeat(self, lease: Lease, seconds: float, now: datetime) -> LeaseStatus:
        job = self.jobs.get(lease.job_id)
        if job is None or not job.held_by(lease):
            return LeaseStatus.LOST
        self.jobs[lease.job_id] = renewed(job, now, seconds)
        return LeaseStatus.CANCELLED if job.record.cancelling else LeaseStatus.HELD

    def report(self, lease: Lease, progress: Progress) -> bool:
        job = self.jobs.get(lease.job_id)
        if job is None or not job.held_by(lease):
            return False
        self.jobs[lease.job_id] = replace(job, record=replace(job.record, progress=progress))
        return True

    def recover(self, at: datetime) -> list[JobRecord]:
        late = [self.jobs[job_id] for job_id in self._leased if _is_late(self.jobs[job_id], at)]
        recovered = []
        for job in sorted(late, key=lambda job: job.envelope.sequence):
            after = expired(job, at)
            self._replace(job, after)
            recovered.append(after.seen_at(at))
        self._forget(job_id for job_id, job in self.jobs.items() if job.keep_until and job.keep_until <= at)
        self.keys.sweep({job_id: job.state for job_id, job in self.jobs.items()}, at)
        self._bounds.sweep(at)
        for key in list(self._blocked):
            self._unblock(key, len(self._blocked[key]))
        return recovered

    def next_due(self, queues: Iterable[str]) -> datetime | None:
        moments = [
            self._lines[queue].next_due() for queue in queues if queue in self._lines and queue not in self.paused
        ]
        return min((moment for moment in moments if moment is not None), default=None)

    def get(self, job_id: str, now: datetime) -> JobRecord | None:
        job = self.jobs.get(job_id)
        return None if job is None or (job.keep_until and job.keep_until <= now) else job.seen_at(now)

    def find(self, wanted: JobFilter, limit: int, offset: int, now: datetime) -> list[JobRecord]:
        fitting = [job for job in self.jobs.values() if _fits(job, wanted, now)]
        fitting.sort(key=_listed_by)
        return [job.seen_at(now) for job in fitting[offset : offset + limit]]

    def counts(self, now: datetime) -> dict[str, QueueCounts]:
        counted: dict[str, QueueCounts] = {queue: QueueCounts(paused=True) for queue in self.paused}
        for job in self.jobs.values():
            counts = counted.get(job.envelope.queue, QueueCounts())
            counted[job.envelope.queue] = _counting(counts, job, now)
        return dict(sorted(counted.items()))

    def cancel(self, job_id: str, now: datetime) -> bool:
        return self._change(job_id, lambda job: cancelled(job, now))

    def reschedule(self, job_id: str, at: datetime) -> bool:
        return self._change(job_id, lambda job: rescheduled(job, at))

    def requeue(self, job_ids: Iterable[str], attempts: int, now: datetime) -> int:
        return sum(self._change(job_id, lambda job: requeued(job, now, attempts)) for job_id in job_ids)

    def delete(self, job_ids: Iterable[str]) -> int:
        return self._forget(
            job_id for job_id in job_ids if job_id in self.jobs and self.jobs[job_id].state is not JobState.LEASED
        )

    def prune(self, before: datetime) -> int:
        return self._forget(
            job_id
            for job_id, job in self.jobs.items()
            if job.record.finished_at is not None and job.record.finished_at < before
        )

    def change_mark(self, key: str, old: str | None, new: str | None) -> bool:
        if self.marks.get(key) != old:
            return False
        if new is None:
            self.marks.pop(key, None)
        else:
            self.marks[key] = new
        return True

    def _enqueue_one(self, job: AcceptedJob, now: datetime) -> str:
        holder = self._holder(job, now)
        if holder is not None and not self._gives_way(holder, job):
            return holder.job_id
        if holder is not None:
            self.cancel(holder.job_id, now)
        self.sequence += 1
        envelope = _envelope(job, f"job-{self.sequence}", self.sequence, now)
        self._put(stored(envelope))
        if job.unique is not None:
            self.keys[job.unique.key] = Holder.of(envelope.job_id, job.unique, now)
        return envelope.job_id

    def _holder(self, job: AcceptedJob, now: datetime) -> Holder | None:
        holder = None if job.unique is None else self.keys.get(job.unique.key)
        if holder is None:
            return None
        present = self.jobs.get(holder.job_id)
        return holder if holder.holds(None if present is None else present.state, now) else None

    def _gives_way(self, holder: Holder, job: AcceptedJob) -> bool:
        assert job.unique is not None
        present = self.jobs.get(holder.job_id)
        waits = present is not None and present.state is JobState.PENDING
        return job.unique.on_conflict is OnConflict.REPLACE and waits

    def _refuse_duplicates(self, accepted: Sequence[AcceptedJob], now: datetime) -> None:
        seen: set[str] = set()
        for job in accepted:
            if job.unique is None:
                continue
            taken = job.unique.key in seen or self._holder(job, now) is not None
            if taken and job.unique.on_conflict is OnConflict.REFUSE:
                raise JobError(
                    f"job {job.name} is refused: another one holds its key {job.unique.key!r}",
                    code="duplicate_job",
                    details={"name": job.name, "key": job.unique.key},
                    permanent=True,
                )
            seen.add(job.unique.key)

    def _claim_from(self, queue: str, limit: int, seconds: float, at: datetime, now: datetime) -> list[Lease]:
        line = self._lines[queue]
        taken: list[Lease] = []
        passed_by: list[tuple[StoredJob, Place]] = []
        with closing(line.take(at)) as places:
            for there in places:
                job = self._waiting_at(there)
                if job is None:
                    continue
                if not self._bounds.admits(job.envelope.limit, now):
                    passed_by.append((job, there))
                    continue
                self._bounds.started(job.envelope.limit, now)
                running = leased(job, secrets.token_hex(8), now, seconds)
                self._put(running)
                taken.append(running.lease())
                if len(taken) >= limit:
                    break
        for job, there in passed_by:
            self._set_aside(job, there, now)
        return taken

    def _set_aside(self, job: StoredJob, there: Place, now: datetime) -> None:
        limit = job.envelope.limit
        assert limit is not None
        opens = self._bounds.opens_at(limit, now)
        if opens is None:
            self._blocked[limit.key].append((job.envelope.queue, there))
        else:
            self._lines[job.envelope.queue].back(there, opens)

    def _unblock(self, key: str, most: int) -> None:
        blocked = self._blocked.pop(key, deque())
        for queue, there in islice(blocked, most):
            self._lines[queue].back(there, there[1])
        if len(blocked) > most:
            self._blocked[key] = deque(islice(blocked, most, None))

    def _waiting_at(self, there: Place) -> StoredJob | None:
        job = self.jobs.get(there[3])
        return job if job is not None and job.state is JobState.PENDING and place(job.envelope) == there else None

    def _change(self, job_id: str, change: Callable[[StoredJob], StoredJob | None]) -> bool:
        job = self.jobs.get(job_id)
        after = None if job is None else change(job)
        if job is None or after is None:
            return False
        self._replace(job, after)
        return True

    def _replace(self, job: StoredJob, after: StoredJob | None) -> None:
        if job.state is JobState.LEASED and (after is None or after.state is not JobState.LEASED):
            self._end(job.envelope.limit)
        if after is None:
            self._forget([job.envelope.job_id])
        else:
            self._put(after)

    def _end(self, limit: Limit | None) -> None:
        self._bounds.ended(limit)
        if limit is not None and limit.key in self._blocked:
            self._unblock(limit.key, UNBLOCKED_AT_ONCE)

    def _put(self, job: StoredJob) -> None:
        job_id = job.envelope.job_id
        self.jobs[job_id] = job
        if job.state is JobState.LEASED:
            self._leased.add(job_id)
            return
        self._leased.discard(job_id)
        if job.state is JobState.PENDING:
            self._lines[job.envelope.queue].add(job.envelope)
        else:
            self._free_key(job.envelope)

    def _forget(self, job_ids: Iterable[str]) -> int:
        gone = [self.jobs.pop(job_id) for job_id in list(job_ids)]
        for job in gone:
            self._leased.discard(job.envelope.job_id)
            self._free_key(job.envelope)
        return len(gone)

    def _free_key(self, envelope: JobEnvelope) -> None:
        key = envelope.unique_key
        holder = None if key is None else self.keys.get(key)
        if key is not None and holder is not None and holder.job_id == envelope.job_id and holder.kept_until is None:
            del self.keys[key]


def _envelope(job: AcceptedJob, job_id: str, sequence: int, now: datetime) -> JobEnvelope:
    return JobEnvelope(
        job_id=job_id,
        name=job.name,
        payload=json.loads(job.payload),
        created_at=now,
        not_before=job.due(now),
        sequence=sequence,
        queue=job.queue,
        priority=job.priority,
        max_attempts=job.max_attempts,
        version=job.version,
        unique_key=None if job.unique is None else job.unique.key,
        limit=job.limit,
        traceparent=job.traceparent,
        correlation_id=job.correlation_id,
    )


def _is_late(job: StoredJob, at: datetime) -> bool:
    return job.record.expires_at is not None and job.record.expires_at <= at


def _fits(job: StoredJob, wanted: JobFilter, now: datetime) -> bool:
    return (
        (wanted.state is None or job.seen_at(now).state is wanted.state)
        and (wanted.queue is None or job.envelope.queue == wanted.queue)
        and (wanted.name is None or job.envelope.name == wanted.name)
    )


def _listed_by(job: StoredJob) -> tuple[object, ...]:
    if job.state in FINISHED:
        return (1, job.record.finished_at, job.envelope.sequence)
    if job.state is JobState.LEASED:
        return (1, job.envelope.created_at, job.envelope.sequence)
    return (0, job.envelope.queue, job.envelope.priority, job.envelope.not_before, job.envelope.sequence)


def _counting(counts: QueueCounts, job: StoredJob, now: datetime) -> QueueCounts:
    match job.seen_at(now).state:
        case JobState.PENDING:
            oldest = min(job.envelope.not_before, counts.oldest_due or job.envelope.not_before)
            return replace(counts, pending=counts.pending + 1, oldest_due=oldest)
        case JobState.SCHEDULED:
            return replace(counts, scheduled=counts.scheduled + 1)
        case JobState.LEASED:
            return replace(counts, leased=counts.leased + 1)
        case JobState.SUCCEEDED:
            return replace(counts, succeeded=counts.succeeded + 1)
        case JobState.DEAD:
            return replace(counts, dead=counts.dead + 1)
        case JobState.CANCELLED:
            return replace(counts, cancelled=counts.cancelled + 1)
