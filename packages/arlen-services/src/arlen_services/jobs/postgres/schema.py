"""The tables and functions of a queue in PostgreSQL, by version."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from arlen_services.errors import JobError

FOLDER = Path(__file__).with_name("sql")
PREFIX = re.compile(r"[a-z_][a-z0-9_]{0,30}")


@cache
def versions(prefix: str) -> tuple[str, ...]:
    """What leads from each version to the next, beginning with nothing.

    Raises:
        JobError: code ``invalid_prefix``.
    """
    if not PREFIX.fullmatch(prefix):
        raise JobError(
            f"{prefix!r} cannot begin the names of tables; give small letters, digits and _, at most 31",
            code="invalid_prefix",
            details={"prefix": prefix},
            permanent=True,
        )
    return tuple(file.read_text(encoding="utf-8").replace("$p", prefix) for file in sorted(FOLDER.glob("*.sql")))
