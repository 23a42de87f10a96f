"""Jobs after jobs: chains, and groups with callbacks. What follows travels in the payload, below keys of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from arlen_services.clock import Clock, system_clock
from arlen_services.errors import JobError

from .context import JobContext
from .limit import Limit
from .new_job import HeldUntil, NewJob, OnConflict, Unique, accept
from .queue import JobQueue
from .record import JobState
from .settlement import Outcome, Settlement
from .signals import SnoozeJob
from .task import Task, make_task

THEN = "$then"
GROUP = "$group"
CHECK = "arlen.check_group"
CHECKED_EVERY = 30.0
"""Seconds after which a group is looked at even if no member said that it is done: it may have been cancelled."""
FORGOTTEN_AFTER = 300.0
"""Seconds after which a group without a note is over, or was never completely enqueued."""
CALLBACK_KEY_HELD = 86_400.0


@dataclass(frozen=True, slots=True)
class Group:
    """A group that was enqueued."""

    group_id: str
    job_ids: tuple[str, ...]


def chain(first: NewJob, *rest: NewJob) -> NewJob:
    """One job after the other: each is enqueued in the same step that acknowledges the one before it.

    When one of them dies, the rest is not enqueued; when it is requeued and succeeds, the chain goes on.
    """
    if not rest:
        return first
    return replace(first, payload={**first.payload, THEN: [_written(chain(*rest))]})


async def enqueue_group(
    queue: JobQueue,
    jobs: Sequence[NewJob],
    *,
    on_success: NewJob | None = None,
    on_complete: NewJob | None = None,
    clock: Clock = system_clock,
) -> Group:
    """Enqueue jobs in one step, and once all of them are finished, exactly once, what is to follow.

    Args:
        on_success: follows when no member died or was cancelled.
        on_complete: follows in any case.

    Raises:
        JobError: ``unsupported_option``: the adapter lacks the capability ``marks``; and what `accept` raises.
    """
    if "marks" not in queue.capabilities:
        raise JobError(f"the job queue {queue.name} cannot keep groups", code="unsupported_option", permanent=True)
    group_id = secrets.token_hex(8)
    membership = {"id": group_id, "since": clock().timestamp()}
    members = [replace(job, payload={**job.payload, GROUP: membership}) for job in jobs]
    watch = replace(_check(membership, CHECKED_EVERY), not_before=CHECKED_EVERY, unique=None)
    *job_ids, _ = await queue.enqueue_many([*members, watch])
    callbacks = {"success": on_success, "complete": on_complete}
    noted = {
        "jobs": job_ids,
        "callbacks": {when: _written(job) for when, job in callbacks.items() if job is not None},
    }
    await queue.change_mark(_mark(group_id), None, json.dumps(noted))
    await queue.enqueue_many([_check(membership, 0.0)])
    return Group(group_id, tuple(job_ids))


def arguments_in(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload without what follows."""
    return {name: value for name, value in payload.items() if not name.startswith("$")}


def followers_of(payload: Mapping[str, Any]) -> list[NewJob]:
    """What is enqueued together with the acknowledgement of a job with this payload."""
    checks = [_check(payload[GROUP], 0.0)] if GROUP in payload else []
    return [_read(entry) for entry in payload.get(THEN, ())] + checks


async def settle(queue: JobQueue, settlements: Sequence[Settlement]) -> list[Outcome]:
    """`JobQueue.settle`, which also looks at the groups of jobs that died."""
    outcomes = await queue.settle(settlements)
    ended = (Outcome.DEAD_LETTERED, Outcome.CANCELLED)
    both = zip(settlements, outcomes, strict=True)
    await look_at_groups(queue, (one.lease.envelope.payload for one, outcome in both if outcome in ended))
    return outcomes


async def look_at_groups(queue: JobQueue, payloads: Iterable[Mapping[str, Any]]) -> None:
    """Check the groups of jobs with these payloads."""
    checks = [_check(payload[GROUP], 0.0) for payload in payloads if GROUP in payload]
    if checks:
        await queue.enqueue_many(checks)


async def check_group(group: str, since: float, again: float, context: JobContext) -> None:
    noted = await context.queue.mark(_mark(group))
    if noted is None:
        if again and datetime.now(UTC).timestamp() - since < FORGOTTEN_AFTER:
            raise SnoozeJob(again)
        return
    members = json.loads(noted)
    records = [await context.queue.get(job_id) for job_id in members["jobs"]]
    states = [JobState.SUCCEEDED if record is None else record.state for record in records]
    if not set(states) <= {JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED}:
        if again:
            raise SnoozeJob(again)
        return
    met = {"complete"} if set(states) - {JobState.SUCCEEDED} else {"complete", "success"}
    callbacks = [_callback(group, when, entry) for when, entry in members["callbacks"].items() if when in met]
    await context.queue.enqueue_many(callbacks)
    await context.queue.change_mark(_mark(group), noted, None)


def _no_queue() -> JobQueue:
    raise JobError("this task is enqueued by the queue's own groups", code="no_queue", permanent=True)


OWN_TASKS: Mapping[str, Task[..., Any]] = {CHECK: make_task(check_group, _no_queue, name=CHECK)}
"""Tasks that every program has."""


def _check(membership: Mapping[str, Any], again: float) -> NewJob:
    payload = {"group": membership["id"], "since": membership["since"], "again": again}
    return NewJob(CHECK, payload, max_attempts=10, unique=Unique(f"group:{membership['id']}", HeldUntil.STARTED))


def _callback(group: str, when: str, entry: Mapping[str, Any]) -> NewJob:
    return replace(_read(entry), unique=Unique(f"group:{group}:{when}", period=CALLBACK_KEY_HELD))


def _mark(group: str) -> str:
    return f"group:{group}"


def _written(job: NewJob) -> dict[str, Any]:
    accepted = accept(job)
    return {
        **asdict(replace(job, not_before=None)),
        "payload": json.loads(accepted.payload),
        "at": None if accepted.at is None else accepted.at.isoformat(),
        "delay": accepted.delay,
    }


def _read(entry: Mapping[str, Any]) -> NewJob:
    fields = {name: value for name, value in entry.items() if name not in ("at", "delay")}
    unique, limit = entry["unique"], entry["limit"]
    return NewJob(
        **{
            **fields,
            "not_before": timedelta(seconds=entry["delay"])
            if entry["at"] is None
            else datetime.fromisoformat(entry["at"]),
            "limit": None if limit is None else Limit(**limit),
            "unique": None if unique is None else _unique(unique),
        }
    )


def _unique(entry: Mapping[str, Any]) -> Unique:
    return Unique(entry["key"], HeldUntil(entry["until"]), entry["period"], OnConflict(entry["on_conflict"]))
