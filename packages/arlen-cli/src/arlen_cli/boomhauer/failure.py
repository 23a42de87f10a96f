"""A build that failed: at which stage, where, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

MAX_OUTPUT = 16_000
MAX_LINE = 400


class Stage(StrEnum):
    """The step of a build that failed."""

    APP_DISCOVERY = "app_discovery"
    CONFIG = "config"
    TEMPLATE_COMPILE = "template_compile"
    IMPORT = "import"
    STARTUP = "startup"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """Everything that is known about a failed build.

    Attributes:
        message: one sentence: the kind of error and what it says.
        output: the beginning of what a terminal would have shown, usually a traceback.
        snippet: the line of ``place`` between its neighbours, marked with ``>``; empty when there is none.
        command: the command line that ran the build.
        exit_code: the status of the process that built; negative for a signal.
    """

    stage: Stage
    message: str
    output: str = ""
    place: Place | None = None
    snippet: str = ""
    warnings: tuple[str, ...] = ()
    severity: str = "error"
    command: str = ""
    exit_code: int = 1

    def ran_by(self, command: str) -> BuildFailure:
        """The same failure, of this command."""
        return replace(self, command=command)

    def as_json(self) -> dict[str, Any]:
        """Plain values, from which :meth:`from_json` makes the same failure."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> BuildFailure:
        place = document["place"]
        return cls(
            **{
                **document,
                "stage": Stage(document["stage"]),
                "place": Place(**place) if place else None,
                "warnings": tuple(document["warnings"]),
            }
        )

    def details(self) -> dict[str, object]:
        """The facts as the JSON answer names them; what is not known is left out."""
        place = self.place or Place("")
        facts: dict[str, object] = {
            "stage": str(self.stage),
            "command": self.command,
            "exit_code": self.exit_code,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "severity": self.severity,
            "message": self.message,
            "snippet": self.snippet,
        }
        known = {name: fact for name, fact in facts.items() if fact not in ("", None)}
        return {**known, "warnings": list(self.warnings), "output": self.output}

    def text(self) -> str:
        """The failure for a terminal: stage, message, place and snippet."""
        lines = [f"build failed ({self.stage}): {self.message}"]
        if self.place:
            lines.append(f"  {self.place}")
        lines += [f"  {line}" for line in self.snippet.splitlines()]
        return "\n".join(lines)


def crashed(status: int) -> BuildFailure:
    """The failure of a process that ended before it could say why."""
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    return BuildFailure(
        stage=Stage.STARTUP,
        message=f"the application's process {how} before it served; its own output is on the terminal",
        exit_code=status,
    )


def snippet(source: str, line: int) -> str:
    """The line with one neighbour on each side, ``>`` marking it; empty when the source has no such line."""
    lines = source.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    numbers = range(max(1, line - 1), min(len(lines), line + 1) + 1)
    width = len(str(numbers[-1]))
    return "\n".join(f"{'>' if n == line else ' '} {n:>{width}} | {lines[n - 1][:MAX_LINE]}".rstrip() for n in numbers)
