"""Which job holds which unique key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .new_job import HeldUntil, Unique
from .record import JobState

HOLDING = {
    HeldUntil.STARTED: frozenset({JobState.PENDING}),
    HeldUntil.FINISHED: frozenset({JobState.PENDING, JobState.LEASED}),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A job that took a key.

    Attributes:
        kept_until: the moment until which the key is held even by a job that is finished or forgotten, or None.
    """

    job_id: str
    until: HeldUntil
    kept_until: datetime | None

    @classmethod
    def of(cls, job_id: str, unique: Unique, now: datetime) -> Holder:
        return cls(job_id, unique.until, now + timedelta(seconds=unique.period) if unique.period else None)

    def holds(self, state: JobState | None, now: datetime) -> bool:
        """Whether the key is taken, when the job is in this state (None: forgotten)."""
        return state in HOLDING[self.until] or (self.kept_until is not None and now < self.kept_until)


class UniqueKeys(dict[str, Holder]):
    """Holders by key; those that hold no more stay until they are replaced or swept."""

    __slots__ = ()

    def sweep(self, states: dict[str, JobState], now: datetime) -> None:
        """Forget what no longer holds."""
        for key in list(self._released(states, now)):
            del self[key]

    def _released(self, states: dict[str, JobState], now: datetime) -> Iterator[str]:
        return (key for key, holder in self.items() if not holder.holds(states.get(holder.job_id), now))
