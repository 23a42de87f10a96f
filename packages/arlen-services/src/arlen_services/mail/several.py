"""Several ways out for one message."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence

from arlen_services.errors import ArlenServicesError, MailError

from .delivery import MailDelivery
from .mailer import Mailer
from .message import MailMessage
from .validation import validate
from .wrapper import call_if_there

_log = logging.getLogger("arlen.services.mail")


class FallbackMailer:
    """Delivers by the first of ``mailers``, and where that fails by the next.

    A message that no adapter takes (`validate`) fails at once. A server that took a message but could not say so makes
    it travel twice; the recipients' programs see that by the Message-ID.

    Raises:
        MailError: code ``no_mailers``; of `deliver` the error of the last one.
    """

    __slots__ = ("_mailers", "adapter_name")

    def __init__(self, *mailers: Mailer) -> None:
        self._mailers = _some(mailers)
        self.adapter_name = f"fallback_mail({', '.join(mailer.adapter_name for mailer in mailers)})"

    async def deliver(self, message: MailMessage) -> str:
        return await _first_success(self._mailers, message)

    async def deliveries(self) -> list[MailDelivery]:
        return await _all_deliveries(self._mailers)

    async def reset(self) -> None:
        for mailer in self._mailers:
            await mailer.reset()

    async def close(self) -> None:
        """Close those that close."""
        for mailer in self._mailers:
            await call_if_there(mailer, "close")


class RoundRobinMailer(FallbackMailer):
    """Like `FallbackMailer`, with every message beginning at the next of ``mailers``."""

    __slots__ = ("_turns",)

    def __init__(self, *mailers: Mailer) -> None:
        super().__init__(*mailers)
        self.adapter_name = f"round_robin_mail({', '.join(mailer.adapter_name for mailer in mailers)})"
        self._turns = itertools.cycle(range(len(mailers)))

    async def deliver(self, message: MailMessage) -> str:
        validate(message)
        turn = next(self._turns)
        return await _first_success(self._mailers[turn:] + self._mailers[:turn], message)


def _some(mailers: tuple[Mailer, ...]) -> tuple[Mailer, ...]:
    if not mailers:
        raise MailError("there is no mailer to deliver by; give one at least", code="no_mailers", permanent=True)
    return mailers


async def _first_success(mailers: Sequence[Mailer], message: MailMessage) -> str:
    validate(message)
    for mailer in mailers[:-1]:
        try:
            return await mailer.deliver(message)
        except ArlenServicesError as error:
            _log.warning("mail takes another way", extra={"adapter": mailer.adapter_name, "code": error.code})
    return await mailers[-1].deliver(message)


async def _all_deliveries(mailers: Sequence[Mailer]) -> list[MailDelivery]:
    deliveries = [delivery for mailer in mailers for delivery in await mailer.deliveries()]
    return sorted(deliveries, key=lambda delivery: delivery.timestamp)
