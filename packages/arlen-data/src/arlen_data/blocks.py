"""What a transaction may be told when it begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .errors import InvalidArgumentError

Isolation: TypeAlias = Literal["read committed", "repeatable read", "serializable"]

_ISOLATION = ("read committed", "repeatable read", "serializable")
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """How the outermost block of a transaction begins.

    Attributes:
        isolation: PostgreSQL's isolation level; SQLite is always serializable.
        read_only: refuse changes.
        deferrable: PostgreSQL: wait for a snapshot that cannot fail (with ``serializable`` and ``read_only``).
        role: PostgreSQL: become this role until the end.
        settings: PostgreSQL: configuration parameters until the end, such as ``{"app.tenant": "7"}`` or
            ``{"search_path": "shop"}``.

    Raises:
        InvalidArgumentError: code ``invalid_option``.
    """

    isolation: Isolation | None = None
    read_only: bool = False
    deferrable: bool = False
    role: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.isolation is not None and self.isolation not in _ISOLATION:
            raise _invalid(f"isolation is one of {', '.join(_ISOLATION)}", "isolation", self.isolation)
        for name in self.settings:
            if not _SETTING.fullmatch(name):
                raise _invalid("a setting is named by words with at most one dot", "settings", name)

    @property
    def plain(self) -> bool:
        """Whether it says nothing."""
        return self == PLAIN

    def local_settings(self) -> dict[str, str]:
        """Parameters to set for this transaction alone."""
        return dict(self.settings) if self.role is None else {"role": self.role, **self.settings}

    def begin(self) -> str:
        """PostgreSQL's statement that begins it."""
        modes = [
            *([f"ISOLATION LEVEL {self.isolation.upper()}"] if self.isolation else []),
            *(["READ ONLY"] if self.read_only else []),
            *(["DEFERRABLE"] if self.deferrable else []),
        ]
        return " ".join(["BEGIN", ", ".join(modes)]).rstrip()


def _invalid(rule: str, option: str, value: object) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{rule}, not {value!r}", code="invalid_option", details={"option": option, "value": value}
    )


PLAIN = Block()
