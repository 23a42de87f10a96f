"""The manager process: it keeps the sockets, carries out what its supervision decides, and serves no request."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from signal import SIGCHLD, SIGINT, SIGTERM, Signals

from . import system
from .lifecycle import lifecycle_line
from .settings import PropaneAccessories
from .supervision import Action, Announce, Facts, Finish, Send, Spawn, Supervision


@dataclass(frozen=True, slots=True)
class WorkerCommand:
    """How a worker is started: what it serves, and the variables that carry the resolved settings."""

    target: str
    app_root: str
    environment: str
    variables: Mapping[str, str]

    def arguments(self, sockets: Sequence[socket.socket], ready: int, lifeline: int) -> list[str]:
        """The command line; ``ready`` is written to when the worker serves, ``lifeline`` ends when the manager does."""
        return [
            *(sys.executable, "-m", "arlen_propane.worker", self.target),
            *("--app-root", self.app_root, "--env", self.environment),
            *("--sockets", ",".join(str(sock.fileno()) for sock in sockets)),
            *("--ready", str(ready), "--lifeline", str(lifeline)),
        ]


class Manager:
    """Runs workers on listening sockets until TERM or INT, or until they cannot start."""

    __slots__ = ("_accessories", "_begun", "_command", "_lifeline", "_ready", "_sockets", "_supervision")

    def __init__(
        self, accessories: PropaneAccessories, command: WorkerCommand, sockets: Sequence[socket.socket]
    ) -> None:
        self._accessories = accessories
        self._command = command
        self._sockets = sockets
        self._supervision = Supervision(accessories)
        self._ready = system.Pipe()
        self._lifeline = system.Pipe()
        self._begun = b""
        for descriptor in (*(sock.fileno() for sock in sockets), self._ready.writer, self._lifeline.reader):
            os.set_inheritable(descriptor, True)

    def run(self) -> int:
        """Until the end; gives the exit status."""
        signals = system.catch_signals([SIGTERM, SIGINT, SIGCHLD])
        self._announce("manager_started", self._facts())
        finish = self._carry_out(self._supervision.boot())
        while finish is None:
            wake_at = self._supervision.wake_at
            system.wait([signals, self._ready], None if wake_at is None else max(0.0, wake_at - system.now()))
            for actions in self._happenings(signals.read()):
                finish = self._carry_out(actions)
                if finish:
                    break
        if finish.message:
            sys.stderr.write(f"propane: {finish.message}\n")
        return finish.status

    def _happenings(self, signals: bytes) -> Iterator[list[Action]]:
        """The actions of each thing that happened, one by one: a process is reaped only after all sends before it."""
        supervision = self._supervision
        for number in signals:
            if number in (SIGTERM, SIGINT):
                yield supervision.stop_requested(Signals(number), system.now())
        for pid in self._ready_workers():
            yield supervision.ready(pid, system.now())
        for pid, code in system.reap():
            yield supervision.exited(pid, code, system.now())
        yield supervision.tick(system.now())

    def _ready_workers(self) -> list[int]:
        """The pids that have arrived, each on a line of its own; the rest of an unfinished line waits."""
        *lines, self._begun = (self._begun + self._ready.read()).split(b"\n")
        return [int(line) for line in lines]

    def _carry_out(self, actions: Iterable[Action]) -> Finish | None:
        pending = list(actions)
        while pending:
            match pending.pop(0):
                case Announce(event, facts):
                    self._announce(event, facts)
                case Send(pid, number):
                    system.send(pid, number)
                case Spawn(slot, reason):
                    pending[:0] = self._spawn(slot, reason)
                case Finish() as finish:
                    return finish
        return None

    def _spawn(self, slot: int, reason: str) -> list[Action]:
        arguments = self._command.arguments(self._sockets, self._ready.writer, self._lifeline.reader)
        try:
            pid = system.spawn(arguments, self._command.variables)
        except OSError as error:
            return self._supervision.not_spawned(slot, f"could not be started: {error.strerror}", system.now())
        return self._supervision.spawned(slot, pid, reason, system.now())

    def _facts(self) -> Facts:
        host, port = self._command.variables["ARLEN_HOST"], self._command.variables["ARLEN_PORT"]
        workers = (("worker_count", self._accessories.worker_count), ("async_worker_count", 0))
        return (*workers, ("host", host), ("port", port), ("env", self._command.environment))

    def _announce(self, event: str, facts: Facts) -> None:
        sys.stdout.write(f"{lifecycle_line(event, os.getpid(), facts)}\n")
        sys.stdout.flush()
