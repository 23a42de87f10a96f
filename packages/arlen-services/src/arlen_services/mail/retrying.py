"""Mail that is tried again."""

from __future__ import annotations

import asyncio

from arlen_services.clock import Sleep
from arlen_services.resilience.policy import RetryPolicy
from arlen_services.resilience.wrappers import with_retry

from .mailer import Mailer
from .message import MailMessage
from .wrapper import MailerWrapper


class RetryingMailer(MailerWrapper):
    """Delivers by ``base``, up to ``max_attempts`` times (at least once) with ``retry_delay`` seconds in between.

    A permanent error is raised as it is, at once: trying again is in vain. So is a cancellation.

    Raises:
        RetriesExhausted: code ``retries_exhausted``; ``details`` hold ``attempt_count`` and ``adapter``, the cause is
            the last error.
    """

    __slots__ = ("_retrying",)

    def __init__(
        self, base: Mailer, *, max_attempts: int = 3, retry_delay: float = 0.0, sleep: Sleep = asyncio.sleep
    ) -> None:
        super().__init__("retrying_mail", base)
        policy = RetryPolicy(max_attempts=max_attempts, delay=retry_delay, factor=1.0)
        self._retrying = with_retry(base, policy, operations=("deliver",), sleep=sleep)

    async def deliver(self, message: MailMessage) -> str:
        return await self._retrying.deliver(message)
