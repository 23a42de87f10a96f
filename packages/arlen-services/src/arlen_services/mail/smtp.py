"""Mail that really leaves: handed over to a submission server."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from email.message import EmailMessage
from typing import Protocol

from arlen_services.clock import Clock, Sleep, system_clock

from .address import Mailbox
from .connections import Connections
from .delivery import MailDelivery
from .message import MailMessage
from .mime import compose, new_message_id, to_bytes
from .pace import Pace
from .smtp_client import SmtpConnection, tls_context
from .smtp_settings import SmtpSettings
from .validation import validate

_log = logging.getLogger("arlen.services.mail")


_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>")


class Signer(Protocol):
    """Adds a signature to the bytes of a message, as `arlen_services.mail.dkim.DkimSigner` does."""

    def sign(self, content: bytes, domain: str) -> bytes:
        """The content with its signature in front; ``domain`` is that of the sender."""


class SmtpMailer:
    """A ``Mailer`` that hands messages to an SMTP server. The id of a delivery is the Message-ID.

    A message that the server took for some recipients only counts as delivered; who was refused is logged as a warning.
    The deliveries of this process are remembered up to ``log_size``. For one event loop.

    Raises:
        MissingDependencyError: the extra ``smtp`` is not installed.
        MailError: the codes of `SmtpConnection`, and ``smtp_tls`` (permanent) when certificates cannot be read.
    """

    __slots__ = ("_clock", "_connections", "_log", "_pace", "_signer", "adapter_name")

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        signer: Signer | None = None,
        log_size: int = 1000,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if settings.tls != "none":
            tls_context(settings)
        self.adapter_name = f"smtp_mail@{settings.host}:{settings.port}"
        self._clock = clock
        self._connections = Connections(lambda: SmtpConnection(settings), settings.max_connections)
        self._pace = Pace(settings.messages_per_second, sleep=sleep)
        self._signer = signer
        self._log: deque[MailDelivery] = deque(maxlen=log_size)

    async def deliver(self, message: MailMessage) -> str:
        """As the protocol says. A ``message_id`` in the metadata is used, so that a repetition can be recognised."""
        validate(message)
        message_id = _given_id(message) or new_message_id(message)
        now = self._clock()
        mail = compose(message, message_id=message_id, date=now)
        sender = Mailbox.parse(message.return_path or message.from_)
        recipients = [Mailbox.parse(address) for address in message.recipients]
        utf8 = any(mailbox.needs_utf8 for mailbox in (Mailbox.parse(message.from_), sender, *recipients))
        content = self._signed(mail, message, utf8=utf8)
        await self._pace.turn()
        async with self._connections.connection() as connection:
            refused = await connection.send(sender.spec, [mailbox.spec for mailbox in recipients], content, utf8=utf8)
        if refused:
            _log.warning(
                "some recipients were refused",
                extra={"code": "recipients_refused", "delivery_id": message_id, "refused": refused},
            )
        self._log.append(MailDelivery(message_id, now, message.detached()))
        return message_id

    async def deliveries(self) -> list[MailDelivery]:
        return [delivery.detached() for delivery in self._log]

    async def reset(self) -> None:
        self._log.clear()

    async def close(self) -> None:
        """End the connections that are kept open."""
        await self._connections.close()

    def _signed(self, mail: EmailMessage, message: MailMessage, *, utf8: bool) -> bytes:
        content = to_bytes(mail, utf8=utf8)
        if self._signer is None:
            return content
        return self._signer.sign(content, Mailbox.parse(message.from_).domain)


def _given_id(message: MailMessage) -> str:
    given = message.metadata.get("message_id")
    return given if isinstance(given, str) and _MESSAGE_ID.fullmatch(given) else ""
