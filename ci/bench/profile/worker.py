"""``python -m ci.bench.profile.worker <target>``: one process's stage times, as JSON in nanoseconds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from itertools import cycle
from time import perf_counter_ns

import uvloop
from arlen_http import RequestLimits
from arlen_http.body import NO_BODY
from arlen_http.parser import RequestHead, RequestReader, backend_named
from arlen_http.peer import TransportPeer
from arlen_http.request import Request

from ci.bench.asking import BROWSER, get

from .apps import APPS, Apps
from .targets import REACH, TARGETS, Target
from .trace import BATCH, Trace, fastest, least, overhead_ns, unseen
from .wire import Sink, ask, connected, leave

BATCHES = 1000
WARM_UP = 50

# The fields of the requests that a client sends in turn.
_NEW = tuple((*BROWSER, f"x-request-number: {number}") for number in range(2))
REQUESTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Host only": ((),),
    f"{len(BROWSER)} more fields": (BROWSER,),
    f"{len(BROWSER) + 1} more, one of them new": _NEW,
}


async def stages(target: Target, apps: Apps, requests: Sequence[bytes]) -> list[float]:
    """Each stage of a request: those of the fastest batch, without what the notes cost."""
    trace = Trace()
    app, sink = apps.noted(trace), Sink(trace)
    await app.start()
    connection, turns = connected(app, sink), cycle(requests)
    batches = []
    for _ in range(WARM_UP + BATCHES):
        sums = [0] * len(target.stages)
        for _ in range(BATCH):
            data = next(turns)
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


async def whole(apps: Apps, requests: Sequence[bytes]) -> float:
    """The same request without a note in its way, in one figure."""
    app, sink = apps.plain(), Sink(unseen)
    await app.start()
    connection, turns = connected(app, sink), cycle(requests)
    best = float("inf")
    for _ in range(WARM_UP + BATCHES):
        started = perf_counter_ns()
        for _ in range(BATCH):
            await ask(connection, sink, next(turns))
        best = min(best, (perf_counter_ns() - started) / BATCH)
    await leave(connection, sink, app)
    return best


def reading(requests: Sequence[bytes]) -> dict[str, float]:
    """The parts of the way to the handler that can be taken by themselves."""
    backend = backend_named("httptools")
    reader = RequestReader(backend, RequestLimits())
    peer = TransportPeer(Sink(unseen))
    turns = cycle(requests)

    def read() -> RequestHead | None:
        reader.feed(next(turns))
        return reader.next_head()

    head = read()
    assert head is not None
    fields_are_new = len(requests) > 1
    llhttp = fastest(lambda: backend.fields(next(turns))) if fields_are_new else 0.0
    return {
        "llhttp, where fields are new": llhttp,
        "head found and checked": fastest(read) - llhttp,
        "request object": fastest(lambda: Request(head, NO_BODY, peer)),
    }


async def profile(target: Target, apps: Apps) -> dict[str, dict[str, float]]:
    """Nanoseconds by stage, and ``whole``, for each kind of request."""
    found = {}
    for name, turns in REQUESTS.items():
        requests = [get(target.path, *fields) for fields in turns]
        parts = reading(requests)
        taken = dict(zip(target.stages, await stages(target, apps, requests), strict=True))
        taken[REACH] -= sum(parts.values())
        found[name] = {**parts, **taken, "whole": await whole(apps, requests)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    name = parser.parse_args().target
    print(json.dumps(uvloop.run(profile(TARGETS[name], APPS[name]))))


if __name__ == "__main__":
    main()
