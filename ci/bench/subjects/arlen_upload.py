"""Arlen's server writing what it is sent to a file, piece by piece."""

from __future__ import annotations

import tempfile

from arlen_http import Request, RequestLimits, Response, ServerSettings, serve

from .content import HEALTH, HOST, port


async def handle(request: Request) -> Response:
    if request.method != "POST":
        return Response(HEALTH)
    with tempfile.TemporaryFile() as file:
        async for piece in request.stream():
            file.write(piece)
        return Response(str(file.tell()))


if __name__ == "__main__":
    serve(handle, ServerSettings(host=HOST, port=port(), request_limits=RequestLimits(max_body_bytes=1 << 32)))
