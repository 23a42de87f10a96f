"""One handler at a time."""

from __future__ import annotations

import asyncio

from arlen_http.handler import Handler
from arlen_http.request import Request
from arlen_http.response import Response

__all__ = ["serialized"]


def serialized(handle: Handler, turn: asyncio.Lock) -> Handler:
    """Answer one request after the other, whatever connection it came from.

    A request waits for its turn when all of it has arrived, so that nobody waits for a slow peer.
    """

    async def handle_in_turn(request: Request) -> Response:
        await request.body()
        async with turn:
            result = handle(request)
            return result if isinstance(result, Response) else await result

    return handle_in_turn
