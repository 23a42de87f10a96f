"""A file on its way to a socket: by sendfile(2) where the system does it, otherwise read and written."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from typing import BinaryIO

from . import system
from .errors import ClientDisconnect

__all__ = ["send_file"]

# One call may send no more than this, so that a fast peer and a large file leave the loop to others in between.
_MOST_AT_ONCE_BYTES = 1_048_576
_PIECE_BYTES = 262_144

# How a system says that it cannot do this with this file or this socket.
_NOT_POSSIBLE = frozenset((errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSOCK))


async def send_file(
    transport: asyncio.Transport,
    file: BinaryIO,
    offset: int,
    count: int,
    drained: Callable[[], Awaitable[None]],
    taken: Callable[[int], None],
) -> int:
    """Send a part of a file behind everything that was written to the transport before.

    Nothing else may be written to the transport meanwhile.

    Args:
        file: a regular file.
        drained: waits until the transport asks for more.
        taken: told how many bytes have just left.

    Returns:
        The bytes that were sent: fewer than ``count`` when the file ends early.

    Raises:
        ClientDisconnect: the peer has gone.
        OSError: the file cannot be read.
    """
    sent = 0
    if transport.get_extra_info("sslcontext") is None:
        await _flush(transport, drained)
        sent = await _send_directly(transport, file, offset, count, taken)
    return sent + await _copy(transport, file, offset + sent, count - sent, drained, taken)


async def _flush(transport: asyncio.Transport, drained: Callable[[], Awaitable[None]]) -> None:
    """Wait until nothing waits in the transport, rather than little enough."""
    transport.set_write_buffer_limits(high=0)
    try:
        await drained()
    finally:
        if not transport.is_closing():
            transport.set_write_buffer_limits()


async def _send_directly(
    transport: asyncio.Transport, file: BinaryIO, offset: int, count: int, taken: Callable[[int], None]
) -> int:
    """As much as the system sends without a copy.

    The transport watches its own descriptor, and a loop watches each descriptor once: this waits on a second one.
    """
    loop = asyncio.get_running_loop()
    out = system.duplicate(transport.get_extra_info("socket").fileno())
    sent = 0
    try:
        while sent < count:
            try:
                stretch = system.sendfile(out, file, offset + sent, min(count - sent, _MOST_AT_ONCE_BYTES))
            except InterruptedError:
                continue
            except BlockingIOError:
                await _writable(loop, out)
                continue
            if not stretch:
                break
            sent += stretch
            taken(stretch)
            if sent < count:
                await _writable(loop, out)
    except (ConnectionError, TimeoutError) as error:
        raise ClientDisconnect("the client went away while a file was sent") from error
    except OSError as error:
        if error.errno not in _NOT_POSSIBLE:
            raise
    finally:
        system.close(out)
    return sent


async def _writable(loop: asyncio.AbstractEventLoop, out: int) -> None:
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_writer(out, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_writer(out)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _copy(
    transport: asyncio.Transport,
    file: BinaryIO,
    offset: int,
    count: int,
    drained: Callable[[], Awaitable[None]],
    taken: Callable[[int], None],
) -> int:
    """The rest of the file, read in a thread and written piece by piece."""
    copied = 0
    while copied < count:
        piece = await asyncio.to_thread(system.read, file, offset + copied, min(count - copied, _PIECE_BYTES))
        if not piece:
            break
        copied += len(piece)
        transport.write(piece)
        await drained()
        taken(len(piece))
    return copied
