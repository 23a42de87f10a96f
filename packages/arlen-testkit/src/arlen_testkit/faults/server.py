"""A server with faults, for the length of a ``with`` block."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arlen_testkit.errors import FaultError
from arlen_testkit.processes import RunningServer, serve_process

from .plan import Fault, parse_plan

__all__ = ["FaultyServer", "serve_with_faults"]


@dataclass(frozen=True, slots=True)
class FaultyServer:
    """A running server whose faults strike once `arm` is called.

    Attributes:
        running: the process, its address and its output.
        faults: the plan.
    """

    running: RunningServer
    faults: tuple[Fault, ...]
    _hits: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.running.url

    def arm(self) -> None:
        """Count calls from now on."""
        self.running.signal(signal.SIGUSR2)
        self.running.output.wait_for("^faults armed$")

    def hits(self) -> list[dict[str, Any]]:
        """What has struck so far, in order: ``seam``, ``fault``, ``n`` (which call) and ``monotonic`` (seconds)."""
        return [json.loads(line) for line in self._hits.read_text().splitlines()]

    def check_reached(self) -> None:
        """Raise unless every fault of the plan has struck.

        Raises:
            FaultError: code ``fault_not_reached``.
        """
        struck = {(hit["seam"], hit["fault"]) for hit in self.hits()}
        missed = [str(fault) for fault in self.faults if (fault.seam, fault.kind) not in struck]
        if missed:
            raise FaultError(f"not reached: {', '.join(missed)}", code="fault_not_reached", faults=missed)


@contextmanager
def serve_with_faults(
    app: str, plan: str, *options: str, cwd: str | os.PathLike[str] | None = None, env: Mapping[str, str] | None = None
) -> Iterator[FaultyServer]:
    """Serve an application on asyncio, with a system that fails as planned once the server is armed.

    Args:
        app: ``module:attribute``.
        options: further options of ``python -m arlen_http``; where it listens is not among them.
        cwd: where the application is looked for.

    Raises:
        FaultError: ``invalid_plan``; and ``fault_not_reached`` at the end of a block that has not failed otherwise.
    """
    faults = parse_plan(plan)
    with tempfile.TemporaryDirectory(prefix="arlen-faults-") as directory:
        hits = Path(directory) / "hits.jsonl"
        hits.touch()
        program = [sys.executable, "-m", "arlen_testkit.faults", "--plan", plan, "--hits", str(hits)]
        with serve_process([*program, "--", app, *options], cwd=cwd, env=env) as running:
            server = FaultyServer(running, faults, hits)
            yield server
            server.check_reached()
