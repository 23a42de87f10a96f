"""Arlen's worker over a queue that a program of this folder made."""

from __future__ import annotations

from arlen_services.jobs import JobQueue, Tasks, Worker
from meter import CONCURRENCY, Meter, enqueue_all


async def measure(queue: JobQueue, meter: Meter) -> None:
    tasks = Tasks(queue)

    @tasks.task(name="noop")
    async def noop(number: int) -> None:
        meter.count()

    await enqueue_all(meter, noop.enqueue)
    await Worker(queue, tasks, concurrency=CONCURRENCY).run()
