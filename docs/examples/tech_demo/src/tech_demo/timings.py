"""How long the last requests took."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from arlen import CallNext, Context, Response


@dataclass(frozen=True, slots=True)
class Timing:
    method: str
    path: str
    status: int
    milliseconds: float


class Timings:
    """The most recent requests, newest first."""

    def __init__(self, limit: int) -> None:
        self.recent: deque[Timing] = deque(maxlen=limit)

    async def record(self, ctx: Context, call_next: CallNext) -> Response:
        started = time.perf_counter()
        response = await call_next(ctx)
        elapsed = (time.perf_counter() - started) * 1000
        self.recent.appendleft(Timing(ctx.request.method, ctx.request.path, response.status, elapsed))
        return response
