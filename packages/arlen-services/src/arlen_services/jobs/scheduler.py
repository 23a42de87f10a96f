"""Enqueues what schedules say, exactly once per tick however many schedulers there are."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from arlen_services.clock import Clock, Sleep, system_clock
from arlen_services.errors import JobError

from .new_job import Unique
from .queue import JobQueue
from .schedule import Schedule

logger = logging.getLogger(__name__)

LONGEST_NAP = 30.0
"""Seconds after which a scheduler looks at the clock again, which may have been set."""
KEY_HELD = 600.0
"""Seconds for which a tick cannot be enqueued twice: far longer than two schedulers can be apart in one step."""


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """A schedule as the queue knows it.

    Attributes:
        last: the last tick that was settled, or the moment at which the schedule was first seen; None: never seen.
    """

    name: str
    task: str
    ticks: str
    missed: str
    paused: bool
    last: datetime | None
    next: datetime | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "task": self.task,
            "ticks": self.ticks,
            "missed": self.missed,
            "paused": self.paused,
            "last": None if self.last is None else self.last.timestamp(),
            "next": None if self.next is None else self.next.timestamp(),
        }


class Scheduler:
    """Any number of them may run, in workers or alone; the adapter needs the capability ``marks``.

    A tick is enqueued under a unique key of its own and then noted in a mark that all schedulers share: one that is
    killed in between has enqueued it, and the next one cannot do it again.
    """

    __slots__ = ("_clock", "_queue", "_schedules", "_sleep")

    def __init__(
        self,
        queue: JobQueue,
        schedules: Mapping[str, Schedule],
        *,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if "marks" not in queue.capabilities:
            raise JobError(
                f"the job queue {queue.name} cannot keep schedules", code="unsupported_option", permanent=True
            )
        self._queue = queue
        self._schedules = schedules
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> None:
        """Enqueue what comes due until the task is cancelled. A queue that fails is asked again."""
        while True:
            try:
                await self.step()
            except JobError as error:
                logger.warning("schedules wait for the job queue: %s", error)
            await self._sleep(self._nap())

    async def step(self) -> list[str]:
        """Enqueue what is due now; the ids of the jobs, also where another scheduler was first."""
        now = self._clock()
        ids = []
        for schedule in self._schedules.values():
            ids += await self._advance(schedule, now)
        return ids

    async def status(self) -> list[ScheduleStatus]:
        return [await self._status(schedule) for schedule in self._schedules.values()]

    async def trigger(self, name: str) -> str:
        """Enqueue a schedule's task now, beside its ticks.

        Raises:
            JobError: code ``unknown_schedule``; so do `pause` and `resume`.
        """
        [job_id] = await self._queue.enqueue_many([self._named(name).task.job()])
        return job_id

    async def pause(self, name: str) -> None:
        """Let ticks pass; they are not made up for."""
        await self._queue.change_mark(_paused(self._named(name)), None, "paused")

    async def resume(self, name: str) -> None:
        schedule = self._named(name)
        last = await self._queue.mark(_last(schedule))
        await self._queue.change_mark(_last(schedule), last, _written(self._clock()))
        await self._queue.change_mark(_paused(schedule), "paused", None)

    async def _advance(self, schedule: Schedule, now: datetime) -> list[str]:
        noted = await self._queue.mark(_last(schedule))
        if noted is None:
            await self._queue.change_mark(_last(schedule), None, _written(now))
            return []
        last = _read(noted)
        ticks, settled = schedule.due(last, now)
        if settled == last or await self._queue.mark(_paused(schedule)) is not None:
            return []
        ids = await self._queue.enqueue_many(
            [replace(schedule.task.job(), not_before=tick, unique=_key(schedule, tick)) for tick in ticks]
        )
        await self._queue.change_mark(_last(schedule), noted, _written(settled))
        return ids

    async def _status(self, schedule: Schedule) -> ScheduleStatus:
        noted = await self._queue.mark(_last(schedule))
        return ScheduleStatus(
            schedule.name,
            schedule.task.name,
            schedule.ticks.text,
            str(schedule.missed),
            await self._queue.mark(_paused(schedule)) is not None,
            None if noted is None else _read(noted),
            schedule.ticks.next_after(self._clock()),
        )

    def _nap(self) -> float:
        now = self._clock()
        following = [schedule.ticks.next_after(now) for schedule in self._schedules.values()]
        naps = [(tick - now).total_seconds() for tick in following if tick is not None]
        return min([*naps, LONGEST_NAP])

    def _named(self, name: str) -> Schedule:
        if name not in self._schedules:
            raise JobError(
                f"there is no schedule {name}; there are: {', '.join(self._schedules) or 'none'}",
                code="unknown_schedule",
                details={"name": name},
                permanent=True,
            )
        return self._schedules[name]


def _key(schedule: Schedule, tick: datetime) -> Unique:
    return Unique(f"schedule:{schedule.name}:{tick.timestamp():.6f}", period=KEY_HELD)


def _last(schedule: Schedule) -> str:
    return f"schedule:{schedule.name}:last"


def _paused(schedule: Schedule) -> str:
    return f"schedule:{schedule.name}:paused"


def _written(moment: datetime) -> str:
    return json.dumps(moment.timestamp())


def _read(mark: str) -> datetime:
    return datetime.fromtimestamp(json.loads(mark), UTC)
