"""Waiting for other threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Lock:
    """A lock that is waited for at most so many seconds."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, patience: float) -> bool:
        """Whether it was obtained in time."""
        return self._lock.acquire(timeout=patience)

    def release(self) -> None:
        self._lock.release()


class Waiter:
    """Somebody who waits to be granted something."""

    __slots__ = ("_granted",)

    def __init__(self) -> None:
        self._granted = threading.Event()

    def grant(self) -> None:
        self._granted.set()

    def wait(self, patience: float) -> bool:
        """Whether it was granted in time."""
        return self._granted.wait(patience)


def call(function: Callable[..., T], *args: object) -> T:
    """The result of a function."""
    return function(*args)


sleep = time.sleep
