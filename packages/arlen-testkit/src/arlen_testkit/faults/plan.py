"""What shall fail, where, and when."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass

from arlen_testkit.errors import FaultError

__all__ = ["SEAMS", "Fault", "parse_plan"]

#: What can fail, and what each is in the server.
SEAMS = {
    "io.accept": "taking a connection from a listening socket",
    "io.recv": "reading from a connection",
    "io.send": "writing to a connection, gathered or not",
    "io.sendfile": "sendfile(2)",
    "fs.open": "opening a file that is served",
    "fs.stat": "the status of a path",
    "fs.fstat": "the status of an open file",
    "fs.read": "reading from a file that is served",
    "alloc.read_buffer": "memory for bytes that have arrived",
    "alloc.header_name": "memory for the fields of a request",
    "alloc.response_head": "memory for the head of a response",
}

_COUNTED = frozenset(("io.recv", "io.send", "io.sendfile"))
_ENDING = frozenset((*_COUNTED, "fs.read"))
_FAULT = re.compile(
    r"(?P<seam>[a-z_.]+)=(?P<kind>[A-Z]+[A-Z0-9]*(?::[0-9]+)?)@(?P<first>[0-9]+)(?:x(?P<count>[0-9]+))?"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a plan.

    Attributes:
        seam: what fails, one of `SEAMS`.
        kind: how: a name of `errno`, ``SHORT``, ``EOF``, ``MEMORY`` or ``DELAY:<milliseconds>``.
        first: the call that fails first, counted from 1.
        count: how many calls in a row fail.
    """

    seam: str
    kind: str
    first: int
    count: int = 1

    def concerns(self, call: int) -> bool:
        """Whether this call of the seam fails."""
        return self.first <= call < self.first + self.count

    def __str__(self) -> str:
        return f"{self.seam}={self.kind}@{self.first}" + (f"x{self.count}" if self.count > 1 else "")


def parse_plan(text: str) -> tuple[Fault, ...]:
    """The faults of a plan such as ``io.send=EAGAIN@1;fs.open=EINTR@2x3``.

    Raises:
        FaultError: code ``invalid_plan``.
    """
    return tuple(_parsed(part.strip()) for part in text.split(";") if part.strip())


def _parsed(text: str) -> Fault:
    found = _FAULT.fullmatch(text)
    if found is None:
        raise FaultError(f"{text!r} is not seam=FAULT@first or seam=FAULT@firstxcount", code="invalid_plan", fault=text)
    fault = Fault(found["seam"], found["kind"], int(found["first"]), int(found["count"] or 1))
    if fault.seam not in SEAMS:
        raise FaultError(
            f"there is no seam {fault.seam}; there are {', '.join(SEAMS)}", code="invalid_plan", fault=text
        )
    if not fault.first or not fault.count:
        raise FaultError(f"{text}: calls are counted from 1", code="invalid_plan", fault=text)
    if not _is_possible(fault):
        raise FaultError(f"{text}: {fault.kind} cannot happen at {fault.seam}", code="invalid_plan", fault=text)
    return fault


def _is_possible(fault: Fault) -> bool:
    match fault.kind.partition(":"):
        case ["MEMORY", "", ""] | ["DELAY", ":", _]:
            return True
        case ["SHORT", "", ""]:
            return fault.seam in _COUNTED
        case ["EOF", "", ""]:
            return fault.seam in _ENDING
        case [name, "", ""]:
            return hasattr(errno, name) and not fault.seam.startswith("alloc.")
    return False
