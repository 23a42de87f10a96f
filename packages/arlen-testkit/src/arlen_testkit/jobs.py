"""What a test says about jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arlen_services.jobs import JobEnvelope, JobQueue, pending

__all__ = ["assert_enqueued"]


async def assert_enqueued(
    queue: JobQueue, name: str, *, payload: Mapping[str, Any] | None = None, count: int = 1
) -> list[JobEnvelope]:
    """Exactly ``count`` jobs of this name wait, with this payload if one is given; they are returned in their order.

    Raises:
        AssertionError: with the names and payloads of all that wait.
    """
    waiting = await pending(queue)
    found = [job for job in waiting if job.name == name and (payload is None or job.payload == payload)]
    if len(found) != count:
        wanted = name if payload is None else f"{name} with {dict(payload)!r}"
        seen = "".join(f"\n  {job.name} {dict(job.payload)!r}" for job in waiting) or " nothing"
        raise AssertionError(f"{len(found)} instead of {count} jobs {wanted} wait; there is:{seen}")
    return found
