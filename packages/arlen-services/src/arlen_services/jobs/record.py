"""What a queue knows about a job, for those who look."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .envelope import JobEnvelope
from .settlement import Failure


class JobState(StrEnum):
    PENDING = "pending"
    """Waits and is due."""
    SCHEDULED = "scheduled"
    """Waits for its moment: the first one, or that of its retry."""
    LEASED = "leased"
    SUCCEEDED = "succeeded"
    DEAD = "dead"
    CANCELLED = "cancelled"


FINISHED = frozenset({JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job is; ``total`` 0: unknown."""

    done: float
    total: float = 0.0
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job, its state and its story.

    Attributes:
        expires_at: the end of the lease, while leased.
        finished_at: when it succeeded, died or was cancelled.
        reason: why it is dead: ``attempts_exhausted``, ``lease_expired``, or what `Discard` said.
        failures: one per failed attempt, oldest first; an adapter keeps at least the last ten.
        result: what `Acknowledge` said.
        cancelling: it is leased, and was cancelled meanwhile.
    """

    envelope: JobEnvelope
    state: JobState
    expires_at: datetime | None = None
    finished_at: datetime | None = None
    reason: str | None = None
    failures: tuple[Failure, ...] = ()
    result: Any = None
    progress: Progress | None = None
    cancelling: bool = False

    @property
    def job_id(self) -> str:
        return self.envelope.job_id

    def to_dict(self) -> dict[str, Any]:
        """The record as a JSON object; moments are seconds since the Unix epoch."""
        return self.envelope.to_dict() | {
            "state": str(self.state),
            "expires_at": _seconds(self.expires_at),
            "finished_at": _seconds(self.finished_at),
            "reason": self.reason,
            "failures": [failure.to_dict() for failure in self.failures],
            "result": self.result,
            "progress": None if self.progress is None else self.progress.to_dict(),
            "cancelling": self.cancelling,
        }


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs: those that fit everything named."""

    state: JobState | None = None
    queue: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many jobs of a queue are in which state.

    Attributes:
        oldest_due: the ``not_before`` of the due job that waits longest, or None.
        paused: whether the queue gives no jobs out.
    """

    pending: int = 0
    scheduled: int = 0
    leased: int = 0
    succeeded: int = 0
    dead: int = 0
    cancelled: int = 0
    oldest_due: datetime | None = None
    paused: bool = False

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"oldest_due": _seconds(self.oldest_due)}


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
