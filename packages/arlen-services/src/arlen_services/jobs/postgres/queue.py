"""A job queue in PostgreSQL (from 13), for many hosts, that can join the transaction of the data it is about.

Every step is one statement: a function in the database, which `PostgresJobQueue.install` puts there. A claim takes many
jobs at once (``FOR UPDATE SKIP LOCKED`` over a partial index that holds waiting jobs only), so a million finished ones
cost it nothing; a settlement ends many leases with one commit. A worker that waits is woken by NOTIFY, and asks by
itself now and then, for the case that a notification was lost or that a pooler keeps LISTEN from working.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import datetime
from enum import StrEnum
from typing import Any

from arlen_services.clock import Clock, as_utc
from arlen_services.errors import JobError
from arlen_services.jobs.envelope import Lease
from arlen_services.jobs.new_job import NewJob, OnConflict, accept
from arlen_services.jobs.queue import CAPABILITIES, DEFAULT_LEASE
from arlen_services.jobs.record import JobFilter, JobRecord, Progress, QueueCounts
from arlen_services.jobs.settlement import LeaseStatus, Outcome, Settlement
from arlen_services.jobs.steps import SingleSteps, new_job
from arlen_services.jobs.wake import Bell
from arlen_services.postgres_client import (
    AsyncConnection,
    Connection,
    connection_pool,
    place_of,
    tuple_row,
)

from .failures import DRIVER_ERRORS, told
from .listener import Listener
from .rows import (
    LEASED,
    RECORDED,
    counts_of,
    id_of,
    lease_of,
    number_of,
    numbers_of,
    record_of,
    to_enqueue,
    to_settle,
)
from .schema import versions
from .statements import COUNTS, HEARTBEAT, NEXT_DUE, STATES

POLL_WHILE_HEARING = 5.0
POLL_WHILE_DEAF = 1.0
BEGUN = b"SELECT 1"
"""Opens the caller's transaction, where none is open yet: our savepoint must not become, and commit, the whole."""


class Wake(StrEnum):
    """How a worker that waits learns of new jobs."""

    NOTIFY = "notify"
    """By LISTEN, on a connection of its own; it asks every five seconds besides."""
    POLL = "poll"
    """By asking every second: behind a pooler that gives a connection away after each transaction."""


