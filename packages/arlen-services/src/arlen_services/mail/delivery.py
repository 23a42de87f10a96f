"""What an adapter remembers of a message that it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .message import MailMessage


@dataclass(frozen=True, slots=True)
class MailDelivery:
    """A delivered message.

    Attributes:
        delivery_id: what `deliver` answered.
        timestamp: when, in UTC.
        message: what was sent.
    """

    delivery_id: str
    timestamp: datetime
    message: MailMessage

    def detached(self) -> MailDelivery:
        """The same, so that no change to it reaches the log."""
        return MailDelivery(self.delivery_id, self.timestamp, self.message.detached())

    def to_dict(self) -> dict[str, Any]:
        """``delivery_id``, ``timestamp`` (seconds since 1970) and ``message``."""
        return {
            "delivery_id": self.delivery_id,
            "timestamp": self.timestamp.timestamp(),
            "message": self.message.to_dict(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> MailDelivery:
        """The opposite of ``to_dict``."""
        return cls(
            stored["delivery_id"],
            datetime.fromtimestamp(stored["timestamp"], UTC),
            MailMessage.from_dict(stored["message"]),
        )
