"""Waiting for what a job returns."""

from __future__ import annotations

import asyncio
from typing import Any

from arlen_services.clock import Sleep
from arlen_services.errors import JobError

from .queue import JobQueue
from .record import FINISHED, JobRecord, JobState

FIRST_LOOK = 0.02
LONGEST_PAUSE = 0.5


async def result_of(queue: JobQueue, job_id: str, *, seconds: float = 30.0, sleep: Sleep = asyncio.sleep) -> Any:
    """What the task of a job returned, as soon as it did; the task needs ``keep_result``.

    Raises:
        JobError: ``job_failed`` when the job died or was cancelled (``details`` have the reason), ``unknown_job`` when
            there is none, or no more, and ``result_timeout``.
    """
    waited, pause = 0.0, FIRST_LOOK
    while True:
        record = await queue.get(job_id)
        if record is None:
            raise JobError(f"there is no job {job_id}, or no more", code="unknown_job", details={"job_id": job_id})
        if record.state in FINISHED:
            return _result(record)
        if waited >= seconds:
            raise JobError(
                f"job {job_id} is {record.state} after {seconds:g} seconds",
                code="result_timeout",
                details={"job_id": job_id, "state": str(record.state)},
            )
        await sleep(pause)
        waited += pause
        pause = min(LONGEST_PAUSE, pause * 1.5, max(FIRST_LOOK, seconds - waited))


def _result(record: JobRecord) -> Any:
    if record.state is JobState.SUCCEEDED:
        return record.result
    reason = record.reason or str(record.state)
    raise JobError(
        f"job {record.job_id} ({record.envelope.name}) failed: {reason}",
        code="job_failed",
        details={"job_id": record.job_id, "reason": reason},
        permanent=True,
    )
