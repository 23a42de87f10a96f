"""A connection of the server without a socket: bytes are put in one side and taken out of the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from arlen_http.connection import Connection
from arlen_http.service import Service

from .answers import Unlawful

__all__ = ["Outcome", "converse", "settle", "vanish"]

# Turns of the loop in which the server has to react to what it has got.
_TURNS = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a conversation came to.

    Attributes:
        received: every byte that the server has sent.
        closed_first: whether the server closed its side before the client did.
    """

    received: bytes
    closed_first: bool


class Wire(asyncio.Transport):
    """The transport of a protocol whose peer is in this process."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__({"peername": ("127.0.0.1", 40_000), "sockname": ("127.0.0.1", 80)})
        self.protocol = protocol
        self.written = bytearray()
        self.paused = False
        self.ended = False
        self.closing = False
        self.lost = False
        protocol.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.ended:
            raise RuntimeError("Cannot call write() after write_eof()")
        if not self.closing:
            self.written += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def is_reading(self) -> bool:
        return not self.paused and not self.closing

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever buffered."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, asyncio.Protocol)
        self.protocol = protocol

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self._lose)

    abort = close

    def _lose(self) -> None:
        self.lost = True
        self.protocol.connection_lost(None)

    # The far side.

    def send(self, data: bytes) -> None:
        """Let bytes arrive."""
        self.protocol.data_received(data)

    def finish(self) -> None:
        """End the client's side."""
        if not self.closing and not self.protocol.eof_received():
            self.close()

    async def until(self, condition: Callable[[], bool]) -> bool:
        """Give the server some turns of the loop to make this true."""
        for _ in range(_TURNS):
            if condition():
                return True
            await asyncio.sleep(0)
        return condition()


async def settle() -> None:
    """Let the server do what it has to do by now."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def converse(
    service: Service,
    pieces: Iterable[bytes],
    *,
    client_closes: bool,
    after_each: Callable[[], Awaitable[None]] | None = None,
) -> Outcome:
    """Send these pieces one after the other, and let the connection come to its end.

    Args:
        client_closes: end the client's side after the last piece, before the server has ended its own.
        after_each: awaited after each piece.

    Raises:
        Unlawful: the server neither takes what is sent nor closes.
    """
    wire = Wire(Connection(service))
    for piece in pieces:
        if not wire.is_reading() and not await wire.until(lambda: wire.is_reading() or wire.closing):
            raise Unlawful("the server stops reading and does not go on")
        if wire.closing:
            break
        wire.send(piece)
        if after_each is not None:
            await after_each()
    if client_closes:
        wire.finish()
    closed_first = await wire.until(lambda: wire.closing or wire.ended)
    wire.finish()
    if not await wire.until(lambda: wire.lost):
        raise Unlawful("the server does not close a connection that its client has closed")
    return Outcome(bytes(wire.written), closed_first)


async def vanish(service: Service, data: bytes) -> None:
    """Send this, then be gone without a word."""
    wire = Wire(Connection(service))
    wire.send(data)
    await asyncio.sleep(0)
    wire.close()
    await wire.until(lambda: wire.lost)
