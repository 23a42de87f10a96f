"""A client that asks at fixed instants, whether or not the last answer took long.

Requests share one connection, and each latency counts from the instant at which its request was due: what a late
answer keeps waiting behind it counts as late too.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

from ci.bench.asking import get

from .options import Address, options

# The system wakes a sleeper some 50 us late, so that the last stretch is spent awake.
AWAKE_SECONDS = 200e-6


def latencies(address: Address, path: str, rate: float, seconds: float) -> Iterator[float]:
    """Seconds from when each request was due to the end of its answer. Raises OSError when an answer fails."""
    request = get(path)
    with socket.create_connection(address, timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(None)
        length = len(answer_of_unknown_length(connection, request))
        start = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = start + number / rate
            wait_until(due)
            connection.sendall(request)
            if not connection.recv(length, socket.MSG_WAITALL).startswith(b"HTTP/1.1 200 "):
                raise ConnectionError("an answer was not 200")
            yield time.perf_counter() - due


def answer_of_unknown_length(connection: socket.socket, request: bytes) -> bytes:
    """The first answer. A short one arrives in one piece, and those that follow are as long."""
    connection.sendall(request)
    return connection.recv(65_536)


def wait_until(instant: float) -> None:
    early = instant - time.perf_counter() - AWAKE_SECONDS
    if early > 0:
        time.sleep(early)
    while time.perf_counter() < instant:
        pass


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--path", required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    started = time.perf_counter()
    ranked = sorted(latencies(given.address, given.path, given.rate, given.seconds))
    summary = {
        "requests": len(ranked),
        "errors": 0,
        "duration_us": round((time.perf_counter() - started) * 1e6),
        "p50_us": round(ranked[len(ranked) // 2] * 1e6),
        "p99_us": round(ranked[len(ranked) * 99 // 100] * 1e6),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