class PostgresJobQueue(SingleSteps):
    """A `JobQueue` in PostgreSQL.

    Args:
        dsn: ``postgresql://…``, or libpq's ``key=value`` form.
        prefix: begins the names of tables and functions; queues of different prefixes know nothing of each other.
        clock: None: the database's clock, which all workers share.
        wake: see `Wake`.
        connections: at most so many, besides the one that listens.
        timeout: seconds to connect, and seconds to wait for a connection that others use.
        prepare_threshold: calls after which a statement is prepared; None: never, as a transaction pooler needs it.
    """

    __slots__ = (
        "_bell",
        "_clock",
        "_dsn",
        "_listener",
        "_opening",
        "_place",
        "_pool",
        "_prefix",
        "_wake",
        "capabilities",
        "name",
    )

    def __init__(
        self,
        dsn: str,
        *,
        prefix: str = "arlen",
        name: str = "postgres_jobs",
        clock: Clock | None = None,
        wake: Wake = Wake.NOTIFY,
        connections: int = 10,
        timeout: float = 5.0,
        prepare_threshold: int | None = 5,
    ) -> None:
        versions(prefix)
        self.name = name
        self.capabilities = CAPABILITIES
        self._dsn = dsn
        self._place = place_of(dsn)
        self._prefix = prefix
        self._clock = clock
        self._wake = wake
        self._pool = connection_pool(dsn, connections=connections, timeout=timeout, prepare_threshold=prepare_threshold)
        self._opening = asyncio.Lock()
        self._bell = Bell()
        self._listener = Listener(dsn, f"{prefix}_jobs", self._bell)

    async def open(self) -> None:
        """Connect, and look whether the tables are there.

        Raises:
            JobError: codes ``connection_failed``, ``schema_missing``.
        """
        if await self._installed() < len(versions(self._prefix)):
            raise JobError(
                f"PostgreSQL at {self._place} has no job tables of this version; call install() once",
                code="schema_missing",
                details={"place": self._place, "prefix": self._prefix},
            )

    async def close(self) -> None:
        await self._listener.stop()
        await self._pool.close()

    async def install(self) -> None:
        """Bring tables and functions to this version, in one transaction; nothing happens when they are."""
        async with self._connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{self._prefix}_jobs schema"])
            await connection.execute(self._sql("CREATE TABLE IF NOT EXISTS $p_job_schema (version integer NOT NULL)"))
            known = await self._installed(connection)
            for version, statements in enumerate(versions(self._prefix)[known:], known + 1):
                await connection.execute(statements.encode())
                await connection.execute(self._sql("DELETE FROM $p_job_schema"))
                await connection.execute(self._sql("INSERT INTO $p_job_schema VALUES (%s)"), [version])

    async def enqueue(
        self,
        name: str,
        payload: Mapping[str, Any] | None = None,
        *,
        connection: AsyncConnection[Any] | None = None,
        **options: Any,
    ) -> str:
        """Enqueue one job and return its id; see `JobQueue.enqueue`, and `enqueue_many` for ``connection``."""
        [job_id] = await self.enqueue_many([new_job(name, payload, **options)], connection=connection)
        return job_id

    async def enqueue_many(
        self, jobs: Sequence[NewJob], *, connection: AsyncConnection[Any] | None = None
    ) -> list[str]:
        """Enqueue all of these jobs or none.

        Args:
            connection: of the caller, whose open transaction the jobs join: workers see them when it commits, and after
                a rollback they never were.
        """
        accepted = [accept(job) for job in jobs]
        if not accepted:
            return []
        query, values = self._enqueueing(to_enqueue(accepted))
        if connection is None:
            [row] = await self._ask(query, values)
            return [id_of(number) for number in row[0]]
        with self._errors():
            if _may_refuse(jobs):
                await connection.execute(BEGUN)
            async with connection.transaction() if _may_refuse(jobs) else nullcontext():
                cursor = await connection.cursor(row_factory=tuple_row).execute(self._sql(query), values)
                [row] = await cursor.fetchall()
        return [id_of(number) for number in row[0]]

    def enqueue_within(self, connection: Connection[Any], jobs: Sequence[NewJob]) -> list[str]:
        """Like `enqueue_many` in the open transaction of a connection that is not asynchronous."""
        accepted = [accept(job) for job in jobs]
        if not accepted:
            return []
        query, values = self._enqueueing(to_enqueue(accepted))
        with self._errors():
            if _may_refuse(jobs):
                connection.execute(BEGUN)
            with connection.transaction() if _may_refuse(jobs) else nullcontext():
                [row] = connection.cursor(row_factory=tuple_row).execute(self._sql(query), values).fetchall()
        return [id_of(number) for number in row[0]]

    async def claim(
        self,
        limit: int,
        *,
        queues: Sequence[str] = ("default",),
        lease_seconds: float = DEFAULT_LEASE,
        at: datetime | None = None,
    ) -> list[Lease]:
        wanted = list(dict.fromkeys(queues))
        due = None if at is None else as_utc(at)
        values = [limit, wanted, lease_seconds, due, self._now(), f"{secrets.token_hex(8)}-"]
        rows = await self._ask(f"SELECT {LEASED} FROM $p_jobs_claim(%s, %s, %s, %s, %s, %s)", values)
        places = {queue: place for place, queue in enumerate(wanted)}
        leases = [lease_of(row) for row in rows]
        leases.sort(key=lambda lease: (places[lease.envelope.queue], *_order(lease)))
        return leases

    async def settle(self, settlements: Sequence[Settlement]) -> list[Outcome]:
        if not settlements:
            return []
        values = [to_settle(settlements), self._now(), self._ringing]
        [row] = await self._ask("SELECT $p_jobs_settle(%s::json, %s, %s)", values)
        return [Outcome(outcome) for outcome in row[0]]

    async def heartbeat(self, leases: Sequence[Lease], lease_seconds: float = DEFAULT_LEASE) -> list[LeaseStatus]:
        ids, tokens = [number_of(lease.job_id) for lease in leases], [lease.token for lease in leases]
        found = dict(await self._ask(HEARTBEAT, [self._now(), lease_seconds, ids, tokens]))
        statuses = {None: LeaseStatus.LOST, False: LeaseStatus.HELD, True: LeaseStatus.CANCELLED}
        return [statuses[found.get(token)] for token in tokens]

    async def report(self, lease: Lease, progress: Progress) -> bool:
        query = "UPDATE $p_jobs SET progress = %s WHERE id = %s AND token = %s AND state = 'leased' RETURNING id"
        values = [json.dumps(progress.to_dict()), number_of(lease.job_id), lease.token]
        return bool(await self._ask(query, values))

    async def recover(self, at: datetime | None = None) -> list[JobRecord]:
        moment = self._now() if at is None else as_utc(at)
        [row] = await self._ask("SELECT $p_jobs_recover(%s, %s)", [moment, self._ringing])
        return await self._records("id = ANY (%s) ORDER BY id", [row[0]], moment) if row[0] else []

    async def wait(self, queues: Sequence[str], seconds: float) -> None:
        if self._wake is Wake.NOTIFY:
            self._listener.start()
        ear = self._bell.listen()
        try:
            poll = POLL_WHILE_HEARING if self._listener.hearing else POLL_WHILE_DEAF
            left = min(seconds, poll, await self._seconds_until_due(queues))
            if left > 0 and not ear.done():
                await self._bell.heard(ear, asyncio.sleep(left))
        finally:
            self._bell.forget(ear)

    async def get(self, job_id: str) -> JobRecord | None:
        found = await self._records("id = %s", [number_of(job_id)])
        return found[0] if found else None

    async def find(self, wanted: JobFilter = JobFilter(), *, limit: int = 100, offset: int = 0) -> list[JobRecord]:  # noqa: B008
        query = f"""{STATES[wanted.state]}
            AND (%s::text IS NULL OR queue = %s) AND (%s::text IS NULL OR name = %s)
            ORDER BY state <> 'pending', CASE WHEN state = 'pending' THEN queue END,
                CASE WHEN state = 'pending' THEN priority END,
                CASE WHEN state = 'pending' THEN not_before ELSE coalesce(finished_at, created_at) END, id
            LIMIT %s OFFSET %s"""
        return await self._records(query, [wanted.queue, wanted.queue, wanted.name, wanted.name, limit, offset])

    async def counts(self) -> dict[str, QueueCounts]:
        return {row[0]: counts_of(row[1:]) for row in await self._ask(COUNTS, [self._now()])}

    async def cancel(self, job_id: str) -> bool:
        return await self._change("cancel", [job_id]) == 1

    async def reschedule(self, job_id: str, at: datetime) -> bool:
        return await self._change("reschedule", [job_id], moment=as_utc(at)) == 1

    async def requeue(self, job_ids: Iterable[str], *, attempts: int = 0) -> int:
        return await self._change("requeue", job_ids, attempts=max(0, attempts))

    async def delete(self, job_ids: Iterable[str]) -> int:
        return await self._change("delete", job_ids)

    async def prune(self, before: datetime) -> int:
        query = """
            WITH gone AS (DELETE FROM $p_jobs WHERE finished_at < %s RETURNING id)
            SELECT count(*) FROM gone
        """
        [row] = await self._ask(query, [as_utc(before)])
        return int(row[0])

    async def pause(self, queue: str) -> None:
        await self._ask("INSERT INTO $p_job_pauses VALUES (%s) ON CONFLICT DO NOTHING RETURNING queue", [queue])

    async def resume(self, queue: str) -> None:
        await self._ask("DELETE FROM $p_job_pauses WHERE queue = %s RETURNING $p_jobs_ring(ARRAY[queue])", [queue])

    async def mark(self, key: str) -> str | None:
        found = await self._ask("SELECT value FROM $p_job_marks WHERE key = %s", [key])
        return found[0][0] if found else None

    async def change_mark(self, key: str, old: str | None, new: str | None) -> bool:
        if new is None and old is None:
            return await self.mark(key) is None
        if new is None:
            return bool(
                await self._ask("DELETE FROM $p_job_marks WHERE key = %s AND value = %s RETURNING key", [key, old])
            )
        if old is None:
            query = "INSERT INTO $p_job_marks VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING key"
            return bool(await self._ask(query, [key, new]))
        query = "UPDATE $p_job_marks SET value = %s WHERE key = %s AND value = %s RETURNING key"
        return bool(await self._ask(query, [new, key, old]))

    async def reset(self) -> None:
        tables = ", ".join(f"$p_{table}" for table in ("jobs", "job_keys", "job_windows", "job_pauses", "job_marks"))
        async with self._connection() as connection:
            await connection.execute(self._sql(f"TRUNCATE {tables} RESTART IDENTITY"))

    @property
    def _ringing(self) -> bool:
        return self._wake is Wake.NOTIFY

    def _now(self) -> datetime | None:
        return None if self._clock is None else as_utc(self._clock())

    def _sql(self, query: str) -> bytes:
        return query.replace("$p", self._prefix).encode()

    def _enqueueing(self, jobs: str) -> tuple[str, list[object]]:
        return "SELECT $p_jobs_enqueue(%s::json, %s, %s)", [jobs, self._now(), self._ringing]

    async def _change(
        self, change: str, job_ids: Iterable[str], *, moment: datetime | None = None, attempts: int = 0
    ) -> int:
        values = [change, numbers_of(list(job_ids)), moment, attempts, self._now(), self._ringing]
        [row] = await self._ask("SELECT $p_jobs_change(%s, %s::bigint[], %s, %s, %s, %s)", values)
        return int(row[0])

    async def _records(self, condition: str, values: Sequence[object], at: datetime | None = None) -> list[JobRecord]:
        query = f"""
            SELECT {RECORDED} FROM $p_jobs, (SELECT coalesce(%s, clock_timestamp()) AS present) AS now
            WHERE (keep_until IS NULL OR keep_until > present) AND {condition}
        """
        return [record_of(row) for row in await self._ask(query, [at or self._now(), *values])]

    async def _seconds_until_due(self, queues: Sequence[str]) -> float:
        [row] = await self._ask(NEXT_DUE, [self._now(), list(queues)])
        return float("inf") if row[0] is None else float(row[0])

    async def _installed(self, connection: AsyncConnection[Any] | None = None) -> int:
        """The version of the tables; 0: there are none."""
        table = f"{self._prefix}_job_schema"
        [there] = await self._ask("SELECT to_regclass(%s) IS NOT NULL", [table], connection)
        rows = await self._ask("SELECT max(version) FROM $p_job_schema", [], connection) if there[0] else []
        return (rows[0][0] or 0) if rows else 0

    async def _ask(
        self, query: str, values: Sequence[object], connection: AsyncConnection[Any] | None = None
    ) -> list[tuple[Any, ...]]:
        async with self._connection() if connection is None else nullcontext(connection) as own:
            cursor = await own.execute(self._sql(query), values)
            return await cursor.fetchall()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        with self._errors():
            if self._pool.closed:
                async with self._opening:
                    await self._pool.open()
            async with self._pool.connection() as connection:
                yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DRIVER_ERRORS as error:
            raise told(error, self._place) from error


def _order(lease: Lease) -> tuple[object, ...]:
    return (lease.envelope.priority, lease.envelope.not_before, lease.envelope.sequence)


def _may_refuse(jobs: Iterable[NewJob]) -> bool:
    return any(job.unique is not None and job.unique.on_conflict is OnConflict.REFUSE for job in jobs)
