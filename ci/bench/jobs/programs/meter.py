"""What every program of the jobs suite measures: how long an enqueue takes, how fast jobs run, what they cost.

The programs run in environments that know nothing of each other; all that this module needs is Python.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from statistics import median

ALONE = 200
"""Jobs that are enqueued one by one, to see how long that takes; they are counted like the others."""
CONCURRENCY = 10


class Meter:
    """Counts executed jobs, from any thread; the last one prints the figures and ends the process."""

    def __init__(self, jobs: int, idle: float) -> None:
        self.jobs = jobs
        self.enqueue_us = 0.0
        self._idle = idle
        self._done = 0
        self._lock = threading.Lock()
        self._began = (0.0, 0.0)

    def count(self) -> None:
        """To be called by each job."""
        with self._lock:
            self._done += 1
            if self._done == 1:
                self._began = (time.perf_counter(), busy())
            if self._done == self.jobs:
                wall, cpu = time.perf_counter() - self._began[0], busy() - self._began[1]
                threading.Thread(target=self._conclude, args=(wall, cpu)).start()

    def enqueued_alone(self, seconds: list[float]) -> None:
        self.enqueue_us = median(seconds) * 1e6

    def _conclude(self, wall: float, cpu: float) -> None:
        """Let the worker settle what it did, watch it do nothing for a while, and end."""
        time.sleep(min(self._idle, 1.0))
        began = (time.perf_counter(), busy())
        time.sleep(self._idle)
        idle = (busy() - began[1]) / (time.perf_counter() - began[0]) if self._idle else 0.0
        figures = {
            "jobs_per_second": (self.jobs - 1) / wall,
            "cpu_us": cpu / self.jobs * 1e6,
            "enqueue_us": self.enqueue_us,
            "idle_cpu_percent": idle * 100,
        }
        print(json.dumps(figures), file=sys.__stdout__, flush=True)
        sys.stderr.flush()
        os._exit(0)


def busy() -> float:
    """Processor seconds of this process and of those that it waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def given() -> tuple[str, Meter]:
    """The address of the server, and a meter for so many jobs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("jobs", type=int)
    parser.add_argument("idle", type=float, help="seconds for which the worker is watched when all is done")
    found = parser.parse_args()
    return found.address, Meter(found.jobs, found.idle)


async def enqueue_all(meter: Meter, enqueue: Callable[[int], Awaitable[object]]) -> None:
    """Enqueue every job of the meter, one after the other."""
    seconds = []
    for number in range(meter.jobs):
        began = time.perf_counter()
        await enqueue(number)
        if number < ALONE:
            seconds.append(time.perf_counter() - began)
    meter.enqueued_alone(seconds)


def enqueue_all_in_turn(meter: Meter, enqueue: Callable[[int], object]) -> None:
    """The same for a library whose calls are not awaited."""
    seconds = []
    for number in range(meter.jobs):
        began = time.perf_counter()
        enqueue(number)
        if number < ALONE:
            seconds.append(time.perf_counter() - began)
    meter.enqueued_alone(seconds)
