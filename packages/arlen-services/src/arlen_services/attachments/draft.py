"""Files that are written piece by piece and appear as a whole, and files that are read piece by piece.

The work is done in threads. A thread cannot be cancelled, so each object does one thing at a time and a step that comes
after the end does nothing.
"""

from __future__ import annotations

import errno
import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path

PART = ".part"

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
_OLD = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _NO_LINK
_CLOSED = -2
_UNOPENED = -1


class FileDraft:
    """A file on its way. ``commit`` makes it appear under its name, on disk for good; ``abandon`` leaves nothing."""

    __slots__ = ("_descriptor", "_lock", "_part", "_target")

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(f".{target.name}.{secrets.token_hex(6)}{PART}")
        self._lock = threading.Lock()
        self._descriptor = _UNOPENED

    def write(self, piece: bytes) -> None:
        with self._lock:
            self._write(piece)

    def commit(self) -> None:
        with self._lock:
            self._write(b"")
            if self._descriptor == _CLOSED:
                return
            os.fsync(self._descriptor)
            self._close()
            os.replace(self._part, self._target)
            keep_directory(self._target.parent)

    def abandon(self) -> None:
        with self._lock:
            if self._descriptor >= 0:
                self._close()
                with suppress(FileNotFoundError):
                    self._part.unlink()
            self._descriptor = _CLOSED

    def _write(self, piece: bytes) -> None:
        if self._descriptor == _UNOPENED:
            self._descriptor = os.open(self._part, _NEW, 0o600)
        if self._descriptor == _CLOSED:
            return
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, _CLOSED
        os.close(descriptor)


class FileReading:
    """A file from one byte up to another. It is opened by the first ``read``; a link is not followed."""

    __slots__ = ("_descriptor", "_left", "_lock", "_path", "_start")

    def __init__(self, path: Path, start: int, stop: int) -> None:
        self._path = path
        self._start = start
        self._left = stop - start
        self._lock = threading.Lock()
        self._descriptor = _UNOPENED

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; empty at the end.

        Raises:
            OSError: the file cannot be read, or ends too early (``EIO``).
        """
        with self._lock:
            if self._descriptor == _UNOPENED:
                self._descriptor = os.open(self._path, _OLD)
                os.lseek(self._descriptor, self._start, os.SEEK_SET)
            if self._descriptor == _CLOSED or not self._left:
                return b""
            piece = os.read(self._descriptor, min(size, self._left))
            if not piece:
                raise OSError(errno.EIO, "the file is shorter than its description says", str(self._path))
            self._left -= len(piece)
            return piece

    def close(self) -> None:
        with self._lock:
            descriptor, self._descriptor = self._descriptor, _CLOSED
            if descriptor >= 0:
                os.close(descriptor)


def keep_directory(directory: Path) -> None:
    """Make the names in a directory survive a loss of power, where the system can open directories."""
    with suppress(PermissionError, IsADirectoryError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
