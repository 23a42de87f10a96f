"""A job as the queue keeps it, and the lease under which a worker holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from arlen_services.errors import JobError

from .limit import Limit


@dataclass(frozen=True, slots=True)
class JobEnvelope:
    """One job: what to do, when, and how often it was tried.

    Attributes:
        job_id: unique in its queue adapter.
        name: which task handles it.
        payload: the arguments, a JSON object.
        queue: the named queue in which it waits.
        priority: 0 (first) to 9; 5 is usual.
        attempt: leases so far; 0 until the first one.
        max_attempts: leases after which a failure is final; at least 1.
        not_before: the moment from which it is due, aware, UTC.
        created_at: when it was accepted, aware, UTC.
        sequence: the number of the acceptance; decides between equals.
        version: the version of the payload's shape, as the enqueuing program knew it.
        unique_key: the key that keeps a second such job out, or None.
        limit: a bound on how many such jobs run or start, or None.
        traceparent: the W3C trace context of the enqueuing code, or None.
        correlation_id: the identifier that ties log lines together, or None.
    """

    job_id: str
    name: str
    payload: Mapping[str, Any]
    created_at: datetime
    not_before: datetime
    sequence: int = 0
    queue: str = "default"
    priority: int = 5
    attempt: int = 0
    max_attempts: int = 1
    version: int = 1
    unique_key: str | None = None
    limit: Limit | None = None
    traceparent: str | None = None
    correlation_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The envelope as a JSON object; moments are seconds since the Unix epoch."""
        return {
            "job_id": self.job_id,
            "name": self.name,
            "payload": json.loads(json.dumps(self.payload)),
            "queue": self.queue,
            "priority": self.priority,
            "attempt": self.attempt,
            "max_attempts": self.max_attempts,
            "not_before": self.not_before.timestamp(),
            "created_at": self.created_at.timestamp(),
            "sequence": self.sequence,
            "version": self.version,
            "unique_key": self.unique_key,
            "limit": None if self.limit is None else self.limit.to_dict(),
            "traceparent": self.traceparent,
            "correlation_id": self.correlation_id,
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Self:
        """The envelope that `to_dict` wrote; what is absent beyond id and name takes its default.

        Raises:
            JobError: code ``malformed_envelope``: no ``job_id``, no ``name``, or a value of the wrong shape.
        """
        try:
            created = float(entry.get("created_at", 0.0))
            limit = entry.get("limit")
            return cls(
                job_id=_text(entry["job_id"]),
                name=_text(entry["name"]),
                payload=dict(entry.get("payload") or {}),
                queue=str(entry.get("queue", "default")),
                priority=int(entry.get("priority", 5)),
                attempt=int(entry.get("attempt", 0)),
                max_attempts=max(1, int(entry.get("max_attempts", 1))),
                not_before=datetime.fromtimestamp(float(entry.get("not_before", created)), UTC),
                created_at=datetime.fromtimestamp(created, UTC),
                sequence=int(entry.get("sequence", 0)),
                version=int(entry.get("version", 1)),
                unique_key=entry.get("unique_key"),
                limit=None if limit is None else Limit(**limit),
                traceparent=entry.get("traceparent"),
                correlation_id=entry.get("correlation_id"),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise JobError(f"not a job envelope: {error!r}", code="malformed_envelope") from error

    def detached(self) -> Self:
        """The same envelope with a payload of its own."""
        return replace(self, payload=json.loads(json.dumps(self.payload)))


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a job until a moment. Whoever settles the job shows the token.

    Attributes:
        token: differs from lease to lease; one that is not the present one is refused.
        expires_at: when the queue may give the job to somebody else, aware, UTC; None: never.
    """

    envelope: JobEnvelope
    token: str = field(repr=False)
    expires_at: datetime | None = None

    @property
    def job_id(self) -> str:
        return self.envelope.job_id


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a name")
    return value
