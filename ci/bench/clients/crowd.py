"""Clients that ask once, with a browser's header fields, and then hold their connection."""

from __future__ import annotations

import signal
import socket

from ci.bench.asking import BROWSER, get
from ci.bench.companions import READY

from .options import Address, options


def asked_once(address: Address, request: bytes) -> socket.socket:
    """A connection on which a short answer has arrived. Raises ConnectionError when it is not 200."""
    connection = socket.create_connection(address, timeout=10)
    connection.sendall(request)
    if not connection.recv(65_536).startswith(b"HTTP/1.1 200 "):
        raise ConnectionError("an answer was not 200")
    return connection


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--path", required=True)
    parser.add_argument("--clients", type=int, required=True)
    given = parser.parse_args()
    request = get(given.path, *BROWSER)
    held = [asked_once(given.address, request) for _ in range(given.clients)]
    print(READY, flush=True)
    signal.pause()
    del held


if __name__ == "__main__":
    main()
