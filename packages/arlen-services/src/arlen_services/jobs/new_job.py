"""What is enqueued, and what a queue makes of it before it stores it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from arlen_services.clock import as_utc
from arlen_services.errors import JobError

from .limit import Limit

DEFAULT_MAX_ATTEMPTS = 3
PAYLOAD_LIMIT = 256 * 1024
"""Bytes of JSON that a payload may have."""


class OnConflict(StrEnum):
    """What becomes of a new job while another one holds its key."""

    EXISTING = "existing"
    """Nothing is stored; the id of the holder is returned."""
    REPLACE = "replace"
    """A holder that still waits is cancelled and the new job takes the key; a running one is left, as EXISTING."""
    REFUSE = "refuse"
    """`JobError` with code ``duplicate_job``; nothing of the batch is stored."""


class HeldUntil(StrEnum):
    """How long a job holds its key."""

    STARTED = "started"
    """While it waits for its first lease."""
    FINISHED = "finished"
    """Until it is acknowledged, dead, cancelled or deleted: also while it runs and between retries."""


@dataclass(frozen=True, slots=True)
class Unique:
    """Keeps a second job with the same key out. The key belongs to the queue adapter, not to a job name.

    Attributes:
        key: trimmed; blank means no key.
        until: see `HeldUntil`.
        period: seconds since the enqueue for which the key is held at least, whatever becomes of the job.
        on_conflict: see `OnConflict`.
    """

    key: str
    until: HeldUntil = HeldUntil.FINISHED
    period: float = 0.0
    on_conflict: OnConflict = OnConflict.EXISTING


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to enqueue; `JobEnvelope` tells the meaning of what is not told here.

    Attributes:
        payload: a JSON object.
        max_attempts: below 1 means 3.
        not_before: an aware moment, or a delay in seconds or as ``timedelta``; None or a delay below 0 means now.
        unique: see `Unique`.
    """

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    queue: str = "default"
    priority: int = 5
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    not_before: datetime | timedelta | float | None = None
    unique: Unique | None = None
    limit: Limit | None = None
    version: int = 1
    traceparent: str | None = None
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptedJob:
    """A new job whose every value was checked; what an adapter stores.

    Attributes:
        payload: JSON text of an object.
        at: the moment from which the job is due, if it was named.
        delay: seconds from the adapter's present to the moment from which it is due, where ``at`` is None.
    """

    name: str
    payload: str
    queue: str
    priority: int
    max_attempts: int
    at: datetime | None
    delay: float
    unique: Unique | None
    limit: Limit | None
    version: int
    traceparent: str | None
    correlation_id: str | None

    def due(self, now: datetime) -> datetime:
        """The moment from which the job is due, for an adapter whose clock shows ``now``."""
        return now + timedelta(seconds=self.delay) if self.at is None else self.at


def accept(job: NewJob) -> AcceptedJob:
    """Check and detach a new job.

    Raises:
        JobError: codes ``blank_name``, ``blank_queue``, ``payload_not_mapping``, ``payload_not_serializable``,
            ``payload_too_large``, ``invalid_priority``, ``invalid_limit``.
        ValueError: ``not_before`` has no time zone.
    """
    at, delay = _due(job.not_before)
    return AcceptedJob(
        name=_named(job.name, "blank_name", "a job needs a name"),
        payload=payload_text(job.payload, job.name),
        queue=_named(job.queue, "blank_queue", f"job {job.name} needs the name of a queue"),
        priority=_priority(job),
        max_attempts=_attempts(job.max_attempts),
        at=at,
        delay=delay,
        unique=_unique(job.unique),
        limit=_limit(job),
        version=job.version,
        traceparent=job.traceparent,
        correlation_id=job.correlation_id,
    )


def payload_text(payload: object, name: str) -> str:
    """A payload as JSON text; see `accept` for what it raises."""
    if not isinstance(payload, Mapping):
        raise JobError(
            f"the payload of job {name} is a {type(payload).__name__}; give a mapping",
            code="payload_not_mapping",
            details={"name": name},
            permanent=True,
        )
    try:
        text = json.dumps(dict(payload), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise JobError(
            f"the payload of job {name} is not JSON: {error}",
            code="payload_not_serializable",
            details={"name": name},
            permanent=True,
        ) from error
    if size > PAYLOAD_LIMIT:
        raise JobError(
            f"the payload of job {name} has {size} bytes of at most {PAYLOAD_LIMIT}; pass a key",
            code="payload_too_large",
            details={"name": name, "size": size, "limit": PAYLOAD_LIMIT},
            permanent=True,
        )
    return text


def _due(not_before: datetime | timedelta | float | None) -> tuple[datetime | None, float]:
    if isinstance(not_before, datetime):
        return as_utc(not_before), 0.0
    if isinstance(not_before, timedelta):
        return None, max(0.0, not_before.total_seconds())
    return None, max(0.0, not_before or 0.0)


def _named(value: object, code: str, message: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise JobError(message, code=code, permanent=True)
    return value.strip()


def _attempts(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else DEFAULT_MAX_ATTEMPTS


def _priority(job: NewJob) -> int:
    if not 0 <= job.priority <= 9:
        raise JobError(
            f"job {job.name} has priority {job.priority}; give 0 (first) to 9",
            code="invalid_priority",
            details={"name": job.name, "priority": job.priority},
            permanent=True,
        )
    return job.priority


def _unique(unique: Unique | None) -> Unique | None:
    if unique is None or not unique.key.strip():
        return None
    return Unique(unique.key.strip(), unique.until, max(0.0, unique.period), unique.on_conflict)


def _limit(job: NewJob) -> Limit | None:
    limit = job.limit
    if limit is None:
        return None
    if not limit.key.strip() or limit.running < 0 or limit.starts < 0 or limit.per <= 0:
        raise JobError(
            f"the limit of job {job.name} needs a key, counts from 0 and a time above 0: {limit}",
            code="invalid_limit",
            details={"name": job.name},
            permanent=True,
        )
    return limit
