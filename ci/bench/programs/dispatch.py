"""Microseconds of ``Application.handle`` without a socket: an async action with two typed parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import cast

from arlen_http import Request, Response
from arlen_mvc import Application, Context

REQUESTS = 2_000
REPEATS = 20

app = Application({"environment": "production", "log_level": "warn"})


@app.get("/users/{id:int}")
async def show(ctx: Context, id: int, verbose: bool = False) -> dict[str, object]:
    return {"id": id, "verbose": verbose}


async def microseconds() -> float:
    """Of one request; the fastest of several repeats."""
    await app.start()
    handle = cast(Callable[[Request], Awaitable[Response]], app.handle)
    fastest = float("inf")
    for _ in range(REPEATS):
        requests = [Request.build("GET", f"/users/{number}?verbose=true") for number in range(REQUESTS)]
        started = perf_counter()
        for request in requests:
            await handle(request)
        fastest = min(fastest, perf_counter() - started)
    return fastest / REQUESTS * 1e6


if __name__ == "__main__":
    print(asyncio.run(microseconds()))
