"""Programs on the generator's processor: clients that run to their end, and clients that stay beside a run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .cpu import pinned
from .load import LoadError
from .root import ROOT

READY = "ready"
PATIENCE_SECONDS = 600


def command(client: str, **options: object) -> list[str]:
    """The command line of one of ``ci.bench.clients``."""
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", f"ci.bench.clients.{client}", *given]


def outcome(core: int, client: str, **options: object) -> str:
    """Run a client to its end; what it printed. Raises LoadError."""
    try:
        with pinned(core):
            done = subprocess.run(
                command(client, **options), cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS
            )
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"{client} was not done after {PATIENCE_SECONDS} seconds") from error
    if done.returncode:
        raise LoadError(f"{client} ended with {done.returncode}: {last_line(done.stderr)}")
    return done.stdout


def last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or "no output"


@contextmanager
def beside(core: int, client: str, **options: object) -> Iterator[None]:
    """A client that has said that it is ready, and goes on until the block ends. Raises LoadError."""
    with pinned(core):
        process = subprocess.Popen(
            command(client, **options), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    with process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != READY:
                raise LoadError(f"{client} is not ready: {last_line(process.communicate()[1])}")
            yield
        finally:
            process.kill()
