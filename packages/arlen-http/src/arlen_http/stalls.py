"""Responses that wait for their peers, and how long a peer may take nothing of them."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Outgoing", "WriteStalls"]


class Outgoing(Protocol):
    """Something that is being written."""

    def unwritten(self) -> int:
        """The bytes that the peer has not taken; 0 when there is nothing to wait for."""

    def abort(self) -> None:
        """Give it up."""


class WriteStalls:
    """Watches what is being written and aborts what makes no progress.

    Args:
        patience: seconds without a byte taken.
    """

    __slots__ = ("_patience", "_watched")

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._watched: dict[Outgoing, tuple[int, float]] = {}

    def watch(self, outgoing: Outgoing, now: float) -> None:
        """Watch this from now on."""
        self._watched[outgoing] = outgoing.unwritten(), now

    def release(self, outgoing: Outgoing) -> None:
        """Watch it no more."""
        self._watched.pop(outgoing, None)

    def sweep(self, now: float) -> None:
        """Abort whatever has stood still for too long."""
        for outgoing, (before, since) in list(self._watched.items()):
            left = outgoing.unwritten()
            if not left:
                self.release(outgoing)
            elif left != before:
                self._watched[outgoing] = left, now
            elif now - since >= self._patience:
                self.release(outgoing)
                outgoing.abort()
