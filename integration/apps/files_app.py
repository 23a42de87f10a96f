"""A handler of arlen-http: a health check, an echo, a stream and files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from arlen_http import Request, Response, StaticFiles, StreamResponse

files = StaticFiles(Path.cwd())


async def handle(request: Request) -> Response:
    match request.raw_path:
        case "/healthz":
            return Response("ok\n")
        case "/echo":
            return Response(await request.body())
        case "/stream":
            return StreamResponse(pieces())
        case "/large":
            return Response(b"0123456789" * 100_000)
        case _:
            return files.handle(request)


async def pieces() -> AsyncIterator[bytes]:
    for number in range(200):
        yield b"%d\n" % number * 1000
