"""What the scripts answer, read into leases, records and counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from arlen_services.jobs.envelope import Lease
from arlen_services.jobs.job_text import envelope_of
from arlen_services.jobs.moments import from_microseconds, to_microseconds
from arlen_services.jobs.record import JobRecord, JobState, Progress, QueueCounts
from arlen_services.jobs.settlement import Failure

PREFIX = "job-"


def lease_of(entry: list[Any], token: str) -> Lease:
    """``[id, created, due, attempt, most, until, document]`` and the beginning of its token."""
    job_id, created, due, attempt, most, until, document = entry
    envelope = envelope_of(
        document,
        job_id=job_id,
        sequence=int(job_id[len(PREFIX) :]),
        created_at=from_microseconds(created),
        not_before=from_microseconds(due),
        attempt=attempt,
        max_attempts=most,
    )
    return Lease(envelope, token + job_id, from_microseconds(until))


def record_of(fields: Mapping[str, str]) -> JobRecord:
    """The fields of a job's hash, and its ``id``."""
    envelope = envelope_of(
        json.loads(fields["document"]),
        job_id=fields["id"],
        sequence=int(fields["id"][len(PREFIX) :]),
        created_at=from_microseconds(int(fields["created"])),
        not_before=from_microseconds(int(fields["due"])),
        attempt=int(fields["attempt"]),
        max_attempts=int(fields["most"]),
    )
    return JobRecord(
        envelope,
        JobState(fields["state"]),
        expires_at=_moment(fields.get("until")),
        finished_at=_moment(fields.get("finished")),
        reason=fields.get("reason"),
        failures=tuple(failure_of(line) for line in fields.get("story", "").split("\n") if line),
        result=json.loads(fields.get("result", "null")),
        progress=Progress(**json.loads(fields["progress"])) if "progress" in fields else None,
        cancelling="cancelling" in fields,
    )


def counts_of(entry: Mapping[str, Any]) -> QueueCounts:
    return QueueCounts(
        pending=entry["pending"],
        scheduled=entry["scheduled"],
        leased=entry["leased"],
        succeeded=entry["succeeded"],
        dead=entry["dead"],
        cancelled=entry["cancelled"],
        oldest_due=_moment(entry.get("oldest")),
        paused=entry["paused"],
    )


def failure_line(failure: Failure | None) -> str:
    """One line of JSON; empty for none."""
    return "" if failure is None else json.dumps(failure.to_dict() | {"at": to_microseconds(failure.at)})


def failure_of(line: str) -> Failure:
    entry = json.loads(line)
    return Failure(**entry | {"at": from_microseconds(entry["at"])})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_microseconds(int(text))
