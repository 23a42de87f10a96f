"""A real SMTP server for tests that keeps what it is given (aiosmtpd, from ``arlen-testkit[servers]``)."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import hmac
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal

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
def smtp_server(
    *,
    certificate: ssl.SSLContext | None = None,
    tls: Literal["starttls", "implicit"] = "starttls",
    credentials: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[SmtpServer]:
    """SMTP for the length of a ``with`` block, on 127.0.0.1, in a thread.

    Args:
        certificate: the server's side of TLS; with it nothing is taken in the clear.
        tls: when TLS begins: after ``STARTTLS``, or with the connection.
        credentials: passwords, or tokens for XOAUTH2, by user; with them nobody sends without one.
        answers: what to say instead of yes, such as ``550 No such user``, by recipient; of ``DATA`` for whole messages.
        port: where to listen; a free port unless it is given.

    Raises:
        ServiceUnavailable: ``not_installed``.
    """
    try:
        from aiosmtpd.controller import Controller
    except ModuleNotFoundError as error:
        raise ServiceUnavailable(
            "no SMTP server for the tests: install 'arlen-testkit[servers]'", code="not_installed"
        ) from error
    server = SmtpServer("127.0.0.1", port or free_port())
    handler = _Keeper(server.messages, credentials or {}, answers or {})
    starts_with_tls = certificate is not None and tls == "implicit"
    controller = Controller(
        handler,
        hostname=server.host,
        port=server.port,
        ssl_context=certificate if starts_with_tls else None,
        tls_context=None if starts_with_tls else certificate,
        require_starttls=certificate is not None and not starts_with_tls,
        enable_SMTPUTF8=True,
        authenticator=handler.authenticate,
        auth_required=False,
        auth_require_tls=certificate is not None and not starts_with_tls,
    )
    controller.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(controller.server), controller.loop).result(10)
        controller.stop()


async def _hang_up(server: asyncio.AbstractServer | None) -> None:
    """Accept nobody any more, and cut every connection: those within a handshake are known to the loop alone."""
    if server is not None:
        server.close()
    transports: Mapping[int, asyncio.Transport] = getattr(asyncio.get_running_loop(), "_transports", {})
    for _ in range(3):  # turns of the loop, in which accepted sockets get a transport, and cut ones are closed
        for transport in tuple(transports.values()):
            transport.abort()
        await asyncio.sleep(0)


class _Keeper:
    """Says yes to every message that nothing speaks against, as aiosmtpd asks its handlers."""

    def __init__(self, messages: list[Delivery], credentials: Mapping[str, str], answers: Mapping[str, str]) -> None:
        self._messages = messages
        self._credentials = credentials
        self._answers = answers

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        return AuthResult(success=self._knows(data.login.decode(), data.password.decode()), handled=False)

    async def auth_XOAUTH2(self, server: Any, arguments: list[str]) -> Any:
        from aiosmtpd.smtp import AuthResult

        fields = base64.b64decode(arguments[1]).decode().split("\x01")
        user, token = fields[0].removeprefix("user="), fields[1].removeprefix("auth=Bearer ")
        return AuthResult(success=self._knows(user, token), handled=False, auth_data=user)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self._credentials and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self._answers:
            return self._answers[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if "DATA" in self._answers:
            return self._answers["DATA"]
        self._messages.append(Delivery(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        return "250 Message accepted for delivery"

    def _knows(self, user: str, secret: str) -> bool:
        return hmac.compare_digest(self._credentials.get(user, ""), secret) and bool(secret)
