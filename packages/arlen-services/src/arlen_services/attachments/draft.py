"""Files that are written piece by piece and appear as a whole, and files that are read piece by piece.

The work is done in threads. A thread cannot be cancelled, so each object does one thing at a time and a step that comes
after the end does nothing.
"""

from __future__ import annotations

import errno
import os
import secrets
import threading
from pathlib import Path

from arlen_services import system

PART = ".part"

_UNLINKED = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
_READ = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in _UNLINKED)
_CLOSED = -2
_UNOPENED = -1


class FileDraft:
    """A file on its way. ``commit`` makes it appear under its name, on disk for good; ``abandon`` leaves nothing."""

    __slots__ = ("_descriptor", "_left", "_lock", "_part", "_target")

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(f".{target.name}.{secrets.token_hex(6)}{PART}")
        self._lock = threading.Lock()
        self._descriptor = _UNOPENED
        self._left = False

    def write(self, piece: bytes) -> None:
        with self._lock:
            self._write(piece)

    def commit(self) -> None:
        with self._lock:
            self._write(b"")
            if self._descriptor == _CLOSED:
                return
            system.sync(self._descriptor)
            self._close()
            system.rename(self._part, self._target)
            self._left = False
            system.sync_directory(self._target.parent)

    def abandon(self) -> None:
        with self._lock:
            if self._descriptor >= 0:
                self._close()
            if self._left:
                system.remove(self._part)
            self._descriptor = _CLOSED

    def _write(self, piece: bytes) -> None:
        if self._descriptor == _UNOPENED:
            self._descriptor = system.create_file(self._part)
            self._left = True
        if self._descriptor == _CLOSED:
            return
        rest = memoryview(piece)
        while rest:
            rest = rest[system.write(self._descriptor, rest) :]

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, _CLOSED
        system.close(descriptor)


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
                self._descriptor = os.open(self._path, _READ)
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
