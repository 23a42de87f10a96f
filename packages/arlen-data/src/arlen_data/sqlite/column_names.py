"""The names of result columns as they were meant."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from operator import itemgetter
from typing import Any

_FAITHFUL_SINCE = (3, 38, 0)
_QUOTED = re.compile(r'(?:"(?:[^"]|"")*"\.)*"((?:[^"]|"")*)"')


def unquoted(name: str) -> str:
    """``"t"."name"`` and ``"name"`` are ``name``; other text is left alone."""
    quoted = _QUOTED.fullmatch(name)
    return quoted[1].replace('""', '"') if quoted else name


def _unquoted_name(column: Any) -> str:
    return unquoted(column[0])


name_of: Callable[[Any], str] = itemgetter(0) if sqlite3.sqlite_version_info >= _FAITHFUL_SINCE else _unquoted_name
"""The name in an item of ``cursor.description``. Libraries before 3.38 repeat what stood in RETURNING, with quotes."""
