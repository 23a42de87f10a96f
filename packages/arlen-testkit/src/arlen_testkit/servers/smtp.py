"""A real SMTP server for tests that keeps what it is given (aiosmtpd, from ``arlen-testkit[servers]``)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from arlen_testkit.errors import ServiceUnavailable
from arlen_testkit.processes import free_port

__all__ = ["Delivery", "SmtpServer", "smtp_server"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One accepted message.

    Attributes:
        sender: the envelope's ``MAIL FROM``.
        recipients: the envelope's ``RCPT TO``, in order.
        raw: the message as it came, lines ending in CRLF.
    """

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed: ``delivery.message["Subject"]``, ``delivery.message.get_body()``."""
        return email.message_from_bytes(self.raw, policy=email.policy.SMTP)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A running server.

    Attributes:
        host: always 127.0.0.1.
        port: the TCP port.
        messages: what was delivered, oldest first; a message is in it before its client reads the final ``250``.
    """

    host: str
    port: int
    messages: list[Delivery] = field(default_factory=list)


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """SMTP for the length of a ``with`` block, on a free port of 127.0.0.1, in a thread.

    Raises:
        ServiceUnavailable: ``not_installed``.
    """
    try:
        from aiosmtpd.controller import Controller
    except ModuleNotFoundError as error:
        raise ServiceUnavailable(
            "no SMTP server for the tests: install 'arlen-testkit[servers]'", code="not_installed"
        ) from error
    server = SmtpServer("127.0.0.1", free_port())
    controller = Controller(_Keeper(server.messages), hostname=server.host, port=server.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


class _Keeper:
    """Says yes to every message, as aiosmtpd asks its handlers."""

    def __init__(self, messages: list[Delivery]) -> None:
        self._messages = messages

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._messages.append(Delivery(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        return "250 Message accepted for delivery"
