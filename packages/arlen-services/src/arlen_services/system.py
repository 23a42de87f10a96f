"""The calls to the operating system that may fail, in one place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

OWNER_ONLY = 0o600


def read_file(path: Path) -> bytes:
    return path.read_bytes()


def make_directories(path: Path) -> None:
    """Create a directory and what is missing above it, for this user alone."""
    if not path.parent.exists():
        make_directories(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def create_file(path: Path, mode: int = OWNER_ONLY) -> int:
    """A descriptor to write a file that did not exist."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), mode)


def open_lock_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), OWNER_ONLY)


def write(descriptor: int, data: memoryview) -> int:
    return os.write(descriptor, data)


def sync(descriptor: int) -> None:
    os.fsync(descriptor)


def close(descriptor: int) -> None:
    os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Put a file in the place of another in one step."""
    os.replace(source, target)


def link(source: Path, target: Path) -> None:
    """Give a file a second name, which nothing has yet."""
    os.link(source, target)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make what was created, renamed or removed in a directory survive a loss of power."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Take the advisory lock of a file, unless another descriptor has it; closing the file gives it back."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
