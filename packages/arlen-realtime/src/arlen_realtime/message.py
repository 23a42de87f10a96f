"""What travels through a hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One published message, as every subscriber of its channel gets it; treat ``data`` as read-only.

    ``id`` grows with every message that its hub publishes, in the order of publishing.
    """

    id: int
    channel: str
    event: str | None
    data: Any
