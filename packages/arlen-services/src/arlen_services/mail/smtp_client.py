"""aiosmtplib, which only this module imports: a conversation with a submission server."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress

from arlen_services.errors import MailError, MissingDependencyError

from .smtp_settings import SmtpSettings

try:
    from aiosmtplib import (
        SMTP,
        SMTPAuthenticationError,
        SMTPException,
        SMTPNotSupported,
        SMTPRecipientsRefused,
        SMTPResponseException,
        SMTPTimeoutError,
    )
except ImportError as error:
    raise MissingDependencyError("mail by SMTP", extra="smtp") from error


class SmtpConnection:
    """One conversation with a server, for one message after the other.

    Every method raises ``MailError``: code ``smtp_connection`` (no connection, or a step took too long), ``smtp_tls``,
    ``smtp_auth`` (permanent), ``smtp_refused`` (the server said 5yz; permanent) or ``smtp_deferred`` (4yz).
    """

    __slots__ = ("_client", "_server", "_settings")

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._server = f"{settings.host}:{settings.port}"
        self._client = SMTP(
            hostname=settings.host,
            port=settings.port,
            timeout=settings.timeout,
            use_tls=settings.tls == "implicit",
            start_tls=False,
            tls_context=tls_context(settings) if settings.tls == "implicit" else None,
        )

    @property
    def is_open(self) -> bool:
        """Whether the server was there the last time it was heard."""
        return self._client.is_connected

    async def open(self) -> None:
        """Connect, make it secret, and log in, as the settings say."""
        try:
            await self._client.connect()
        except ssl.SSLError as error:
            raise self._tls_failed(error) from error
        except (SMTPException, OSError) as error:
            raise self._failed("cannot be reached", error) from error
        try:
            await self._make_secret()
            await self._log_in()
        except BaseException:
            await self._drop()
            raise

    async def alive(self) -> bool:
        """Whether the server still answers; asked before a connection that rested is used again."""
        try:
            await self._client.noop()
        except (SMTPException, OSError):
            await self._drop()
            return False
        return True

    async def send(self, sender: str, recipients: Sequence[str], content: bytes, *, utf8: bool) -> dict[str, str]:
        """Hand one message over; answers the recipients that were refused, with what the server said to each."""
        try:
            refused, _ = await self._client.sendmail(
                sender, list(recipients), content, mail_options=["SMTPUTF8"] if utf8 else []
            )
        except SMTPNotSupported as error:
            raise MailError(
                f"{self._server} has no SMTPUTF8, which an address needs: {error.message}",
                code="smtp_refused",
                details={"server": self._server},
                permanent=True,
            ) from error
        except SMTPRecipientsRefused as error:
            answers = {each.recipient: f"{each.code} {each.message}" for each in error.recipients}
            raise self._refused(max(each.code for each in error.recipients), "every recipient", answers) from error
        except SMTPResponseException as error:
            raise self._refused(error.code, "the message", {"": f"{error.code} {error.message}"}) from error
        except (SMTPException, OSError) as error:
            await self._drop()
            raise self._failed("broke off", error) from error
        return {recipient: f"{answer.code} {answer.message}" for recipient, answer in refused.items()}

    async def close(self) -> None:
        """Say goodbye; a server that does not answer is left alone."""
        transport = self._client.transport
        with suppress(SMTPException, OSError):
            await self._client.quit()
        await self._drop(transport)

    async def _drop(self, transport: asyncio.BaseTransport | None = None) -> None:
        """Close without a word, and let the event loop do it before it may itself be closed.

        Nothing is left to be said, so TLS does not wait for the server's goodbye either.
        """
        transport = transport or self._client.transport
        self._client.close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        await asyncio.sleep(0)

    async def _make_secret(self) -> None:
        if self._settings.tls != "starttls":
            return
        try:
            await self._client.starttls(tls_context=tls_context(self._settings))
        except (SMTPException, OSError) as error:
            raise self._tls_failed(error) from error

    async def _log_in(self) -> None:
        if not self._settings.username:
            return
        log_in = self._client.auth_xoauth2 if self._settings.auth == "xoauth2" else self._client.login
        try:
            await log_in(self._settings.username, self._settings.password)
        except SMTPTimeoutError as error:
            raise self._failed("took too long over the log-in", error) from error
        except SMTPAuthenticationError as error:
            raise MailError(
                f"{self._server} refuses to let {self._settings.username} in: {error.code} {error.message}",
                code="smtp_auth",
                details={"server": self._server, "status": error.code},
                permanent=error.code >= 500,
            ) from error
        except (SMTPException, OSError) as error:
            raise MailError(
                f"{self._server} lets nobody log in: {error}", code="smtp_auth", details={"server": self._server}
            ) from error

    def _refused(self, status: int, what: str, answers: dict[str, str]) -> MailError:
        permanent = status >= 500
        return MailError(
            f"{self._server} {'refuses' if permanent else 'defers'} {what}: {'; '.join(sorted(set(answers.values())))}",
            code="smtp_refused" if permanent else "smtp_deferred",
            details={"server": self._server, "status": status, "refused": answers},
            permanent=permanent,
        )

    def _failed(self, what: str, error: Exception) -> MailError:
        return MailError(
            f"the mail server {self._server} {what}: {error or type(error).__name__}",
            code="smtp_connection",
            details={"server": self._server},
        )

    def _tls_failed(self, error: Exception) -> MailError:
        return MailError(
            f"no TLS with {self._server}: {error}; check its name and certificate, or the settings tls and ca_file",
            code="smtp_tls",
            details={"server": self._server},
        )


def tls_context(settings: SmtpSettings) -> ssl.SSLContext:
    """Certificates are checked, always."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        context.minimum_version = ssl.TLSVersion[settings.minimum_tls]
        if settings.client_certificate:
            context.load_cert_chain(settings.client_certificate)
    except (OSError, ssl.SSLError) as error:
        raise MailError(
            f"the certificates for SMTP cannot be read: {error}", code="smtp_tls", permanent=True
        ) from error
    return context
