"""Where a connection is between one request and the next."""

from __future__ import annotations

from enum import Enum, auto

__all__ = ["Stage"]


class Stage(Enum):
    """What the bytes that arrive next are, and what a passed deadline means."""

    #: Nothing of the next request has arrived.
    IDLE = auto()
    #: A part of its head has.
    HEAD = auto()
    #: Its head has; the handler wants the body complete.
    GATHERING = auto()
    #: The handler is at work, or its response is being written.
    HANDLING = auto()
    #: The response is written; the rest of the body is read past.
    DROPPING = auto()
    #: The last response is written, or the connection belongs to another protocol.
    ENDED = auto()
