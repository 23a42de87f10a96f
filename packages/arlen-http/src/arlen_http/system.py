"""The calls to the operating system that can fail while a response is on its way, in one place.

Whoever needs one calls it as ``system.name``, so that a test of what happens then has one place to make it fail.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from io import FileIO
from typing import BinaryIO

__all__ = [
    "SHARES_FILES",
    "close",
    "duplicate",
    "open_beneath",
    "open_file",
    "read",
    "real_path",
    "sendfile",
    "status",
    "status_of_path",
    "unconfirmed",
]

#: Whether an open file can be read by several at once, each at its own place.
SHARES_FILES = hasattr(os, "pread")

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = os.O_RDONLY | getattr(os, "O_BINARY", 0) | _AT_ONCE
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class _OpenFile(FileIO):
    """An unbuffered file that is closed with its last user."""

    def __del__(self) -> None:
        self.close()


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open for reading; a pipe without a writer is opened too, rather than waited for."""
    return _opened(os.open(path, _FILE))


def open_beneath(root: str, names: Sequence[str]) -> BinaryIO:
    """Open a file below a directory for reading, one name after the other, and follow no link on the way.

    Where the system cannot open relative to a directory, the path is opened as it is.
    """
    if os.open not in os.supports_dir_fd:
        return open_file(os.path.join(root, *names))
    directory = os.open(root, _DIRECTORY)
    try:
        for name in names[:-1]:
            below = os.open(name, _DIRECTORY | _NO_LINK, dir_fd=directory)
            os.close(directory)
            directory = below
        return _opened(os.open(names[-1], _FILE | _NO_LINK, dir_fd=directory))
    finally:
        os.close(directory)


def real_path(path: str) -> str:
    """The path without links, as far as it exists."""
    return os.path.realpath(path)


def status(file: BinaryIO) -> os.stat_result:
    """What kind of file it is, how long and how old."""
    return os.fstat(file.fileno())


def status_of_path(path: str) -> os.stat_result:
    """The same of the file that a path leads to."""
    return os.stat(path)


def read(file: BinaryIO, offset: int, count: int) -> bytes:
    """Up to ``count`` bytes from ``offset``; fewer only at the end of the file."""
    if not SHARES_FILES:
        file.seek(offset)
        return file.read(count)
    content = os.pread(file.fileno(), count, offset)
    if not content or len(content) == count:
        return content
    return content + read(file, offset + len(content), count - len(content))


def sendfile(out: int, file: BinaryIO, offset: int, count: int) -> int:
    """Send up to ``count`` bytes of a file to a socket; how many, 0 at the end of the file (sendfile(2))."""
    if not hasattr(os, "sendfile"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    return os.sendfile(out, file.fileno(), offset, count)


def unconfirmed(descriptor: int) -> int:
    """The bytes sent over a TCP connection that its peer has not confirmed (tcp(7)).

    0 where the system does not tell, and when the descriptor is closed.
    """
    try:
        from fcntl import ioctl
        from termios import TIOCOUTQ

        count = ioctl(descriptor, TIOCOUTQ, bytes(4))
    except (ImportError, OSError, ValueError):
        return 0
    return int.from_bytes(count, sys.byteorder)


def duplicate(descriptor: int) -> int:
    """A second descriptor of the same open file or socket."""
    return os.dup(descriptor)


def close(descriptor: int) -> None:
    """Give a descriptor back."""
    os.close(descriptor)


def _opened(descriptor: int) -> BinaryIO:
    try:
        return _OpenFile(descriptor)
    except OSError:
        os.close(descriptor)
        raise
