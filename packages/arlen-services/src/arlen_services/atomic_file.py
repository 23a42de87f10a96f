"""Files that are there whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import system

SUFFIX = ".partial"


def write_atomically(path: Path, data: bytes, *, mode: int = system.OWNER_ONLY) -> None:
    """Store ``data`` under ``path`` such that a crash at any moment leaves the old file or the new one.

    It is on the disk when the call returns.

    Raises:
        OSError: the old file is as it was, and nothing else is left behind.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}{SUFFIX}")
    try:
        with _created(partial, mode) as descriptor:
            _write_all(descriptor, data)
            system.sync(descriptor)
        system.rename(partial, path)
    except OSError:
        _remove_quietly(partial)
        raise
    system.sync_directory(path.parent)


def create_atomically(path: Path, data: bytes, *, mode: int = system.OWNER_ONLY) -> None:
    """Store ``data`` under a name that nothing has; of many that try at once, in any process, one succeeds.

    It is on the disk when the call returns.

    Raises:
        FileExistsError: the name is taken.
        OSError: nothing is left behind.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}{SUFFIX}")
    try:
        with _created(partial, mode) as descriptor:
            _write_all(descriptor, data)
            system.sync(descriptor)
        system.link(partial, path)
    finally:
        _remove_quietly(partial)
    system.sync_directory(path.parent)


def sweep_partials(path: Path) -> None:
    """Remove what writers of this file left behind when they were killed. No other may be writing it."""
    for partial in path.parent.glob(f".{path.name}.*{SUFFIX}"):
        system.remove(partial)


@contextmanager
def _created(path: Path, mode: int) -> Iterator[int]:
    descriptor = system.create_file(path, mode)
    try:
        yield descriptor
    finally:
        system.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[system.write(descriptor, rest) :]


def _remove_quietly(path: Path) -> None:
    try:
        system.remove(path)
    except OSError:
        return
