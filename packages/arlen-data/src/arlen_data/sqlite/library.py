"""The library behind sqlite3: how old it may be, and what an old one lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TypeAlias

from arlen_data.errors import ConnectionFailed

Version: TypeAlias = tuple[int, ...]

FLOOR: Version = (3, 35, 0)
"""The oldest library that works: RETURNING came with it."""

_SINCE: Mapping[str, Version] = {
    "json_arrows": (3, 38, 0),
    "right_and_full_join": (3, 39, 0),
}


def expect_supported_library(version: Version = sqlite3.sqlite_version_info) -> None:
    """
    Raises:
        ConnectionFailed: code ``library_too_old``.
    """
    if version < FLOOR:
        raise ConnectionFailed(
            f"this Python uses SQLite {_text(version)}, and {_text(FLOOR)} or later is needed; use a Python that comes "
            "with a newer SQLite, or update the system's libsqlite3",
            code="library_too_old",
            details={"version": _text(version), "needed": _text(FLOOR)},
        )


def lacking(version: Version = sqlite3.sqlite_version_info) -> frozenset[str]:
    """The features of the SQL language that came after a version."""
    return frozenset(feature for feature, since in _SINCE.items() if version < since)


def _text(version: Version) -> str:
    return ".".join(map(str, version))
