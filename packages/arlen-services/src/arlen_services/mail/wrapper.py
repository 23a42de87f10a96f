"""What the mailers that stand before another one have in common."""

from __future__ import annotations

from .delivery import MailDelivery
from .mailer import Mailer


class MailerWrapper:
    """Passes everything but `deliver` on to ``base``."""

    __slots__ = ("adapter_name", "base")

    def __init__(self, kind: str, base: Mailer) -> None:
        self.adapter_name = f"{kind}({base.adapter_name})"
        self.base = base

    async def deliveries(self) -> list[MailDelivery]:
        return await self.base.deliveries()

    async def reset(self) -> None:
        await self.base.reset()

    async def open(self) -> None:
        """Open ``base``, if it opens."""
        await call_if_there(self.base, "open")

    async def close(self) -> None:
        """Close ``base``, if it closes."""
        await call_if_there(self.base, "close")


async def call_if_there(mailer: Mailer, name: str) -> None:
    """Call one of the methods that a mailer need not have."""
    if method := getattr(mailer, name, None):
        await method()
