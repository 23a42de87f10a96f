"""From an address to a job queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from arlen_services.errors import JobError

from .file import FileJobQueue
from .memory import MemoryJobQueue
from .queue import JobQueue

Opener: TypeAlias = Callable[[str], JobQueue]


def open_jobs(url: str) -> JobQueue:
    """The queue that an address names: ``memory:``, ``file:jobs.json``, ``redis://host/0``, ``postgresql://host/db``.

    It connects with its first call, or with `JobQueue.open`.

    Raises:
        JobError: ``unknown_scheme``, and ``blank_path`` for a file without a name; no message has a password in it.
        MissingDependencyError: the library of the scheme is not installed.
    """
    scheme = urlsplit(url).scheme
    opener = OPENERS.get(scheme)
    if opener is None:
        raise JobError(
            f'the address of the job queue has the scheme "{scheme}"; use one of '
            f"{', '.join(f'{known}:' for known in OPENERS)}",
            code="unknown_scheme",
            details={"scheme": scheme},
            permanent=True,
        )
    return opener(url)


def _memory(url: str) -> JobQueue:
    return MemoryJobQueue()


def _file(url: str) -> JobQueue:
    path = url.removeprefix("file:")
    return FileJobQueue(unquote(path.removeprefix("//")))


def _redis(url: str) -> JobQueue:
    from .redis import RedisJobQueue

    return RedisJobQueue(url)


def _postgres(url: str) -> JobQueue:
    from .postgres import PostgresJobQueue

    return PostgresJobQueue(url)


OPENERS: Mapping[str, Opener] = {
    "memory": _memory,
    "file": _file,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
    "postgresql": _postgres,
    "postgres": _postgres,
}
