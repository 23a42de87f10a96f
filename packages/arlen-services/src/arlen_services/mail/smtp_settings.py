"""Where mail is handed over, and as whom."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, cast, get_args
from urllib.parse import parse_qs, unquote, urlsplit

from arlen_services.errors import MailError

SmtpTls: TypeAlias = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A submission server (RFC 6409).

    Attributes:
        host: its name; the certificate has to be made out to it.
        port: 587 for ``starttls``, 465 for ``implicit``, as a rule.
        username: who logs in; nobody when empty.
        password: the password, or an access token when ``auth`` is ``xoauth2``.
        tls: ``starttls`` (a server without it is refused), ``implicit``, or ``none``.
        timeout: seconds for each step of the conversation.
        auth: ``password``, or ``xoauth2`` for an access token.
        plaintext_credentials: allows to log in without TLS.
        minimum_tls: the lowest version, such as ``TLSv1_2``.
        ca_file: certificates to trust instead of those of the system.
        client_certificate: a PEM file with a certificate and its key, to show to the server.
        max_connections: how many are kept open for later messages.
        messages_per_second: the pace that the server is not to be asked to exceed; 0: any.

    Raises:
        MailError: permanent, code ``invalid_settings``.
    """

    host: str = field(metadata={"env": "ARLEN_SMTP_HOST"})
    port: int = field(default=587, metadata={"env": "ARLEN_SMTP_PORT"})
    username: str = field(default="", metadata={"env": "ARLEN_SMTP_USERNAME"})
    password: str = field(default="", repr=False, metadata={"env": "ARLEN_SMTP_PASSWORD"})
    tls: SmtpTls = field(default="starttls", metadata={"env": "ARLEN_SMTP_TLS"})
    timeout: float = 10.0
    auth: Literal["password", "xoauth2"] = "password"
    plaintext_credentials: bool = False
    minimum_tls: str = "TLSv1_2"
    ca_file: str = ""
    client_certificate: str = ""
    max_connections: int = 2
    messages_per_second: float = 0.0

    def __post_init__(self) -> None:
        for correct, complaint in (
            (self.host.strip(), "the host is blank; name the submission server"),
            (1 <= self.port <= 65535, f"the port is {self.port}; it lies between 1 and 65535"),
            (self.tls in get_args(SmtpTls), f"tls is {self.tls!r}; it is starttls, implicit or none"),
            (self.auth in ("password", "xoauth2"), f"auth is {self.auth!r}; it is password or xoauth2"),
            (self.timeout > 0, f"the timeout is {self.timeout} seconds; it is more than 0"),
            (self.max_connections >= 1, f"max_connections is {self.max_connections}; it is 1 or more"),
            (self.messages_per_second >= 0, f"messages_per_second is {self.messages_per_second}; it is 0 or more"),
            (self.minimum_tls in ssl.TLSVersion.__members__, f"{self.minimum_tls!r} is no version of TLS"),
            (
                self.tls != "none" or not self.username or self.plaintext_credentials,
                "a password would travel in the clear; use tls, or allow it with plaintext_credentials",
            ),
        ):
            if not correct:
                raise MailError(f"SMTP: {complaint}", code="invalid_settings", permanent=True)

    @classmethod
    def from_url(cls, url: str) -> SmtpSettings:
        """``smtp://user:password@host:587?tls=none`` or ``smtps://...`` (implicit TLS, port 465).

        Every field of this class but the secret may follow as a query parameter.

        Raises:
            MailError: permanent, code ``invalid_settings``; the message does not repeat the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise MailError(f"the SMTP URL cannot be read: {error}", code="invalid_settings", permanent=True) from None
        if parts.scheme not in ("smtp", "smtps"):
            raise MailError(
                f"{parts.scheme!r} is no scheme for mail; write smtp://host or smtps://host",
                code="invalid_settings",
                permanent=True,
            )
        implicit = parts.scheme == "smtps"
        given = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return cls(
            host=parts.hostname or "",
            port=port or (465 if implicit else 587),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            plaintext_credentials=given.pop("plaintext_credentials", "") in ("1", "true", "yes"),
            **_typed({"tls": "implicit" if implicit else "starttls", **given}),  # type: ignore[arg-type]
        )

    def with_environment(self, environment: Mapping[str, str]) -> SmtpSettings:
        """The same, as ``ARLEN_SMTP_HOST``, ``_PORT``, ``_USERNAME``, ``_PASSWORD`` and ``_TLS`` say otherwise.

        A variable that is empty or senseless changes nothing.
        """
        texts = {name: environment.get(f"ARLEN_SMTP_{name.upper()}", "") for name in ("host", "username", "password")}
        changes: dict[str, object] = {name: text for name, text in texts.items() if text.strip()}
        port, tls = environment.get("ARLEN_SMTP_PORT", ""), environment.get("ARLEN_SMTP_TLS", "")
        if port.isdecimal() and 1 <= int(port) <= 65535:
            changes["port"] = int(port)
        if tls in get_args(SmtpTls):
            changes["tls"] = tls
        return replace(self, **cast("dict[str, str]", changes))  # type: ignore[arg-type]


_TYPES = {
    "tls": str,
    "auth": str,
    "minimum_tls": str,
    "ca_file": str,
    "client_certificate": str,
    "timeout": float,
    "messages_per_second": float,
    "max_connections": int,
}


def _typed(given: Mapping[str, str]) -> dict[str, object]:
    """The parameters of a URL as what the fields hold."""
    typed: dict[str, object] = {}
    for name, text in given.items():
        if name not in _TYPES:
            raise MailError(f"{name!r} is no SMTP setting", code="invalid_settings", permanent=True)
        try:
            typed[name] = _TYPES[name](text)
        except ValueError:
            raise MailError(
                f"the SMTP setting {name} is {text!r}; give a number", code="invalid_settings", permanent=True
            ) from None
    return typed
