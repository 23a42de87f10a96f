"""``python -m ci.bench.data <library> <task> <postgres> <sqlite>``: do the work, time it, print one JSON object."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import time

from .tasks import Task, Work, WrongResult
from .work import Places

BATCHES = 5
SHORTEST = 0.1


def measured(task: Task, places: Places) -> dict[str, float]:
    """Seconds and processor seconds of one operation: the best batch, since a batch can only be disturbed upwards."""
    with task.opened(places) as work:
        work()
        gc.collect()
        batches = [per_call(work) for _ in range(BATCHES)]
    wall, cpu = (min(each) / task.operations for each in zip(*batches, strict=True))
    return {"seconds": wall, "cpu": cpu}


def per_call(work: Work) -> tuple[float, float]:
    """Wall and processor time of one call, over as many as take a tenth of a second."""
    calls, wall, cpu = 0, time.perf_counter(), time.process_time()
    while not calls or time.perf_counter() - wall < SHORTEST:
        work()
        calls += 1
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("library", "task", "postgres", "sqlite"):
        parser.add_argument(name)
    given = parser.parse_args()
    tasks = importlib.import_module(f".{given.library}", __package__).TASKS
    try:
        print(json.dumps(measured(tasks[given.task], Places(given.postgres, given.sqlite))))
    except WrongResult as error:
        raise SystemExit(f"{given.library}, {given.task}: {error}") from None


if __name__ == "__main__":
    main()
