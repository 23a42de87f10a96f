"""``python -m arlen_services schedule``: the schedules of a program."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from arlen_services.jobs.scheduler import Scheduler

from .answer import say, say_json, say_table
from .program import add_program, queue_of, tasks_named

COLUMNS = ("name", "task", "ticks", "missed", "paused", "last", "next")

Action = Callable[[Scheduler, argparse.Namespace], Awaitable[int]]


def add_parser(commands: Any) -> None:
    actions = commands.add_parser("schedule", help="list, pause, resume and trigger schedules").add_subparsers(
        dest="action", required=True
    )
    _action(actions, "list", list_schedules, "the schedules and their next moments")
    _action(actions, "run", run_schedules, "enqueue what comes due, apart from workers, until a signal")
    for name, action, what in (
        ("pause", pause, "let the ticks of a schedule pass"),
        ("resume", resume, "end a pause"),
        ("trigger", trigger, "enqueue a schedule's task now"),
    ):
        _action(actions, name, action, what).add_argument("name")


async def list_schedules(scheduler: Scheduler, arguments: argparse.Namespace) -> int:
    statuses = [status.to_dict() for status in await scheduler.status()]
    if arguments.json:
        return say_json(statuses)
    return say_table(
        [each | {"last": _shown(each["last"]), "next": _shown(each["next"])} for each in statuses], COLUMNS
    )


async def run_schedules(scheduler: Scheduler, arguments: argparse.Namespace) -> int:
    await scheduler.run()
    return 0


async def pause(scheduler: Scheduler, arguments: argparse.Namespace) -> int:
    await scheduler.pause(arguments.name)
    return 0


async def resume(scheduler: Scheduler, arguments: argparse.Namespace) -> int:
    await scheduler.resume(arguments.name)
    return 0


async def trigger(scheduler: Scheduler, arguments: argparse.Namespace) -> int:
    job_id = await scheduler.trigger(arguments.name)
    return say_json({"job_id": job_id}) if arguments.json else say(job_id)


def _action(actions: Any, name: str, action: Action, what: str) -> Any:
    parser = add_program(actions.add_parser(name, help=what))
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.set_defaults(run=lambda arguments: _run(action, arguments))
    return parser


def _run(action: Action, arguments: argparse.Namespace) -> int:
    try:
        return asyncio.run(_with_scheduler(action, arguments))
    except KeyboardInterrupt:
        return 0


async def _with_scheduler(action: Action, arguments: argparse.Namespace) -> int:
    tasks = tasks_named(arguments.tasks)
    queue = tasks.queue = queue_of(arguments, tasks)
    await queue.open()
    try:
        return await action(Scheduler(queue, tasks.schedules), arguments)
    finally:
        await queue.close()


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(" ", "seconds")
