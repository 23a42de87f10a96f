"""The part of a job that never changes, as the JSON text that an engine keeps, and the job made of it again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from .envelope import JobEnvelope
from .limit import Limit
from .new_job import AcceptedJob


def text_of(job: AcceptedJob) -> str:
    """One line of JSON; what is absent or usual is left out."""
    entry: dict[str, Any] = {"name": job.name, "queue": job.queue, "priority": job.priority}
    if job.version != 1:
        entry["version"] = job.version
    if job.unique is not None:
        entry["unique_key"] = job.unique.key
    if job.limit is not None:
        entry["limit"] = job.limit.to_dict()
    if job.traceparent is not None:
        entry["traceparent"] = job.traceparent
    if job.correlation_id is not None:
        entry["correlation_id"] = job.correlation_id
    return f'{json.dumps(entry, ensure_ascii=False)[:-1]}, "payload": {job.payload}}}'


def envelope_of(
    parsed: dict[str, Any],
    *,
    job_id: str,
    sequence: int,
    created_at: datetime,
    not_before: datetime,
    attempt: int,
    max_attempts: int,
) -> JobEnvelope:
    """The job of a parsed text and of what changes about it."""
    limit = parsed.get("limit")
    return JobEnvelope(
        job_id=job_id,
        name=parsed["name"],
        payload=parsed["payload"],
        created_at=created_at,
        not_before=not_before,
        sequence=sequence,
        queue=parsed["queue"],
        priority=parsed["priority"],
        attempt=attempt,
        max_attempts=max_attempts,
        version=parsed.get("version", 1),
        unique_key=parsed.get("unique_key"),
        limit=None if limit is None else Limit(**limit),
        traceparent=parsed.get("traceparent"),
        correlation_id=parsed.get("correlation_id"),
    )
