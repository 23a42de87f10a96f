"""The books of a pool: who is idle, who is in use, who waits. It opens and closes nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Protocol, TypeVar

from .errors import InvalidArgumentError, PoolExhausted
from .options import DatabaseOptions

WAIT_BOUNDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
"""Upper bounds in seconds of the histogram of waiting times; a last class holds all that is longer."""


class Waiting(Protocol):
    def grant(self) -> None: ...


C = TypeVar("C")


class Turn(Generic[C]):
    """A place in the queue. When it is granted it holds a connection, or None: the right to open one."""

    __slots__ = ("_waiter", "connection", "granted")

    def __init__(self, waiter: Waiting) -> None:
        self._waiter = waiter
        self.granted = False
        self.connection: C | None = None

    def grant(self, connection: C | None) -> None:
        self.connection = connection
        self.granted = True
        self._waiter.grant()


@dataclass(frozen=True, slots=True)
class PoolStats:
    """The figures of a pool.

    Attributes:
        size: connections that are idle, in use or being opened.
        waiting: callers in the queue at this moment.
        peak: the most connections that were in use at once.
        acquires: how often a connection was acquired; ``timeouts``: how often none came in time.
        wait_histogram: how many acquires that had to queue waited at most as long as each of ``WAIT_BOUNDS``; the last
            figure counts the longer ones.
    """

    size: int
    idle: int
    in_use: int
    waiting: int
    peak: int
    acquires: int
    timeouts: int
    wait_histogram: tuple[int, ...]


class Roster(Generic[C]):
    """Safe for threads. Connections are reused last in, first out; callers are served first come, first served.

    ``take`` and ``put`` need no lock as long as nobody waits: they do one atomic step on the list of the idle. Whoever
    begins to wait looks at that list after having joined the queue, and whoever puts looks at the queue after having
    put, so neither misses the other.
    """

    __slots__ = (
        "_drained",
        "_idle",
        "_lent",
        "_maximum",
        "_most_waiting",
        "_mutex",
        "_opening",
        "_timeouts",
        "_waiting",
        "_waits",
        "acquires",
        "peak",
    )

    def __init__(self, options: DatabaseOptions, maximum: int) -> None:
        self._maximum = maximum
        self._most_waiting = options.max_waiting
        self._mutex = Lock()
        self._idle: list[C] = []
        self._lent: set[C] = set()
        self._opening = 0
        self._drained: Waiting | None = None
        self._waiting: deque[Turn[C]] = deque()
        self._timeouts = 0
        self._waits = [0] * (len(WAIT_BOUNDS) + 1)
        self.peak = self.acquires = 0

    def take(self) -> C | None:
        """The connection that was used last, if one is idle."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return None
        lent = self._lent
        lent.add(connection)
        self.acquires += 1
        if len(lent) > self.peak:
            self.peak = len(lent)
        return connection

    def put(self, connection: C) -> None:
        """Back to idleness, or to whoever waits. Raises what ``expect`` raises."""
        try:
            self._lent.remove(connection)
        except KeyError:
            raise _foreign() from None
        self._idle.append(connection)
        if self._waiting or self._drained:
            with self._mutex:
                self._serve()

    def enter(self, waiter: Waiting, *, patient: bool) -> Turn[C]:
        """A turn: granted already when there is a connection or room for one.

        Raises:
            PoolExhausted: nothing is free, and the caller is not patient or the queue is full.
        """
        with self._mutex:
            turn: Turn[C] = Turn(waiter)
            self._waiting.append(turn)
            self._serve()
            if turn.granted:
                return turn
            if not patient:
                raise self._refused(turn, "pool_exhausted", "every connection is in use")
            if self._most_waiting is not None and len(self._waiting) > self._most_waiting:
                raise self._refused(turn, "too_many_waiting", f"{len(self._waiting) - 1} callers wait already")
            return turn

    def leave(self, turn: Turn[C]) -> PoolExhausted:
        """Give the turn up; whatever it was granted meanwhile goes to the next. The error says why nothing came."""
        with self._mutex:
            if not turn.granted:
                return self._refused(turn, "pool_exhausted", "no connection became free in time")
            self._timeouts += 1
            if turn.connection is None:
                self._opening -= 1
            else:
                self._lent.discard(turn.connection)
                self._idle.append(turn.connection)
            self._serve()
            return self._exhausted("pool_exhausted", "no connection became free in time")

    def opened(self, connection: C) -> None:
        """The room that was granted is filled."""
        with self._mutex:
            self._opening -= 1
            self._lent.add(connection)
            self.acquires += 1
            self.peak = max(self.peak, len(self._lent))

    def not_opened(self) -> None:
        """The room that was granted stays empty."""
        with self._mutex:
            self._opening -= 1
            self._serve()

    def waited(self, seconds: float) -> None:
        with self._mutex:
            self._waits[bisect_left(WAIT_BOUNDS, seconds)] += 1

    def holds(self, connection: C) -> bool:
        """Whether it is in use."""
        return connection in self._lent

    def expect(self, connection: C) -> None:
        """
        Raises:
            InvalidArgumentError: code ``foreign_connection`` when it is not in use here.
        """
        if connection not in self._lent:
            raise _foreign()

    def discard(self, connection: C) -> None:
        """It is gone; its room is free. Raises what ``expect`` raises."""
        with self._mutex:
            self.expect(connection)
            self._lent.remove(connection)
            self._serve()

    def replace(self, connection: C) -> None:
        """It is gone, and its room stays with the caller, who opens another."""
        with self._mutex:
            self._lent.remove(connection)
            self._opening += 1

    def retire(self, is_stale: Callable[[C], bool], keep: int) -> list[C]:
        """Take out the idle connections that are stale, the one used longest ago first, as long as ``keep`` remain."""
        with self._mutex:
            spare = max(0, self._size() - keep)
            retired = [connection for connection in self._idle[:spare] if is_stale(connection)]
            return [connection for connection in retired if self._withdraw(connection)]

    def dismiss(self) -> list[C]:
        """Take out every idle connection, and wake all who wait: the pool is closing."""
        with self._mutex:
            idle, self._idle = self._idle, []
            while self._waiting:
                self._opening += 1
                self._waiting.popleft().grant(None)
            return idle

    def tell_when_drained(self, waiter: Waiting) -> None:
        """Grant it as soon as no connection is in use."""
        with self._mutex:
            self._drained = waiter
            self._serve()

    def in_use(self) -> list[C]:
        return list(self._lent)

    def stats(self) -> PoolStats:
        with self._mutex:
            return PoolStats(
                size=self._size(),
                idle=len(self._idle),
                in_use=len(self._lent),
                waiting=len(self._waiting),
                peak=self.peak,
                acquires=self.acquires,
                timeouts=self._timeouts,
                wait_histogram=tuple(self._waits),
            )

    def _size(self) -> int:
        return len(self._idle) + len(self._lent) + self._opening

    def _serve(self) -> None:
        """Give what is free to those who wait longest."""
        while self._waiting:
            connection = self.take()
            if connection is None:
                if self._size() >= self._maximum:
                    return
                self._opening += 1
            self._waiting.popleft().grant(connection)
        if self._drained is not None and not self._lent:
            self._drained.grant()

    def _withdraw(self, connection: C) -> bool:
        try:
            self._idle.remove(connection)
        except ValueError:
            return False
        return True

    def _refused(self, turn: Turn[C], code: str, fault: str) -> PoolExhausted:
        self._waiting.remove(turn)
        self._timeouts += 1
        return self._exhausted(code, fault)

    def _exhausted(self, code: str, fault: str) -> PoolExhausted:
        return PoolExhausted(
            f"{fault} ({len(self._lent)} of {self._maximum} in use); return connections sooner, or allow more",
            code=code,
            details={"in_use": len(self._lent), "max_connections": self._maximum, "waiting": len(self._waiting)},
        )


def _foreign() -> InvalidArgumentError:
    return InvalidArgumentError(
        "the connection is not in use in this pool; release each one once, where it was acquired",
        code="foreign_connection",
    )
