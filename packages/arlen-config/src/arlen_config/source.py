"""Where a value comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

Key = tuple[str | int, ...]


class Origin(Enum):
    """The layer of a value, lowest precedence first."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    OVERRIDE = "override"


class Lines(Protocol):
    """What knows the line on which a key stands."""

    def line_of(self, key: Key) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of one value: ``str(source)`` is ``config/app.toml:3``, ``ARLEN_PORT``, ``command line`` ..."""

    origin: Origin
    name: str
    key: Key = ()
    lines: Lines | None = field(default=None, repr=False, compare=False)

    @property
    def line(self) -> int | None:
        """The line in the file, counted from 1; None where the source is not a file."""
        return self.lines.line_of(self.key) if self.lines else None

    @property
    def path(self) -> str | None:
        """The file; None where the source is not a file."""
        return self.name if self.lines else None

    def __str__(self) -> str:
        return self.name if self.line is None else f"{self.name}:{self.line}"


BUILT_IN = Source(Origin.DEFAULT, "default")


def dotted(key: Key) -> str:
    """The key as people write it: ``session.secret``, ``static_mounts[0].path``."""
    text = ""
    for part in key:
        text += f"[{part}]" if type(part) is int else f".{part}" if text else str(part)
    return text


def split(dotted_key: str) -> tuple[str, ...]:
    """The parts of a dotted key; the empty key is the root table."""
    return tuple(dotted_key.split(".")) if dotted_key else ()
