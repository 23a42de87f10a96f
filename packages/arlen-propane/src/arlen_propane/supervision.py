"""What the manager decides: what happened goes in, what to do comes out.

No process, signal or clock is touched here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from signal import SIGKILL, SIGTERM, Signals

from .settings import PropaneAccessories

Facts = tuple[tuple[str, object], ...]
"""The keys and values of a lifecycle line, in order."""


@dataclass(frozen=True, slots=True)
class Spawn:
    """Start a worker process in the slot, then tell ``spawned`` or ``not_spawned``."""

    slot: int
    reason: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send a signal to a living worker."""

    pid: int
    signal: Signals


@dataclass(frozen=True, slots=True)
class Announce:
    """Write a lifecycle line."""

    event: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Finish:
    """End the manager with this exit status; a message says why to a person, where there is something to say."""

    status: int
    message: str = ""


Action = Spawn | Send | Announce | Finish


@dataclass(slots=True)
class _Slot:
    """The place of one worker: taken by a process, or empty until ``due``."""

    pid: int | None = None
    started: float = 0.0
    ready: bool = False
    due: float | None = None


@dataclass(slots=True)
class _Stop:
    reason: str
    status: int
    deadline: float
    message: str = ""


class Supervision:
    """The workers of one manager.

    Every method is an event, with its time in monotonic seconds, and gives the actions that it calls for, in order.
    ``boot`` comes first; nothing comes after a Finish.
    """

    __slots__ = ("_accessories", "_failures", "_slots", "_stop")

    def __init__(self, accessories: PropaneAccessories) -> None:
        self._accessories = accessories
        self._slots = [_Slot() for _ in range(accessories.worker_count)]
        self._failures = 0
        self._stop: _Stop | None = None

    @property
    def pids(self) -> list[int]:
        """The living workers, by slot."""
        return [slot.pid for slot in self._slots if slot.pid is not None]

    @property
    def wake_at(self) -> float | None:
        """When ``tick`` must be called at the latest; None while only outside events matter."""
        due = [slot.due for slot in self._slots if slot.due is not None]
        if self._stop and self.pids:
            due.append(self._stop.deadline)
        return min(due, default=None)

    def boot(self) -> list[Action]:
        return [Spawn(number, "boot") for number in range(len(self._slots))]

    def spawned(self, number: int, pid: int, reason: str, now: float) -> list[Action]:
        """A process was started in the slot."""
        self._slots[number] = _Slot(pid, now)
        started = Announce("worker_started", (("role", "http"), ("pid", pid), ("reason", reason)))
        if not self._stop:
            return [started]
        return [started, *self._request_stop(pid, SIGTERM, self._stop.reason)]

    def not_spawned(self, number: int, error: str, now: float) -> list[Action]:
        """The system refused to start a process."""
        return [] if self._stop else self._boot_failed(self._slots[number], error, now)

    def ready(self, pid: int, now: float) -> list[Action]:
        """A worker has started its application and listens."""
        slot = self._slot_of(pid)
        if slot is None or slot.ready:
            return []
        slot.ready = True
        self._failures = 0
        return [Announce("worker_ready", (("pid", pid), ("boot_ms", round((now - slot.started) * 1000))))]

    def exited(self, pid: int, code: int, now: float) -> list[Action]:
        """A process ended; ``code`` is its exit status, or minus the signal that killed it."""
        slot = self._slot_of(pid)
        if slot is None:
            return []
        slot.pid = None
        ended = (("pid", pid), ("status", code if code >= 0 else 128 - code), ("exit_reason", _exit_reason(code)))
        if self._stop:
            reason = self._stop.reason
            stopped = Announce("http_worker_stopped", (("role", "http_worker"), *ended, ("reason", reason)))
            return [stopped, *self._finish_if_empty()]
        if slot.ready:
            slot.due = now + self._delay
            return [_exited(ended, "respawn")]
        after = self._boot_failed(slot, f"ended with {_exit_reason(code)}", now)
        return [_exited(ended, "none" if self._stop else "respawn"), *after]

    def stop_requested(self, signal: Signals, now: float) -> list[Action]:
        """The manager got TERM or INT; the first one counts."""
        if self._stop:
            return []
        name = signal.name.removeprefix("SIG")
        reason = f"signal_{name.lower()}"
        requested = Announce("manager_shutdown_requested", (("signal", name), ("reason", reason)))
        return [requested, *self._begin_stop(reason, 0, now)]

    def tick(self, now: float) -> list[Action]:
        """Time has passed: replacements come due, and survivors of a stop are killed."""
        if self._stop:
            return self._kill_survivors(self._stop, now)
        return list(self._replacements(now))

    @property
    def _delay(self) -> float:
        return self._accessories.respawn_delay_ms / 1000

    def _slot_of(self, pid: int) -> _Slot | None:
        return next((slot for slot in self._slots if slot.pid == pid), None)

    def _replacements(self, now: float) -> Iterator[Action]:
        for number, slot in enumerate(self._slots):
            if slot.due is not None and slot.due <= now:
                slot.due = None
                yield Spawn(number, "respawn_after_exit")

    def _boot_failed(self, slot: _Slot, how: str, now: float) -> list[Action]:
        """Try again, unless it has failed too often while no worker serves."""
        self._failures += 1
        if self._failures < self._accessories.boot_attempts or any(other.ready and other.pid for other in self._slots):
            slot.due = now + self._delay
            return []
        message = f"workers failed to start {self._failures} times in a row; the last one {how}"
        facts = (("signal", "internal"), ("reason", "boot_failed"), ("exit_status", 1))
        return [Announce("manager_shutdown_requested", facts), *self._begin_stop("boot_failed", 1, now, message)]

    def _begin_stop(self, reason: str, status: int, now: float, message: str = "") -> list[Action]:
        for slot in self._slots:
            slot.due = None
        self._stop = _Stop(reason, status, now + self._accessories.graceful_shutdown_seconds, message)
        stopping = Announce("manager_stopping", (("reason", reason), ("exit_code", status)))
        requests = [action for pid in self.pids for action in self._request_stop(pid, SIGTERM, reason)]
        return [stopping, *requests, *self._finish_if_empty()]

    def _kill_survivors(self, stop: _Stop, now: float) -> list[Action]:
        if now < stop.deadline:
            return []
        stop.reason = f"{stop.reason.removesuffix('_grace_timeout')}_grace_timeout"
        stop.deadline = now + self._accessories.graceful_shutdown_seconds
        return [action for pid in self.pids for action in self._request_stop(pid, SIGKILL, stop.reason)]

    def _request_stop(self, pid: int, signal: Signals, reason: str) -> Sequence[Action]:
        name = signal.name.removeprefix("SIG")
        facts = (("role", "http_worker"), ("pid", pid), ("signal", name), ("reason", reason))
        return Announce("http_worker_stop_requested", facts), Send(pid, signal)

    def _finish_if_empty(self) -> list[Action]:
        if self._stop is None or self.pids:
            return []
        facts = (("reason", self._stop.reason), ("exit_code", self._stop.status))
        return [Announce("manager_stopped", facts), Finish(self._stop.status, self._stop.message)]


def _exited(ended: Facts, restart_action: str) -> Announce:
    return Announce("worker_exited", (("role", "http"), *ended, ("restart_action", restart_action)))


def _exit_reason(code: int) -> str:
    return f"exit_{code}" if code >= 0 else f"signal_{-code}"
