"""Mail that stays in this process, for tests and for the first hour of an application."""

from __future__ import annotations

from arlen_services.clock import Clock, system_clock

from .delivery import MailDelivery
from .message import MailMessage
from .validation import validate


class MemoryMailer:
    """A ``Mailer`` that keeps messages and sends nothing. Ids are ``mail-1``, ``mail-2`` ..."""

    __slots__ = ("_clock", "_delivered", "adapter_name")

    def __init__(self, *, adapter_name: str = "in_memory_mail", clock: Clock = system_clock) -> None:
        self.adapter_name = adapter_name
        self._clock = clock
        self._delivered: list[MailDelivery] = []

    async def deliver(self, message: MailMessage) -> str:
        validate(message)
        delivery = MailDelivery(f"mail-{len(self._delivered) + 1}", self._clock(), message.detached())
        self._delivered.append(delivery)
        return delivery.delivery_id

    async def deliveries(self) -> list[MailDelivery]:
        return [delivery.detached() for delivery in self._delivered]

    async def reset(self) -> None:
        self._delivered.clear()
