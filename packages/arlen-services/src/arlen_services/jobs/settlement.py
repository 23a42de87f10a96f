"""What a worker says about a lease, and what the queue answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from .envelope import Lease
from .new_job import NewJob


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed.

    Attributes:
        at: aware, UTC.
        kind: the name of the exception's class.
        traceback: its end, at most 4,000 characters.
    """

    attempt: int
    at: datetime
    kind: str
    message: str
    traceback: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.timestamp()}


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The job is done.

    Attributes:
        result: a JSON value.
        keep: seconds for which the finished job and its result can be read; 0: it is forgotten at once.
        then: jobs that are enqueued in the same step, and only if the lease still holds. One whose key is held by
            another job is left out, also where `OnConflict.REFUSE` was asked.
    """

    lease: Lease
    result: Any = None
    keep: float = 0.0
    then: Sequence[NewJob] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """The attempt failed: once more after ``delay`` seconds, or to the dead letters when no attempt is left."""

    lease: Lease
    delay: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Discard:
    """Straight to the dead letters, with a reason such as ``"unknown_job"``."""

    lease: Lease
    reason: str
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Back into the queue without spending the attempt, due after ``delay`` seconds."""

    lease: Lease
    delay: float = 0.0


Settlement: TypeAlias = Acknowledge | Retry | Discard | Release


def followers(settlement: Settlement) -> Sequence[NewJob]:
    """The jobs that this settlement enqueues."""
    return settlement.then if isinstance(settlement, Acknowledge) else ()


class Outcome(StrEnum):
    """What became of a settlement."""

    ACKNOWLEDGED = "acknowledged"
    REQUEUED = "requeued"
    DEAD_LETTERED = "dead_lettered"
    CANCELLED = "cancelled"
    """The job was to be retried or released, and had been cancelled meanwhile."""
    LOST = "lost"
    """The token is not the one of the present lease: nothing was changed."""


class LeaseStatus(StrEnum):
    """What a heartbeat learns."""

    HELD = "held"
    CANCELLED = "cancelled"
    """Held, and the job was cancelled: stop it and settle it."""
    LOST = "lost"
