"""The tasks of a program, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from arlen_services.errors import JobError

from .queue import JobQueue
from .schedule import Every, Missed, Schedule, cron_schedule
from .task import Task, make_task

P = ParamSpec("P")
R = TypeVar("R")


class Tasks:
    """A program's tasks and schedules, and the queue to which they enqueue.

    Attributes:
        queue: may be set after the tasks were made, once the program knows its configuration.
        schedules: by name.
    """

    __slots__ = ("_tasks", "queue", "schedules")

    def __init__(self, queue: JobQueue | None = None) -> None:
        self.queue = queue
        self.schedules: dict[str, Schedule] = {}
        self._tasks: dict[str, Task[..., Any]] = {}

    def task(self, **fields: Any) -> Callable[[Callable[P, R]], Task[P, R]]:
        """A decorator that makes a function a task; ``fields`` are those of `Task`, ``name`` and ``runs`` included.

        The name is ``module.function`` unless it is given.

        Raises:
            JobError: codes ``invalid_task`` and ``duplicate_task``.
        """

        def decorate(function: Callable[P, R]) -> Task[P, R]:
            task = make_task(function, self.bound_queue, **fields)
            if task.name in self._tasks:
                raise JobError(
                    f"there are two tasks named {task.name}; give one of them another name",
                    code="duplicate_task",
                    details={"name": task.name},
                    permanent=True,
                )
            self._tasks[task.name] = task
            return task

        return decorate

    def cron(
        self, expression: str, *, timezone: str = "UTC", missed: Missed = Missed.RUN_ONCE, name: str | None = None
    ) -> Callable[[Task[P, R]], Task[P, R]]:
        """A decorator above `task` that enqueues it, without arguments, at the moments of a cron expression.

        Raises:
            JobError: codes ``invalid_cron``, ``invalid_timezone`` and ``duplicate_schedule``.
            MissingDependencyError: the extra ``cron`` is not installed.
        """
        return self._scheduled(lambda task: cron_schedule(name or task.name, task, expression, timezone, missed))

    def every(
        self, seconds: float, *, missed: Missed = Missed.RUN_ONCE, name: str | None = None
    ) -> Callable[[Task[P, R]], Task[P, R]]:
        """A decorator above `task` that enqueues it, without arguments, at every multiple of so many seconds.

        Raises:
            JobError: codes ``invalid_interval`` and ``duplicate_schedule``.
        """
        return self._scheduled(lambda task: Schedule(name or task.name, task, Every(seconds), missed))

    def get(self, name: str) -> Task[..., Any] | None:
        return self._tasks.get(name)

    def __iter__(self) -> Iterator[Task[..., Any]]:
        return iter(self._tasks.values())

    def bound_queue(self) -> JobQueue:
        """The queue.

        Raises:
            JobError: code ``no_queue``.
        """
        if self.queue is None:
            raise JobError("these tasks have no queue yet; set the attribute queue", code="no_queue", permanent=True)
        return self.queue

    def _scheduled(self, schedule_of: Callable[[Task[..., Any]], Schedule]) -> Callable[[Task[P, R]], Task[P, R]]:
        def decorate(task: Task[P, R]) -> Task[P, R]:
            schedule = schedule_of(task)
            if schedule.name in self.schedules:
                raise JobError(
                    f"there are two schedules named {schedule.name}; give one of them another name",
                    code="duplicate_schedule",
                    details={"name": schedule.name},
                    permanent=True,
                )
            self.schedules[schedule.name] = schedule
            return task

        return decorate
