"""A load generator for machines without wrk. It tops out earlier, so compare its figures only with one another."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop


class Tally:
    """What all connections have seen together."""

    __slots__ = ("errors", "latencies", "running")

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.errors = 0
        self.running = True


class Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, asks again."""

    __slots__ = ("asked", "parser", "request", "tally", "transport")

    def __init__(self, request: bytes, tally: Tally) -> None:
        self.request = request
        self.tally = tally
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def ask(self) -> None:
        self.asked = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.tally.latencies.append(time.perf_counter() - self.asked)
        if self.parser.get_status_code() >= 400:
            self.tally.errors += 1
        if not self.tally.running:
            self.transport.close()
        elif self.parser.should_keep_alive():
            self.ask()
        else:
            self.tally.errors += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.tally.errors += self.tally.running


async def load(host: str, port: int, request: bytes, connections: int, seconds: float) -> dict[str, int]:
    tally = Tally()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(loop.create_connection(lambda: Connection(request, tally), host, port))
    await asyncio.sleep(seconds)
    tally.running = False
    elapsed = time.perf_counter() - started
    ranked = sorted(tally.latencies) or [0.0]
    return {
        "requests": len(tally.latencies),
        "errors": tally.errors,
        "duration_us": round(elapsed * 1e6),
        "p50_us": round(ranked[len(ranked) // 2] * 1e6),
        "p99_us": round(ranked[len(ranked) * 99 // 100] * 1e6),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("method", nargs="?", default="GET")
    parser.add_argument("body", nargs="?", default="")
    parser.add_argument("fields", nargs="*")
    options = parser.parse_args()
    url = urlsplit(options.url)
    host, port, body = url.hostname or "127.0.0.1", url.port or 80, options.body.encode()
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{options.method} {url.path or '/'} HTTP/1.1", f"Host: {host}:{port}", *options.fields, *length, "", ""]
    request = "\r\n".join(lines).encode() + body
    counted = uvloop.run(load(host, port, request, options.connections, options.seconds))
    print(json.dumps(counted))


if __name__ == "__main__":
    main()
