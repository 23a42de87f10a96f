"""A job queue in Redis (from 6.2) or Valkey, for many hosts.

Waiting jobs stand in sorted sets, one per queue and priority, by the moment from which they are due. Streams would hand
out jobs in the order of their arrival: they keep neither ``not_before`` nor priority, cannot take a waiting job out or
move it, and know a stale entry by its idle time instead of by a token that refuses the late worker. What makes streams
fast, many jobs in one round trip, a script does as well: it claims, or settles, a hundred jobs at once, in one step
that nobody sees half done.

Every key begins with ``{namespace}``, so that all of them live on one node of a cluster. What is lost when the server
dies is what its own persistence had not yet written: with ``appendfsync always`` nothing, with ``everysec`` a second.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Self

from arlen_services.clock import Clock
from arlen_services.errors import JobError
from arlen_services.jobs.envelope import Lease
from arlen_services.jobs.job_text import text_of
from arlen_services.jobs.moments import duration, to_microseconds
from arlen_services.jobs.new_job import AcceptedJob, NewJob, accept
from arlen_services.jobs.queue import CAPABILITIES, DEFAULT_LEASE
from arlen_services.jobs.record import JobFilter, JobRecord, Progress, QueueCounts
from arlen_services.jobs.settlement import Acknowledge, Discard, LeaseStatus, Outcome, Release, Retry, Settlement
from arlen_services.jobs.steps import SingleSteps
from arlen_services.redis_client import (
    LONGEST_BLOCK,
    ConnectionError,
    NoScriptError,
    RedisError,
    ResponseError,
    TimeoutError,
    blocking_client,
    command_client,
    place_of,
)

from .replies import counts_of, failure_line, lease_of, record_of
from .scripts import script

DOCUMENTS_BEGIN = 3
SHORTEST_BLOCK = 0.01


@dataclass(frozen=True, slots=True)
class _Dry:
    """What a claim learned that found fewer jobs than it asked for.

    Attributes:
        after: as Redis writes a bound: nothing that is due until then can be claimed, unless a bell rings.
        opens: when a limit lets jobs start again, on the monotonic clock.
    """

    after: str = "-inf"
    opens: float = float("inf")

    @classmethod
    def after_claim(cls, answer: Mapping[str, Any], at: datetime | None) -> Self:
        seen = answer["now"] if at is None else min(answer["now"], to_microseconds(at))
        opens = answer["opens"]
        return cls(f"({seen}", float("inf") if opens is None else monotonic() + (opens - answer["now"]) / 1_000_000)


UNKNOWN = _Dry()


class RedisJobQueue(SingleSteps):
    """A `JobQueue` in Redis.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        namespace: begins every key; queues of different namespaces know nothing of each other.
        clock: None: the server's clock, which all workers share.
        socket_timeout: seconds to connect, and to answer.
        connections: at most so many for commands, and as many for waiting.
    """

    __slots__ = ("_blocking", "_clock", "_commands", "_dry", "_place", "_root", "capabilities", "name")

    def __init__(
        self,
        url: str,
        *,
        namespace: str = "arlen:jobs",
        name: str = "redis_jobs",
        clock: Clock | None = None,
        socket_timeout: float = 5.0,
        connections: int = 16,
    ) -> None:
        self.name = name
        self.capabilities = CAPABILITIES - {"transactions"}
        self._root = f"{{{namespace}}}"
        self._place = place_of(url)
        self._clock = clock
        self._commands = command_client(url, socket_timeout=socket_timeout, connections=connections)
        self._blocking = blocking_client(url, connect_timeout=socket_timeout, connections=connections)
        self._dry: dict[str, _Dry] = {}

    async def open(self) -> None:
        """Ask the server whether it is there."""
        await self._command("PING")

    async def close(self) -> None:
        await self._commands.aclose()
        await self._commands.connection_pool.disconnect()
        await self._blocking.aclose()
        await self._blocking.connection_pool.disconnect()

    async def enqueue_many(self, jobs: Sequence[NewJob]) -> list[str]:
        accepted = [accept(job) for job in jobs]
        if not accepted:
            return []
        documents: list[str] = []
        asked = _to_enqueue(accepted, documents)
        return [job_id.decode() for job_id in await self._run("enqueue", asked, documents)]

    async def claim(
        self,
        limit: int,
        *,
        queues: Sequence[str] = ("default",),
        lease_seconds: float = DEFAULT_LEASE,
        at: datetime | None = None,
    ) -> list[Lease]:
        token = f"{secrets.token_hex(8)}-"
        wanted = list(dict.fromkeys(queues))
        asked = {
            "limit": limit,
            "queues": wanted,
            "lease": duration(lease_seconds),
            "at": None if at is None else str(to_microseconds(at)),
            "token": token,
        }
        answer = json.loads(await self._run("claim", asked))
        leases = [lease_of(entry, token) for entry in answer["leases"]]
        if len(leases) < limit:
            self._dry.update(dict.fromkeys(wanted, _Dry.after_claim(answer, at)))
        else:
            self._dry.clear()
        return leases

    async def settle(self, settlements: Sequence[Settlement]) -> list[Outcome]:
        if not settlements:
            return []
        documents: list[str] = []
        asked = [_to_settle(settlement, documents) for settlement in settlements]
        return [Outcome(outcome.decode()) for outcome in await self._run("settle", asked, documents)]

    async def heartbeat(self, leases: Sequence[Lease], lease_seconds: float = DEFAULT_LEASE) -> list[LeaseStatus]:
        if not leases:
            return []
        asked = {"lease": duration(lease_seconds), "leases": [(lease.job_id, lease.token) for lease in leases]}
        return [LeaseStatus(status.decode()) for status in await self._run("heartbeat", asked)]

    async def report(self, lease: Lease, progress: Progress) -> bool:
        asked = {"id": lease.job_id, "token": lease.token, "progress": json.dumps(progress.to_dict())}
        return bool(await self._run("report", asked))

    async def recover(self, at: datetime | None = None) -> list[JobRecord]:
        asked = {"at": None if at is None else str(to_microseconds(at))}
        recovered: list[JobRecord] = []
        while entries := json.loads(await self._run("recover", asked)):
            recovered += [record_of(entry) for entry in entries]
        return recovered

    async def wait(self, queues: Sequence[str], seconds: float) -> None:
        began = monotonic()
        asked = [{"queue": queue, "after": self._dry.get(queue, UNKNOWN).after} for queue in dict.fromkeys(queues)]
        due = await self._run("next_due", asked)
        opens = min((dry.opens for queue in queues if (dry := self._dry.get(queue))), default=float("inf"))
        left = min(seconds, LONGEST_BLOCK, opens - began, due / 1_000_000 if due >= 0 else LONGEST_BLOCK)
        if left > 0:
            bells = [f"{self._root}:bell:{queue}" for queue in queues]
            await self._command("BLPOP", *bells, max(left, SHORTEST_BLOCK), client=self._blocking)

    async def get(self, job_id: str) -> JobRecord | None:
        found = await self._run("get", {"id": job_id})
        return record_of(json.loads(found)) if found else None

    async def find(self, wanted: JobFilter = JobFilter(), *, limit: int = 100, offset: int = 0) -> list[JobRecord]:  # noqa: B008
        asked = {
            "state": wanted.state or "",
            "queue": wanted.queue or "",
            "name": wanted.name or "",
            "limit": limit,
            "offset": offset,
        }
        return [record_of(entry) for entry in json.loads(await self._run("find", asked))]

    async def counts(self) -> dict[str, QueueCounts]:
        entries = json.loads(await self._run("counts", {}))
        counted = {entry["queue"]: counts_of(entry) for entry in sorted(entries, key=lambda entry: entry["queue"])}
        return {queue: counts for queue, counts in counted.items() if counts != QueueCounts()}

    async def cancel(self, job_id: str) -> bool:
        return await self._change("cancel", [job_id]) == 1

    async def reschedule(self, job_id: str, at: datetime) -> bool:
        return await self._change("reschedule", [job_id], at=str(to_microseconds(at))) == 1

    async def requeue(self, job_ids: Iterable[str], *, attempts: int = 0) -> int:
        return await self._change("requeue", list(job_ids), attempts=max(0, attempts))

    async def delete(self, job_ids: Iterable[str]) -> int:
        return await self._change("delete", list(job_ids))

    async def prune(self, before: datetime) -> int:
        asked = {"before": str(to_microseconds(before))}
        total = 0
        while pruned := int(await self._run("prune", asked)):
            total += pruned
        return total

    async def pause(self, queue: str) -> None:
        await self._command("SADD", f"{self._root}:paused", queue)

    async def resume(self, queue: str) -> None:
        await self._run("resume", {"queue": queue})

    async def mark(self, key: str) -> str | None:
        value = await self._command("HGET", f"{self._root}:marks", key)
        return None if value is None else value.decode()

    async def change_mark(self, key: str, old: str | None, new: str | None) -> bool:
        return bool(await self._run("change_mark", {"key": key, "old": old, "new": new}))

    async def reset(self) -> None:
        pattern = "".join(f"\\{sign}" if sign in "*?[]\\" else sign for sign in self._root) + ":*"
        cursor = b"0"
        while True:
            cursor, keys = await self._command("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            if keys:
                await self._command("UNLINK", *keys)
            if int(cursor) == 0:
                break
        self._dry.clear()

    async def _change(self, change: str, job_ids: list[str], **further: object) -> int:
        return int(await self._run("change", {"change": change, "ids": job_ids, **further}))

    async def _run(self, name: str, asked: object, documents: Sequence[str] = ()) -> Any:
        """Run a script, which a server that was started anew is given again."""
        wanted = script(name)
        now = "" if self._clock is None else str(to_microseconds(self._clock()))
        arguments = (1, self._root, now, json.dumps(asked), *documents)
        try:
            return await self._command("EVALSHA", wanted.digest, *arguments)
        except NoScriptError:
            return await self._command("EVAL", wanted.text, *arguments)

    async def _command(self, *command: object, client: Any = None) -> Any:
        try:
            return await (client or self._commands).execute_command(*command)
        except NoScriptError:
            raise
        except (ConnectionError, TimeoutError, OSError) as error:
            raise JobError(
                f"{self.name}: Redis at {self._place} does not answer: {error}",
                code="connection_failed",
                details={"place": self._place},
            ) from error
        except ResponseError as error:
            raise _refusal(str(error), self._place) from error
        except RedisError as error:
            raise JobError(f"{self.name}: {error}", code="engine_error", details={"place": self._place}) from error


def _to_enqueue(accepted: Sequence[AcceptedJob], documents: list[str]) -> list[dict[str, object]]:
    """The new jobs for the script; their documents travel apart, so that nobody escapes them twice."""
    return [_new(job, documents) for job in accepted]


def _new(job: AcceptedJob, documents: list[str]) -> dict[str, object]:
    documents.append(text_of(job))
    entry: dict[str, object] = {
        "name": job.name,
        "queue": job.queue,
        "priority": job.priority,
        "most": job.max_attempts,
        "delay": duration(job.delay),
        "document": DOCUMENTS_BEGIN + len(documents) - 1,
    }
    if job.at is not None:
        entry["at"] = str(to_microseconds(job.at))
    if job.limit is not None:
        entry["limit"] = json.dumps(job.limit.to_dict())
    if (unique := job.unique) is not None:
        entry |= {"key": unique.key, "held": unique.until, "conflict": unique.on_conflict}
        entry["period"] = duration(unique.period)
    return entry


def _to_settle(settlement: Settlement, documents: list[str]) -> dict[str, object]:
    said: dict[str, object] = {"id": settlement.lease.job_id, "token": settlement.lease.token}
    match settlement:
        case Acknowledge(result=result, keep=keep, then=then):
            followers = _to_enqueue([accept(job) for job in then], documents)
            kept = {"keep": duration(keep), "result": json.dumps(result) if keep > 0 else ""}
            return said | {"verb": "acknowledge", "followers": followers} | kept
        case Retry(delay=delay, failure=failure):
            return said | {"verb": "retry", "delay": _delay(delay), "failure": failure_line(failure)}
        case Discard(reason=reason, failure=failure):
            return said | {"verb": "discard", "reason": reason, "failure": failure_line(failure)}
        case Release(delay=delay):
            return said | {"verb": "release", "delay": _delay(delay)}


def _delay(seconds: float) -> int:
    return duration(max(0.0, seconds))


def _refusal(words: str, place: str) -> JobError:
    kind, _, facts = words.partition(" ")
    if kind != "DUPLICATE":
        return JobError(f"Redis at {place} refuses: {words}", code="engine_error", details={"place": place})
    entry = json.loads(facts)
    return JobError(
        f"job {entry['name']} is refused: another one holds its key {entry['key']!r}",
        code="duplicate_job",
        details=entry,
        permanent=True,
    )
