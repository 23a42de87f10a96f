"""The files that are being served: opened without leaving their directory, and kept open for the next request."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from arlen_http import system
from arlen_http.dates import http_date

__all__ = ["NotAFile", "OpenFile", "OpenFiles", "opened", "shared_files"]

_T = TypeVar("_T")
_Identity = tuple[int, int, int, int]


class NotAFile(Exception):
    """There is something at this path, but nothing that can be served.

    Attributes:
        is_directory: whether it is a directory.
    """

    def __init__(self, path: str, *, is_directory: bool) -> None:
        super().__init__(path)
        self.is_directory = is_directory


class OpenFile:
    """A regular file, open for reading at any place, as it was when it was opened.

    Attributes:
        file: closed when nobody uses it any more.
        size: bytes.
        modified: POSIX seconds of its last change.
        etag: a strong entity tag, from size and time of the last change.
        last_modified: the date of its last change as HTTP writes it.
        siblings: the content codings in which it lay beside itself when it was opened; ``None`` until looked for.
        identity: device, inode, size and last change; another file, or a changed one, has another.
    """

    __slots__ = ("etag", "file", "identity", "last_modified", "modified", "siblings", "size")

    def __init__(self, file: BinaryIO, state: os.stat_result) -> None:
        self.file = file
        self.size = state.st_size
        self.modified = int(state.st_mtime)
        self.etag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        self.last_modified = http_date(self.modified)
        self.siblings: tuple[str, ...] | None = None
        self.identity = _identity(state)


def opened(open_file: Callable[[], BinaryIO], path: str) -> OpenFile:
    """The regular file that this opens.

    Raises:
        NotAFile: it is a directory or something else.
        OSError: it cannot be opened.
    """
    try:
        file = _uninterrupted(open_file)
    except IsADirectoryError as error:
        raise NotAFile(path, is_directory=True) from error
    state = _uninterrupted(lambda: system.status(file))
    if not stat.S_ISREG(state.st_mode):
        raise NotAFile(path, is_directory=stat.S_ISDIR(state.st_mode))
    return OpenFile(file, state)


class OpenFiles:
    """The most recently served files by path, kept open.

    A file is used again only while its path still leads to the same file in the same state.

    Args:
        capacity: how many files are kept open; 0 opens every file anew.
    """

    __slots__ = ("_capacity", "_files")

    def __init__(self, capacity: int = 64) -> None:
        self._files: dict[str, OpenFile] = {}
        self.reset(capacity)

    def reset(self, capacity: int) -> None:
        """Close what nobody uses, and keep so many from now on."""
        self._capacity = capacity if system.SHARES_FILES else 0
        self._files.clear()

    def beneath(self, root: str, name: str) -> OpenFile:
        """The file of this name below a directory; links are followed, but not out of it.

        Args:
            root: without links in it.
            name: names joined by ``/``, none of them ``..``.

        Raises:
            NotAFile: it is a directory or something else.
            OSError: there is none, it cannot be opened, or it is not below the root.
        """
        path = f"{root}/{name}"
        known = self._files.pop(path, None)
        if known is None or known.identity != _identity(_uninterrupted(lambda: system.status_of_path(path))):
            known = _opened_beneath(root, path)
        if self._capacity:
            self._files[path] = known
            while len(self._files) > self._capacity:
                self._files.pop(next(iter(self._files)), None)
        return known


#: The files that this process keeps open between two requests.
shared_files = OpenFiles()


def _opened_beneath(root: str, path: str) -> OpenFile:
    real = system.real_path(path)
    inside = os.path.join(root, "")
    if not real.startswith(inside):
        raise FileNotFoundError(path) if real != root else NotAFile(path, is_directory=True)
    return opened(lambda: system.open_beneath(root, real.removeprefix(inside).split(os.sep)), path)


def _identity(state: os.stat_result) -> _Identity:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


def _uninterrupted(call: Callable[[], _T]) -> _T:
    while True:
        try:
            return call()
        except InterruptedError:
            continue
