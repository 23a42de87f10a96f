"""Lifecycle lines: what the manager tells machines, one line per event."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

_KEPT = "!\"#$&'()*+,/:;<=>?@[\\]^`{|}"


def lifecycle_line(event: str, manager_pid: int, facts: Iterable[tuple[str, object]]) -> str:
    """``propane:lifecycle event=<name> manager_pid=<pid> key=value …``; white space in values is percent-encoded."""
    pairs = (("event", event), ("manager_pid", manager_pid), *facts)
    return "propane:lifecycle " + " ".join(f"{key}={quote(str(value), safe=_KEPT)}" for key, value in pairs)
