"""``python -m arlen_services jobs``: look at the jobs of a queue, and intervene."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from arlen_services.errors import JobError
from arlen_services.jobs.queue import JobQueue
from arlen_services.jobs.record import JobFilter, JobRecord, JobState

from .answer import say, say_json, say_table
from .program import add_url, queue_of

COLUMNS = ("job_id", "state", "queue", "name", "attempt", "max_attempts", "reason")
COUNTS = ("queue", "pending", "scheduled", "leased", "succeeded", "dead", "cancelled", "paused")
DEAD_LETTERS_KEPT = 30

Action = Callable[[JobQueue, argparse.Namespace], Awaitable[int]]


def add_parser(commands: Any) -> None:
    actions = commands.add_parser("jobs", help="look at jobs, and intervene").add_subparsers(
        dest="action", required=True
    )
    _filtered(_action(actions, "list", list_jobs, "jobs by state, queue and name"))
    _ids(_action(actions, "show", show, "everything about one job"))
    _attempts(_filtered(_ids(_action(actions, "retry", retry, "put dead or cancelled jobs back"), "*")))
    _ids(_action(actions, "cancel", cancel, "cancel jobs that wait, and ask those that run to stop"), "+")
    _ids(_action(actions, "delete", delete, "forget jobs that do not run"), "+")
    _days(_action(actions, "prune", prune, "forget jobs that finished long ago"))
    _action(actions, "stats", stats, "how many jobs are in which state")
    _action(actions, "pause", pause, "give no more jobs of a queue out").add_argument("queue")
    _action(actions, "resume", resume, "end a pause").add_argument("queue")


async def list_jobs(queue: JobQueue, arguments: argparse.Namespace) -> int:
    records = [record.to_dict() for record in await _found(queue, arguments)]
    return say_json(records) if arguments.json else say_table(records, COLUMNS)


async def show(queue: JobQueue, arguments: argparse.Namespace) -> int:
    record = await queue.get(arguments.ids[0])
    if record is None:
        raise JobError(f"there is no job {arguments.ids[0]}", code="unknown_job", permanent=True)
    return say_json(record.to_dict())


async def retry(queue: JobQueue, arguments: argparse.Namespace) -> int:
    chosen: list[JobRecord] = []
    if arguments.ids:
        chosen = [record for record in [await queue.get(job_id) for job_id in arguments.ids] if record is not None]
    else:
        arguments.state = arguments.state or JobState.DEAD
        chosen = await _found(queue, arguments)
    count = 0
    for record in chosen:
        attempts = record.envelope.attempt if arguments.keep_attempts else 0
        count += await queue.requeue([record.job_id], attempts=attempts)
    return _count(arguments, "requeued", count)


async def cancel(queue: JobQueue, arguments: argparse.Namespace) -> int:
    return _count(arguments, "cancelled", sum([await queue.cancel(job_id) for job_id in arguments.ids]))


async def delete(queue: JobQueue, arguments: argparse.Namespace) -> int:
    return _count(arguments, "deleted", await queue.delete(arguments.ids))


async def prune(queue: JobQueue, arguments: argparse.Namespace) -> int:
    before = datetime.now(UTC) - timedelta(days=arguments.days)
    return _count(arguments, "pruned", await queue.prune(before))


async def stats(queue: JobQueue, arguments: argparse.Namespace) -> int:
    counts = {name: counts.to_dict() for name, counts in (await queue.counts()).items()}
    if arguments.json:
        return say_json(counts)
    return say_table([{"queue": name, **each} for name, each in counts.items()], COUNTS)


async def pause(queue: JobQueue, arguments: argparse.Namespace) -> int:
    await queue.pause(arguments.queue)
    return 0


async def resume(queue: JobQueue, arguments: argparse.Namespace) -> int:
    await queue.resume(arguments.queue)
    return 0


async def _found(queue: JobQueue, arguments: argparse.Namespace) -> list[JobRecord]:
    state = JobState(arguments.state) if arguments.state else None
    wanted = JobFilter(state, arguments.queue or None, arguments.name or None)
    return await queue.find(wanted, limit=arguments.limit, offset=arguments.offset)


def _count(arguments: argparse.Namespace, what: str, count: int) -> int:
    return say_json({what: count}) if arguments.json else say(f"{count} {what}")


def _action(actions: Any, name: str, action: Action, what: str) -> Any:
    parser = add_url(actions.add_parser(name, help=what))
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.set_defaults(run=lambda arguments: asyncio.run(_with_queue(action, arguments)))
    return parser


async def _with_queue(action: Action, arguments: argparse.Namespace) -> int:
    queue = queue_of(arguments)
    await queue.open()
    try:
        return await action(queue, arguments)
    finally:
        await queue.close()


def _filtered(parser: Any) -> Any:
    parser.add_argument("--state", choices=[str(state) for state in JobState])
    parser.add_argument("--queue", help="only this queue")
    parser.add_argument("--name", help="only this task")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--offset", type=int, default=0)
    return parser


def _ids(parser: Any, many: int | str = 1) -> Any:
    parser.add_argument("ids", nargs=many, metavar="JOB_ID")
    return parser


def _attempts(parser: Any) -> Any:
    parser.add_argument("--keep-attempts", action="store_true", help="count on from the attempts that were spent")
    return parser


def _days(parser: Any) -> Any:
    parser.add_argument("--days", type=float, default=DEAD_LETTERS_KEPT, help="keep what finished in so many days")
    return parser
