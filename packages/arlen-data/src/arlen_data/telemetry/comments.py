"""Comments by which a server's log and its statistics tell who sent a statement, in the format of sqlcommenter."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

_COMMENTED = ("--", "/*")


def with_comment(sql: str, facts: Mapping[str, str]) -> str:
    """The SQL with ``/*key='value'*/`` behind it; SQL that holds a comment, or nothing to tell, leaves it as it is."""
    if not facts or any(mark in sql for mark in _COMMENTED):
        return sql
    pairs = sorted((quote(key, safe=""), quote(value, safe="")) for key, value in facts.items())
    listed = ",".join([f"{key}='{value}'" for key, value in pairs])
    return f"{sql} /*{listed}*/"
