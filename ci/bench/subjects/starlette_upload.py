"""Starlette writing what it is sent to a file, piece by piece."""

from __future__ import annotations

import tempfile

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from .content import HEALTH


async def healthz(request: Request) -> PlainTextResponse:
    return PlainTextResponse(HEALTH)


async def upload(request: Request) -> PlainTextResponse:
    with tempfile.TemporaryFile() as file:
        async for piece in request.stream():
            file.write(piece)
        return PlainTextResponse(str(file.tell()))


app = Starlette(routes=[Route("/healthz", healthz), Route("/upload", upload, methods=["POST"])])
