"""Jobs in one file: for a machine without a server, and queues of up to about 10,000 jobs.

Every call reads the document, changes it and writes it whole, so that it costs time in proportion to what waits.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from arlen_services import system
from arlen_services.atomic_file import sweep_partials, write_atomically
from arlen_services.clock import Clock, Sleep, as_utc, system_clock
from arlen_services.errors import JobError

from .envelope import Lease
from .ledger import Ledger
from .ledger_document import Document
from .new_job import NewJob, accept
from .queue import DEFAULT_LEASE
from .record import JobFilter, JobRecord, Progress, QueueCounts
from .settlement import LeaseStatus, Outcome, Settlement, followers
from .steps import SingleSteps
from .wake import Bell

T = TypeVar("T")

LOCK_POLL = 0.005
WAIT_POLL = 0.5
"""Seconds after which a waiter looks whether another process has written."""


class FileJobQueue(SingleSteps):
    """A `JobQueue` in a JSON document, shared by the processes of one machine through a lock file beside it.

    What a call has accepted is on the disk when it returns. A call that fails leaves the document as it was.

    Args:
        path: the document; ``~`` is expanded, parents are created (mode 0700, the file 0600). One that exists is
            taken as it is.
        lock_timeout: seconds to wait for other processes.

    Raises:
        JobError: here codes ``blank_path`` and ``directory_not_created``; in every call ``state_not_readable``,
            ``state_malformed``, ``state_not_written`` and ``lock_timeout``.
    """

    __slots__ = ("_bell", "_clock", "_lock", "_lock_timeout", "_path", "_sleep", "capabilities", "name")

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "file_jobs",
        lock_timeout: float = 10.0,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if not str(path).strip():
            raise JobError("the file of a job queue needs a path", code="blank_path", permanent=True)
        self.name = name
        self.capabilities = frozenset({"limits", "marks", "multi_process", "progress", "results"})
        self._path = Path(path).expanduser()
        self._lock_timeout = lock_timeout
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._bell = Bell()
        self._prepare()

    async def open(self) -> None:
        """Nothing to do: the file was made ready when the queue was made."""

    async def close(self) -> None:
        """Nothing to do: no file stays open between calls."""

    async def enqueue_many(self, jobs: Sequence[NewJob]) -> list[str]:
        accepted = [accept(job) for job in jobs]
        return await self._change(lambda ledger, now: ledger.enqueue(accepted, now))

    async def claim(
        self,
        limit: int,
        *,
        queues: Sequence[str] = ("default",),
        lease_seconds: float = DEFAULT_LEASE,
        at: datetime | None = None,
    ) -> list[Lease]:
        moment = None if at is None else as_utc(at)
        return await self._change(lambda ledger, now: ledger.claim(limit, queues, lease_seconds, moment or now, now))

    async def settle(self, settlements: Sequence[Settlement]) -> list[Outcome]:
        both = [(settlement, [accept(job) for job in followers(settlement)]) for settlement in settlements]
        return await self._change(lambda ledger, now: [ledger.settle(one, now, then) for one, then in both])

    async def heartbeat(self, leases: Sequence[Lease], lease_seconds: float = DEFAULT_LEASE) -> list[LeaseStatus]:
        return await self._change(lambda ledger, now: [ledger.heartbeat(lease, lease_seconds, now) for lease in leases])

    async def report(self, lease: Lease, progress: Progress) -> bool:
        return await self._change(lambda ledger, now: ledger.report(lease, progress))

    async def recover(self, at: datetime | None = None) -> list[JobRecord]:
        moment = None if at is None else as_utc(at)
        return await self._change(lambda ledger, now: ledger.recover(moment or now))

    async def wait(self, queues: Sequence[str], seconds: float) -> None:
        rung = self._bell.listen()
        try:
            seen = self._signature()
            due = await self._look(lambda ledger, now: ledger.next_due(queues))
            left = seconds if due is None else min(seconds, (due - self._clock()).total_seconds())
            while left > 0 and not rung.done() and self._signature() == seen:
                nap = min(left, WAIT_POLL)
                await self._bell.heard(rung, self._sleep(nap))
                left -= nap
        finally:
            self._bell.forget(rung)

    async def get(self, job_id: str) -> JobRecord | None:
        return await self._look(lambda ledger, now: ledger.get(job_id, now))

    async def find(self, wanted: JobFilter = JobFilter(), *, limit: int = 100, offset: int = 0) -> list[JobRecord]:  # noqa: B008
        return await self._look(lambda ledger, now: ledger.find(wanted, limit, offset, now))

    async def counts(self) -> dict[str, QueueCounts]:
        return await self._look(lambda ledger, now: ledger.counts(now))

    async def cancel(self, job_id: str) -> bool:
        return await self._change(lambda ledger, now: ledger.cancel(job_id, now))

    async def reschedule(self, job_id: str, at: datetime) -> bool:
        moment = as_utc(at)
        return await self._change(lambda ledger, now: ledger.reschedule(job_id, moment))

    async def requeue(self, job_ids: Iterable[str], *, attempts: int = 0) -> int:
        return await self._change(lambda ledger, now: ledger.requeue(job_ids, attempts, now))

    async def delete(self, job_ids: Iterable[str]) -> int:
        return await self._change(lambda ledger, now: ledger.delete(job_ids))

    async def prune(self, before: datetime) -> int:
        moment = as_utc(before)
        return await self._change(lambda ledger, now: ledger.prune(moment))

    async def pause(self, queue: str) -> None:
        await self._change(lambda ledger, now: ledger.paused.add(queue))

    async def resume(self, queue: str) -> None:
        await self._change(lambda ledger, now: ledger.paused.discard(queue))

    async def mark(self, key: str) -> str | None:
        return await self._look(lambda ledger, now: ledger.marks.get(key))

    async def change_mark(self, key: str, old: str | None, new: str | None) -> bool:
        return await self._change(lambda ledger, now: ledger.change_mark(key, old, new))

    async def reset(self) -> None:
        await asyncio.to_thread(self._reset)

    async def _change(self, change: Callable[[Ledger, datetime], T]) -> T:
        result = await asyncio.to_thread(self._changed, change)
        self._bell.ring()
        return result

    async def _look(self, look: Callable[[Ledger, datetime], T]) -> T:
        return await asyncio.to_thread(lambda: look(self._read()[0].ledger, self._clock()))

    def _changed(self, change: Callable[[Ledger, datetime], T]) -> T:
        with self._locked():
            document, before = self._read()
            result = change(document.ledger, self._clock())
            after = document.text()
            if after != before:
                self._write(after)
        return result

    def _reset(self) -> None:
        with self._locked():
            self._write(Document(b"{}", str(self._path)).text())

    def _prepare(self) -> None:
        try:
            system.make_directories(self._path.parent)
        except OSError as error:
            raise JobError(
                f"the directory {self._path.parent} of a job queue cannot be created: {error.strerror}",
                code="directory_not_created",
                details={"path": str(self._path.parent)},
            ) from error
        with self._locked():
            sweep_partials(self._path)
            if not self._path.exists():
                self._write(Document(b"{}", str(self._path)).text())

    def _read(self) -> tuple[Document, bytes]:
        try:
            text = system.read_file(self._path)
        except OSError as error:
            raise JobError(
                f"the job queue {self._path} cannot be read: {error.strerror}",
                code="state_not_readable",
                details={"path": str(self._path)},
            ) from error
        return Document(text, str(self._path)), text

    def _write(self, text: bytes) -> None:
        try:
            write_atomically(self._path, text)
        except OSError as error:
            raise JobError(
                f"the job queue {self._path} cannot be written: {error.strerror}; nothing was changed",
                code="state_not_written",
                details={"path": str(self._path)},
            ) from error

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._lock_timeout):
            raise self._timed_out()
        try:
            with self._locked_among_processes():
                yield
        finally:
            self._lock.release()

    @contextmanager
    def _locked_among_processes(self) -> Iterator[None]:
        descriptor = self._open_lock()
        try:
            deadline = time.monotonic() + self._lock_timeout
            while not system.try_lock(descriptor):
                if time.monotonic() >= deadline:
                    raise self._timed_out()
                time.sleep(LOCK_POLL)
            yield
        finally:
            system.close(descriptor)

    def _open_lock(self) -> int:
        path = self._path.with_name(self._path.name + ".lock")
        try:
            return system.open_lock_file(path)
        except OSError as error:
            raise JobError(
                f"the lock file {path} of a job queue cannot be opened: {error.strerror}; nothing was changed",
                code="state_not_written",
                details={"path": str(path)},
            ) from error

    def _timed_out(self) -> JobError:
        return JobError(
            f"the job queue {self._path} was locked by others for {self._lock_timeout:g} seconds",
            code="lock_timeout",
            details={"path": str(self._path), "seconds": self._lock_timeout},
        )
