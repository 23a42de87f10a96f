"""What becomes of a job: the decisions of every queue, apart from where jobs are kept.

Adapters that keep jobs elsewhere than in Python decide the same in their own language; the contract suite of the test
kit holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .envelope import JobEnvelope, Lease
from .record import FINISHED, JobRecord, JobState
from .settlement import Acknowledge, Discard, Failure, Outcome, Release, Retry, Settlement

FAILURES_KEPT = 10
ATTEMPTS_EXHAUSTED = "attempts_exhausted"
LEASE_EXPIRED = "lease_expired"


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A record with what only its queue needs. A waiting one is PENDING here whatever its moment.

    Attributes:
        token: of the present lease, while leased.
        keep_until: when a job that succeeded is forgotten.
    """

    record: JobRecord
    token: str | None = None
    keep_until: datetime | None = None

    @property
    def envelope(self) -> JobEnvelope:
        return self.record.envelope

    @property
    def state(self) -> JobState:
        return self.record.state

    def held_by(self, lease: Lease) -> bool:
        return self.state is JobState.LEASED and self.token == lease.token

    def lease(self) -> Lease:
        assert self.token is not None
        return Lease(self.envelope.detached(), self.token, self.record.expires_at)

    def seen_at(self, now: datetime) -> JobRecord:
        """The record as others see it: waiting jobs are PENDING or SCHEDULED."""
        later = self.state is JobState.PENDING and self.envelope.not_before > now
        state = JobState.SCHEDULED if later else self.state
        return replace(self.record, envelope=self.envelope.detached(), state=state)


def stored(envelope: JobEnvelope) -> StoredJob:
    return StoredJob(JobRecord(envelope, JobState.PENDING))


def leased(job: StoredJob, token: str, now: datetime, seconds: float) -> StoredJob:
    envelope = replace(job.envelope, attempt=job.envelope.attempt + 1)
    expires = now + timedelta(seconds=seconds)
    return StoredJob(replace(job.record, envelope=envelope, state=JobState.LEASED, expires_at=expires), token)


def renewed(job: StoredJob, now: datetime, seconds: float) -> StoredJob:
    return replace(job, record=replace(job.record, expires_at=now + timedelta(seconds=seconds)))


def settled(job: StoredJob, settlement: Settlement, now: datetime) -> tuple[StoredJob | None, Outcome]:
    """The job after a settlement whose lease is the present one; None: it is forgotten."""
    match settlement:
        case Acknowledge(result=result, keep=keep):
            return _acknowledged(job, now, result, keep), Outcome.ACKNOWLEDGED
        case Discard(reason=reason, failure=failure):
            return _dead(job, now, reason, failure), Outcome.DEAD_LETTERED
        case Release() | Retry() if job.record.cancelling:
            return _finished(job, now, JobState.CANCELLED), Outcome.CANCELLED
        case Release(delay=delay):
            return _waiting(job, now, delay, job.envelope.attempt - 1, None), Outcome.REQUEUED
        case Retry(delay=delay, failure=failure) if job.envelope.attempt < job.envelope.max_attempts:
            return _waiting(job, now, delay, job.envelope.attempt, failure), Outcome.REQUEUED
        case Retry(failure=failure):
            return _dead(job, now, ATTEMPTS_EXHAUSTED, failure), Outcome.DEAD_LETTERED


def expired(job: StoredJob, now: datetime) -> StoredJob:
    """The job when its lease ran out."""
    if job.record.cancelling:
        return _finished(job, now, JobState.CANCELLED)
    failure = Failure(job.envelope.attempt, now, "LeaseExpired", "the worker did not settle the job in time")
    if job.envelope.attempt < job.envelope.max_attempts:
        return _waiting(job, now, 0.0, job.envelope.attempt, failure)
    return _dead(job, now, LEASE_EXPIRED, failure)


def cancelled(job: StoredJob, now: datetime) -> StoredJob | None:
    """The job when somebody wants it stopped; None: it is finished anyway."""
    if job.state is JobState.LEASED:
        return replace(job, record=replace(job.record, cancelling=True))
    if job.state is JobState.PENDING:
        return _finished(job, now, JobState.CANCELLED)
    return None


def rescheduled(job: StoredJob, at: datetime) -> StoredJob | None:
    """The waiting job with another moment; None: it does not wait."""
    if job.state is not JobState.PENDING:
        return None
    return replace(job, record=replace(job.record, envelope=replace(job.envelope, not_before=at)))


def requeued(job: StoredJob, now: datetime, attempts: int) -> StoredJob | None:
    """The dead or cancelled job put back; None: it is neither."""
    if job.state not in FINISHED - {JobState.SUCCEEDED}:
        return None
    attempt = max(0, attempts)
    most = max(job.envelope.max_attempts, attempt + 1)
    envelope = replace(job.envelope, attempt=attempt, max_attempts=most, not_before=now)
    return StoredJob(replace(job.record, envelope=envelope, state=JobState.PENDING, finished_at=None, reason=None))


def _acknowledged(job: StoredJob, now: datetime, result: Any, keep: float) -> StoredJob | None:
    if keep <= 0:
        return None
    finished = _finished(job, now, JobState.SUCCEEDED)
    return replace(finished, record=replace(finished.record, result=result), keep_until=now + timedelta(seconds=keep))


def _waiting(job: StoredJob, now: datetime, delay: float, attempt: int, failure: Failure | None) -> StoredJob:
    due = now + timedelta(seconds=max(0.0, delay))
    envelope = replace(job.envelope, not_before=due, attempt=attempt)
    record = replace(job.record, envelope=envelope, state=JobState.PENDING, expires_at=None, progress=None)
    return StoredJob(replace(record, failures=_story(job, failure)))


def _dead(job: StoredJob, now: datetime, reason: str, failure: Failure | None) -> StoredJob:
    finished = _finished(job, now, JobState.DEAD)
    return replace(finished, record=replace(finished.record, reason=reason, failures=_story(job, failure)))


def _finished(job: StoredJob, now: datetime, state: JobState) -> StoredJob:
    return StoredJob(replace(job.record, state=state, expires_at=None, finished_at=now, cancelling=False))


def _story(job: StoredJob, failure: Failure | None) -> tuple[Failure, ...]:
    return job.record.failures if failure is None else (*job.record.failures, failure)[-FAILURES_KEPT:]
