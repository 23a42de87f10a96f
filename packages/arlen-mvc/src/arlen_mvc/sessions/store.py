"""Where sessions are kept that do not travel in their cookie."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol, runtime_checkable


@runtime_checkable
class SessionStore(Protocol):
    """Texts by key, each for a time; provide one with ``app.provide(SessionStore, ...)``.

    It may forget a text before its time; the session is then over.
    """

    async def get(self, key: str) -> str | None:
        """The text, or ``None`` when there is none or its time is up."""

    async def set(self, key: str, value: str, ttl: float) -> None:
        """Keep the text for ``ttl`` seconds, in the place of an earlier one."""

    async def delete(self, key: str) -> None:
        """Forget the text; none is fine."""


class MemorySessionStore:
    """Sessions in the memory of one process, the oldest ones forgotten above ``max_sessions``."""

    __slots__ = ("_clock", "_kept", "_max_sessions")

    def __init__(self, max_sessions: int = 100_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: dict[str, tuple[str, float]] = {}
        self._max_sessions = max_sessions
        self._clock = clock

    async def get(self, key: str) -> str | None:
        value, ends = self._kept.get(key, (None, 0.0))
        if value is not None and ends <= self._clock():
            del self._kept[key]
            return None
        return value

    async def set(self, key: str, value: str, ttl: float) -> None:
        self._kept.pop(key, None)
        while len(self._kept) >= self._max_sessions:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (value, self._clock() + ttl)

    async def delete(self, key: str) -> None:
        self._kept.pop(key, None)


async def revoke_sessions(
    store: SessionStore, subject: str, max_age: float, clock: Callable[[], float] = time.time
) -> None:
    """End every session of this subject that began before now, on all devices.

    ``max_age`` is ``session.max_age_seconds``. The session in hand goes on if it is rotated afterwards.
    """
    await store.set(revocation_key(subject), repr(clock()), max_age)


def revocation_key(subject: str) -> str:
    """The key of the moment before which a subject's sessions do not count."""
    return f"revoked.{sha256(subject.encode()).hexdigest()}"


def record_key(session_id: str) -> str:
    """The key of a session; who can read the store cannot make a cookie of it."""
    return f"session.{sha256(session_id.encode()).hexdigest()}"
