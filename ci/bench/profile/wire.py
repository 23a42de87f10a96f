"""A connection without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from arlen_http import ServerSettings
from arlen_http.connection import Connection
from arlen_http.handler import App
from arlen_http.service import Service


class Sink(asyncio.Transport):
    """A transport whose peer takes every byte at once.

    Attributes:
        note: called before the first write of an answer.
        answer: what was written since this was last emptied.
        gone: whether the peer has left; while it has not, a server that closes is at fault.
    """

    def __init__(self, note: Callable[[], None]) -> None:
        super().__init__()
        self.note = note
        self.answer = b""
        self.gone = False

    def write(self, data: Any) -> None:
        if not self.answer:
            self.note()
        self.answer += data

    def writelines(self, pieces: Any) -> None:
        self.write(b"".join(pieces))

    def is_closing(self) -> bool:
        return self.gone

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""

    def close(self) -> None:
        raise ConnectionError(f"the server closed after {self.answer[:200]!r}")

    abort = close


def connected(app: App, sink: Sink) -> Connection:
    """A connection of a server that serves this, on the running loop."""
    connection = Connection(Service(app.handle, ServerSettings(), streams=app.streams))
    connection.connection_made(sink)
    return connection


async def ask(connection: Connection, sink: Sink, data: bytes) -> None:
    """Let the connection receive a request, and wait until it has begun to answer."""
    sink.answer = b""
    connection.data_received(data)
    while not sink.answer:  # noqa: ASYNC110  a future would cost a turn of the loop more
        await asyncio.sleep(0)


async def leave(connection: Connection, sink: Sink, app: App) -> None:
    """End the connection from the client's side, then the application."""
    sink.gone = True
    connection.connection_lost(None)
    await asyncio.sleep(0)
    await app.shutdown()
