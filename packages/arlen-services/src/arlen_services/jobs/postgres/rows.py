"""What PostgreSQL answers, read into leases, records and counts; and what it is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from arlen_services.jobs.envelope import JobEnvelope, Lease
from arlen_services.jobs.job_text import envelope_of, text_of
from arlen_services.jobs.new_job import AcceptedJob, OnConflict, accept
from arlen_services.jobs.record import JobRecord, JobState, Progress, QueueCounts
from arlen_services.jobs.settlement import Acknowledge, Discard, Failure, Release, Retry, Settlement

PREFIX = "job-"
LEASED = "id, created_at, not_before, attempt, max_attempts, job, token, expires_at"
RECORDED = f"""{LEASED}, CASE WHEN state = 'pending' AND not_before > now.present THEN 'scheduled' ELSE state END,
    finished_at, reason, failures, result, progress, cancelling"""


def number_of(job_id: str) -> int | None:
    """The row of a job; None for what is no id."""
    digits = job_id.removeprefix(PREFIX)
    return int(digits) if job_id.startswith(PREFIX) and digits.isdecimal() else None


def numbers_of(job_ids: Sequence[str]) -> list[int]:
    return [number for job_id in job_ids if (number := number_of(job_id)) is not None]


def id_of(number: int) -> str:
    return f"{PREFIX}{number}"


def lease_of(row: Sequence[Any]) -> Lease:
    """The columns of `LEASED`."""
    return Lease(_envelope(row), row[6], row[7].astimezone(UTC))


def record_of(row: Sequence[Any]) -> JobRecord:
    """The columns of `RECORDED`."""
    state, finished, reason, failures, result, progress, cancelling = row[8:]
    return JobRecord(
        _envelope(row),
        JobState(state),
        expires_at=_utc(row[7]),
        finished_at=_utc(finished),
        reason=reason,
        failures=tuple(Failure(**entry | {"at": datetime.fromtimestamp(entry["at"], UTC)}) for entry in failures),
        result=result,
        progress=None if progress is None else Progress(**progress),
        cancelling=cancelling,
    )


def counts_of(row: Sequence[Any]) -> QueueCounts:
    """Pending, scheduled, leased, succeeded, dead, cancelled, the oldest due moment, and whether it is paused."""
    pending, scheduled, leased, succeeded, dead, cancelled = (number or 0 for number in row[:6])
    oldest, paused = row[6:]
    return QueueCounts(pending, scheduled, leased, succeeded, dead, cancelled, _utc(oldest), paused)


def to_enqueue(accepted: Sequence[AcceptedJob]) -> str:
    """The new jobs as one JSON text; the text of each stands in it as it is."""
    return f"[{','.join(_new(job) for job in accepted)}]"


def to_settle(settlements: Sequence[Settlement]) -> str:
    return f"[{','.join(_settlement(settlement) for settlement in settlements)}]"


def _envelope(row: Sequence[Any]) -> JobEnvelope:
    number, created, due, attempt, most, parsed = row[:6]
    return envelope_of(
        parsed,
        job_id=id_of(number),
        sequence=number,
        created_at=created.astimezone(UTC),
        not_before=due.astimezone(UTC),
        attempt=attempt,
        max_attempts=most,
    )


def _new(job: AcceptedJob) -> str:
    entry: dict[str, Any] = {
        "name": job.name,
        "queue": job.queue,
        "priority": job.priority,
        "most": job.max_attempts,
        "delay": job.delay,
    }
    if job.at is not None:
        entry["at"] = job.at.isoformat()
    if (limit := job.limit) is not None:
        entry |= {"limit_key": limit.key, "running": limit.running, "starts": limit.starts, "per": limit.per}
    if (unique := job.unique) is not None:
        entry |= {"key": unique.key, "held": unique.until, "period": unique.period, "conflict": unique.on_conflict}
    return _with(entry, "job", text_of(job))


def _settlement(settlement: Settlement) -> str:
    said: dict[str, Any] = {"id": number_of(settlement.lease.job_id), "token": settlement.lease.token}
    match settlement:
        case Acknowledge(keep=keep, then=then) if keep <= 0 and not then:
            return json.dumps(said | {"verb": "done"})
        case Acknowledge(result=result, keep=keep, then=then):
            followers = to_enqueue([_yielding(accept(job)) for job in then])
            return _with(said | {"verb": "acknowledge", "keep": keep, "result": result}, "followers", followers)
        case Retry(delay=delay, failure=failure):
            return json.dumps(said | {"verb": "retry", "delay": max(0.0, delay), "failure": _failure(failure)})
        case Discard(reason=reason, failure=failure):
            return json.dumps(said | {"verb": "discard", "reason": reason, "failure": _failure(failure)})
        case Release(delay=delay):
            return json.dumps(said | {"verb": "release", "delay": max(0.0, delay)})


def _yielding(follower: AcceptedJob) -> AcceptedJob:
    """A follower that gives way to a job that holds its key, where another new job would be refused."""
    unique = follower.unique
    if unique is None or unique.on_conflict is not OnConflict.REFUSE:
        return follower
    return replace(follower, unique=replace(unique, on_conflict=OnConflict.EXISTING))


def _with(entry: dict[str, Any], name: str, text: str) -> str:
    """The entry as JSON, with a member whose text is ready."""
    return f'{json.dumps(entry)[:-1]}, "{name}": {text}}}'


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    return None if failure is None else failure.to_dict()


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
