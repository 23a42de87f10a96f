"""The figures of a running server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ServerStats"]


@dataclass(frozen=True, slots=True)
class ServerStats:
    """What a server has done since its start, and what it does at this moment.

    Attributes:
        requests: answered by the application or, where it failed, in its place.
        refusals: answered by the server alone, by the code of the reason.
        sessions: open connections, upgraded ones among them.
        websocket_sessions: upgraded connections.
        threads_busy: threads that run blocking functions of the application.
        queue_length: calls that wait for a thread.
    """

    requests: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)
    sessions: int = 0
    websocket_sessions: int = 0
    threads_busy: int = 0
    queue_length: int = 0
