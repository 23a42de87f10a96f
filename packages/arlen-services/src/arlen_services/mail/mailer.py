"""The protocol of everything that delivers mail."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .delivery import MailDelivery
from .message import MailMessage


@runtime_checkable
class Mailer(Protocol):
    """Takes messages. Safe for concurrent tasks; `open` and `close` are optional."""

    @property
    def adapter_name(self) -> str:
        """What it is called in logs, such as ``smtp_mail@localhost:25``."""

    async def deliver(self, message: MailMessage) -> str:
        """Hand a message over; answers the id of the delivery.

        Raises:
            MailError: ``permanent`` when the message can never be delivered like this, such as every code of
                `arlen_services.mail.validate`.
        """

    async def deliveries(self) -> list[MailDelivery]:
        """What was delivered, in that order, detached."""

    async def reset(self) -> None:
        """Forget the deliveries; numbering starts anew."""
