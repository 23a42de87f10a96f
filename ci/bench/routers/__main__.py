"""``python -m ci.bench.routers <router>``: build, check, time, and print one JSON object."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import time
from timeit import Timer
from typing import Any

from .table import Case, Lookup, cases


def nanoseconds(lookup: Lookup[Any], case: Case) -> float:
    """Time of one look-up: the best of five batches of at least 20 ms, since a batch can only be disturbed upwards."""
    timer = Timer("match(path)", globals={"match": lookup.match, "path": case.path})
    batch, taken = 1, 0.0
    while taken < 0.02:
        batch = max(batch + 1, round(batch * min(10.0, 0.025 / max(taken, 1e-9))))
        taken = timer.timeit(batch)
    return min(taken, *timer.repeat(4, batch)) / batch * 1e9


def measure(build: Any, count: int) -> dict[str, float]:
    started = time.perf_counter()
    lookup: Lookup[Any] = build(count)
    taken = time.perf_counter() - started
    gc.collect()
    for name, case in cases(count).items():
        found = lookup.params(lookup.match(case.path))
        if found != case.params:
            raise SystemExit(f"{name}: {case.path} gives {found!r} instead of {case.params!r}")
    return {"build_ms": taken * 1e3, **{name: nanoseconds(lookup, case) for name, case in cases(count).items()}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("router")
    parser.add_argument("counts", type=int, nargs="+")
    given = parser.parse_args()
    build = importlib.import_module(f".{given.router}", __package__).build
    print(json.dumps({count: measure(build, count) for count in given.counts}))


if __name__ == "__main__":
    main()
