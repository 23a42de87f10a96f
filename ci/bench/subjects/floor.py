"""The floor: a bare uvloop protocol with httptools that answers from a dict.

It knows no errors, limits or time-outs, so nothing complete written in Python can pass it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools
import orjson
import uvloop

from .content import BLOB, HEALTH, HOST, SECURITY_LINES, echo, page, port, request_id, status


def head(media_type: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: " + media_type + b"\r\n" + extra + b"content-length: "


TEXT = head(b"text/plain; charset=utf-8")
JSON = head(b"application/json")
HTML = head(b"text/html; charset=utf-8")
BINARY = head(b"application/octet-stream")
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
ECHO = "/api/echo/"


def send_echo(path: str) -> tuple[bytes, bytes]:
    extra = b"x-request-id: " + request_id().encode() + b"\r\n" + SECURITY_LINES
    return head(b"application/json", extra), orjson.dumps(echo(path[len(ECHO) :], path))


ANSWERS: dict[str, Callable[[], tuple[bytes, bytes]]] = {
    "/healthz": lambda: (TEXT, HEALTH.encode()),
    "/api/status": lambda: (JSON, orjson.dumps(status())),
    "/": lambda: (HTML, page().encode()),
    "/api/blob": lambda: (BINARY, BLOB),
}


class Floor(asyncio.Protocol):
    __slots__ = ("parser", "path", "transport")

    def __init__(self) -> None:
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.path = url.decode("ascii")

    def on_message_complete(self) -> None:
        answer = ANSWERS.get(self.path)
        if answer is not None:
            start, body = answer()
        elif self.path.startswith(ECHO):
            start, body = send_echo(self.path)
        else:
            self.transport.write(NOT_FOUND)
            return
        self.transport.writelines((start, b"%d\r\n\r\n" % len(body), body))


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Floor, HOST, port())
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
