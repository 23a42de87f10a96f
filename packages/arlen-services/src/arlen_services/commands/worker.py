"""``python -m arlen_services worker``: run the tasks of a program."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from arlen_services.jobs.queue import DEFAULT_LEASE, JobQueue
from arlen_services.jobs.statistics import WorkerStatistics
from arlen_services.jobs.tasks import Tasks
from arlen_services.jobs.worker import Worker

from .answer import say, say_json
from .program import add_program, queue_of, tasks_named

logger = logging.getLogger(__name__)

LIVENESS_SECONDS = 5.0
MEGABYTE = 1024 * 1024


def add_parser(commands: Any) -> None:
    parser = add_program(commands.add_parser("worker", help="run the tasks of a program"))
    parser.add_argument("--queues", default="default", help="names in order, or with weights: high=3,low=1")
    parser.add_argument("--concurrency", type=int, default=10, help="jobs that run at once")
    parser.add_argument("--lease-seconds", type=float, default=DEFAULT_LEASE, help="until another worker takes over")
    parser.add_argument("--shutdown-seconds", type=float, default=30.0, help="for running jobs after TERM")
    parser.add_argument("--max-jobs", type=int, default=0, help="stop after so many jobs; 0: never")
    parser.add_argument("--max-memory-mb", type=int, default=0, help="stop above so much memory; 0: never")
    parser.add_argument("--liveness-file", type=Path, help="touched every five seconds while the worker works")
    parser.add_argument("--json", action="store_true", help="write statistics as JSON at the end")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    tasks = tasks_named(arguments.tasks)
    queue = tasks.queue = queue_of(arguments, tasks)
    statistics = asyncio.run(work(queue, tasks, arguments))
    say_json(statistics.to_dict()) if arguments.json else say(f"{statistics.settled} jobs were settled")
    if _left_running():
        sys.stdout.flush()
        os._exit(0)
    return 0


async def work(queue: JobQueue, tasks: Tasks, arguments: argparse.Namespace) -> WorkerStatistics:
    """Run a worker until TERM or INT; a second signal ends the process at once, with status 1."""
    await queue.open()
    try:
        worker = Worker(
            queue,
            tasks,
            queues=weights(arguments.queues),
            concurrency=arguments.concurrency,
            lease_seconds=arguments.lease_seconds,
            shutdown_seconds=arguments.shutdown_seconds,
            max_jobs=arguments.max_jobs,
            max_memory=arguments.max_memory_mb * MEGABYTE,
        )
        alive = asyncio.create_task(_stay_alive(arguments.liveness_file))
        with _stopped_by_signals(worker):
            logger.info("works for %s: %d tasks, queues %s", queue.name, len(list(tasks)), arguments.queues)
            statistics = await worker.run()
        alive.cancel()
        return statistics
    finally:
        await queue.close()


def weights(text: str) -> dict[str, int] | list[str]:
    """``a,b`` in order, or ``a=3,b=1`` by weight."""
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if any(equals for _, equals, _ in parts):
        return {name: int(weight or 1) for name, _, weight in parts}
    return [name for name, _, _ in parts] or ["default"]


@contextmanager
def _stopped_by_signals(worker: Worker) -> Iterator[None]:
    received: list[int] = []
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        received.append(number)
        if len(received) > 1:
            os._exit(1)
        worker.stop()

    numbers = [signal.SIGTERM, signal.SIGINT]
    with suppress(NotImplementedError):
        for number in numbers:
            loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)


async def _stay_alive(path: Path | None) -> None:
    while path is not None:
        await asyncio.to_thread(path.touch)
        await asyncio.sleep(LIVENESS_SECONDS)


def _left_running() -> bool:
    """Whether handlers in threads did not end in time; a process waits for them for ever."""
    return any(thread.name.startswith("arlen-job") for thread in threading.enumerate())
