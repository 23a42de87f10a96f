"""The calls to the operating system that can fail while a file is served, in one place.

Whoever needs one calls it as ``system.name``, so that a test of what happens then has one place to make it fail.
"""

from __future__ import annotations

import errno
import os
from typing import BinaryIO

__all__ = ["close", "duplicate", "open_file", "read", "sendfile", "status"]


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open for reading; a pipe without a writer is opened too, rather than waited for."""
    return open(path, "rb", opener=_open_at_once)


def status(file: BinaryIO) -> os.stat_result:
    """What kind of file it is, how long and how old."""
    return os.fstat(file.fileno())


def read(file: BinaryIO, offset: int, count: int) -> bytes:
    """Up to ``count`` bytes from ``offset``; fewer only at the end of the file."""
    file.seek(offset)
    return file.read(count)


def sendfile(out: int, file: BinaryIO, offset: int, count: int) -> int:
    """Send up to ``count`` bytes of a file to a socket; how many, 0 at the end of the file (sendfile(2))."""
    if not hasattr(os, "sendfile"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    return os.sendfile(out, file.fileno(), offset, count)


def duplicate(descriptor: int) -> int:
    """A second descriptor of the same open file or socket."""
    return os.dup(descriptor)


def close(descriptor: int) -> None:
    """Give a descriptor back."""
    os.close(descriptor)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
