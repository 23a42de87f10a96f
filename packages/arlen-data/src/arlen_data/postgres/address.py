"""Where a PostgreSQL database is: what a URL or a libpq keyword string says, without its password in sight."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

SCHEMES = ("postgresql", "postgres")

_IN_AUTHORITY = re.compile(r"(://[^/?#@]*?):[^/?#]*@")
_IN_KEYWORDS = re.compile(r"((?:^|[\s?&])(?:ssl)?password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A PostgreSQL database as libpq is told about it; ``str()`` and ``repr()`` keep the password to themselves.

    ``password_provider`` is asked at each connect, so that credentials may rotate.
    """

    dialect: ClassVar[str] = "postgresql"

    dsn: str = field(repr=False)
    password_provider: Callable[[], str] | None = field(default=None, repr=False)

    def exists(self) -> bool:
        """Whether it is there without being made: a server is not made by those who connect."""
        return True

    def can_be_made(self) -> bool:
        """Whether this process can make it."""
        return False

    def __str__(self) -> str:
        return _IN_KEYWORDS.sub(r"\1***", _IN_AUTHORITY.sub(r"\1:***@", self.dsn))

    def __repr__(self) -> str:
        return f"PostgresAddress({str(self)!r})"
