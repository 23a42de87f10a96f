"""What an application configures about its hub."""

from __future__ import annotations

from dataclasses import dataclass, field

from .subscription import Overflow


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """The ``[realtime]`` table of an application's configuration. Limits count per process."""

    queue_size: int = field(
        default=64,
        metadata={
            "env": "ARLEN_REALTIME_QUEUE_SIZE",
            "minimum": 1,
            "doc": "unread messages that a subscriber may have",
        },
    )
    overflow: Overflow = field(
        default="disconnect",
        metadata={
            "env": "ARLEN_REALTIME_OVERFLOW",
            "choices": ("disconnect", "drop_oldest"),
            "doc": "what happens to a subscriber whose queue is full: disconnect or drop_oldest",
        },
    )
    max_total_subscribers: int = field(
        default=0,
        metadata={
            "env": "ARLEN_MAX_REALTIME_SUBSCRIBERS",
            "minimum": 0,
            "doc": "subscribers that a process takes; 0: any number",
        },
    )
    max_subscribers_per_channel: int = field(
        default=0,
        metadata={
            "env": "ARLEN_MAX_REALTIME_SUBSCRIBERS_PER_CHANNEL",
            "minimum": 0,
            "doc": "subscribers that a channel takes; 0: any number",
        },
    )
