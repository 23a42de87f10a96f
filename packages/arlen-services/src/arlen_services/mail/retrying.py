"""Mail that is tried again."""

from __future__ import annotations

import asyncio

from arlen_services.clock import Sleep
from arlen_services.errors import ArlenServicesError, MailError, RetriesExhausted

from .mailer import Mailer
from .message import MailMessage
from .wrapper import MailerWrapper


class RetryingMailer(MailerWrapper):
    """Delivers by ``base``, up to ``max_attempts`` times (at least once) with ``retry_delay`` seconds in between.

    A permanent error is raised as it is, at once: trying again is in vain. So is a cancellation.

    Raises:
        RetriesExhausted: code ``mail_retries_exhausted``; ``details`` hold ``attempt_count`` and ``adapter``, the cause
            is the last error.
    """

    __slots__ = ("_attempts", "_delay", "_sleep")

    def __init__(
        self, base: Mailer, *, max_attempts: int = 3, retry_delay: float = 0.0, sleep: Sleep = asyncio.sleep
    ) -> None:
        super().__init__("retrying_mail", base)
        self._attempts = max(1, max_attempts)
        self._delay = max(0.0, retry_delay)
        self._sleep = sleep

    async def deliver(self, message: MailMessage) -> str:
        last: Exception | None = None
        for attempt in range(self._attempts):
            if attempt:
                await self._sleep(self._delay)
            try:
                return await self._attempt(message)
            except ArlenServicesError as error:
                if error.permanent:
                    raise
                last = error
            except Exception as error:  # noqa: BLE001 - whatever an adapter of others raises is a failed attempt
                last = error
        raise RetriesExhausted(
            f"{self.base.adapter_name} failed {self._attempts} times; last: {last}",
            code="mail_retries_exhausted",
            details={"attempt_count": self._attempts, "adapter": self.base.adapter_name},
        ) from last

    async def _attempt(self, message: MailMessage) -> str:
        if delivery_id := await self.base.deliver(message):
            return delivery_id
        raise MailError(f"{self.base.adapter_name} answered no id", code="no_delivery_id")
