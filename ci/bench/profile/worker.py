"""``python -m ci.bench.profile.worker <target>``: one process's stage times, as JSON in nanoseconds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from time import perf_counter_ns

import uvloop
from arlen_http import RequestLimits
from arlen_http.body import NO_BODY
from arlen_http.parser import RequestReader, backend_named
from arlen_http.peer import TransportPeer
from arlen_http.request import Request

from ci.bench.asking import BROWSER, get

from .apps import APPS, Apps
from .targets import REACH, TARGETS, Target
from .trace import BATCH, Trace, fastest, least, overhead_ns, unseen
from .wire import Sink, ask, connected, leave

BATCHES = 1000
WARM_UP = 50

REQUESTS: Mapping[str, tuple[str, ...]] = {"Host only": (), f"{len(BROWSER)} more fields": BROWSER}


async def stages(target: Target, apps: Apps, data: bytes) -> list[float]:
    """Each stage of a request: those of the fastest batch, without what the notes cost."""
    trace = Trace()
    app, sink = apps.noted(trace), Sink(trace)
    await app.start()
    connection = connected(app, sink)
    batches = []
    for _ in range(WARM_UP + BATCHES):
        sums = [0] * len(target.stages)
        for _ in range(BATCH):
            trace.instants.clear()
            trace()
            await ask(connection, sink, data)
            trace()
            sums = [total + taken for total, taken in zip(sums, trace.stages(target.stages), strict=True)]
        batches.append([total / BATCH for total in sums])
    await leave(connection, sink, app)
    if not sink.answer.startswith(b"HTTP/1.1 200 "):
        raise LookupError(f"{target.path} was answered {sink.answer[:80]!r}")
    note = overhead_ns()
    return [taken - note for taken in least(batches)]


async def whole(apps: Apps, data: bytes) -> float:
    """The same request without a note in its way, in one figure."""
    app, sink = apps.plain(), Sink(unseen)
    await app.start()
    connection = connected(app, sink)
    best = float("inf")
    for _ in range(WARM_UP + BATCHES):
        started = perf_counter_ns()
        for _ in range(BATCH):
            await ask(connection, sink, data)
        best = min(best, (perf_counter_ns() - started) / BATCH)
    await leave(connection, sink, app)
    return best


def reading(data: bytes) -> dict[str, float]:
    """The parts of the way to the handler that can be taken by themselves."""
    backend = backend_named("httptools")
    reader = RequestReader(backend, RequestLimits())
    peer = TransportPeer(Sink(unseen))

    def read() -> None:
        reader.feed(data)
        reader.next_head()

    reader.feed(data)
    head = reader.next_head()
    assert head is not None
    llhttp = fastest(lambda: backend.fields(data))
    return {
        "llhttp": llhttp,
        "head found and checked": fastest(read) - llhttp,
        "request object": fastest(lambda: Request(head, NO_BODY, peer)),
    }


async def profile(target: Target, apps: Apps) -> dict[str, dict[str, float]]:
    """Nanoseconds by stage, and ``whole``, for each kind of request."""
    found = {}
    for name, fields in REQUESTS.items():
        data = get(target.path, *fields)
        parts = reading(data)
        taken = dict(zip(target.stages, await stages(target, apps, data), strict=True))
        taken[REACH] -= sum(parts.values())
        found[name] = {**parts, **taken, "whole": await whole(apps, data)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    name = parser.parse_args().target
    print(json.dumps(uvloop.run(profile(TARGETS[name], APPS[name]))))


if __name__ == "__main__":
    main()
