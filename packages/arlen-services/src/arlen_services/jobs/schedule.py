"""Schedules: tasks that are enqueued again and again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from arlen_services.errors import JobError

from .task import Task

LATE = timedelta(seconds=60)
"""A tick that is seen later than this was missed."""
TICKS_AT_ONCE = 1000


class Ticks(Protocol):
    """The moments of a schedule.

    Attributes:
        text: how it was written.
    """

    @property
    def text(self) -> str: ...

    def next_after(self, moment: datetime) -> datetime | None:
        """The first moment after this one, aware; None: there is none."""


class Missed(StrEnum):
    """What becomes of ticks that came while nobody looked."""

    RUN_ONCE = "run_once"
    """The last one of them counts for all."""
    SKIP = "skip"
    """None of them; only a tick that is seen within a minute counts."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Every:
    """Every multiple of so many seconds since the Unix epoch, so that all schedulers agree."""

    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise JobError(
                f"a schedule cannot come every {self.seconds} seconds; give more than 0",
                code="invalid_interval",
                permanent=True,
            )

    @property
    def text(self) -> str:
        return f"every {self.seconds:g} s"

    def next_after(self, moment: datetime) -> datetime | None:
        return datetime.fromtimestamp((math.floor(moment.timestamp() / self.seconds) + 1) * self.seconds, UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A task and its moments."""

    name: str
    task: Task[..., Any]
    ticks: Ticks
    missed: Missed = Missed.RUN_ONCE

    def due(self, last: datetime, now: datetime) -> tuple[list[datetime], datetime]:
        """The ticks after ``last`` that are to be enqueued at ``now``, and the tick up to which that settles all."""
        ticks = list(self._passed(last, now))
        settled = ticks[-1] if ticks else last
        match self.missed:
            case Missed.ALL:
                return ticks, settled
            case Missed.RUN_ONCE:
                return ticks[-1:], settled
            case Missed.SKIP:
                return [tick for tick in ticks if now - tick <= LATE], settled

    def _passed(self, last: datetime, now: datetime) -> Iterator[datetime]:
        tick = self.ticks.next_after(last)
        for _ in range(TICKS_AT_ONCE):
            if tick is None or tick > now:
                return
            yield tick
            tick = self.ticks.next_after(tick)


def cron_schedule(name: str, task: Task[..., Any], expression: str, timezone: str, missed: Missed) -> Schedule:
    """A schedule by a cron expression; see `Cron` for what it raises."""
    from .cron import Cron

    return Schedule(name, task, Cron(expression, timezone), missed)
