"""From an address to a mailer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from arlen_services.errors import MailError
from arlen_services.settings import MailSettings

from .file import FileMailer
from .mailer import Mailer
from .memory import MemoryMailer
from .redirecting import AllowListMailer, RedirectingMailer
from .retrying import RetryingMailer
from .smtp_settings import SmtpSettings

Opener: TypeAlias = Callable[[MailSettings, Path], Mailer]

RETRY_DELAY = 1.0


def open_mailer(settings: MailSettings, root: str | os.PathLike[str] = ".") -> Mailer:
    """The mailer that ``settings.url`` names, with what stands before it; it connects with its first message.

    ``memory:``, ``file:relative/directory`` below ``root``, ``file:///absolute/directory`` (with ``?eml=1`` MIME files
    too), ``smtp://user:password@host:587`` or ``smtps://`` with the fields of `SmtpSettings` as parameters. Where
    recipients have to be allowed, mail for others goes to ``redirect_to``, or is kept in memory.

    Raises:
        MailError: permanent; code ``unknown_scheme``, ``invalid_settings`` or ``directory_unusable``; the message has
            no password in it.
        MissingDependencyError: ``smtp:`` without the extra ``smtp``.
    """
    scheme = settings.url.partition(":")[0].lower()
    opener = OPENERS.get(scheme)
    if opener is None:
        raise MailError(
            f'mail.url has the scheme "{scheme}"; use one of {", ".join(f"{known}:" for known in OPENERS)}',
            code="unknown_scheme",
            details={"scheme": scheme},
            permanent=True,
        )
    return _guarded(opener(settings, Path(root)), settings)


def _guarded(mailer: Mailer, settings: MailSettings) -> Mailer:
    redirected = RedirectingMailer(mailer, settings.redirect_to) if settings.redirect_to else None
    if settings.allowed_recipients:
        return AllowListMailer(mailer, allow=settings.allowed_recipients, otherwise=redirected or MemoryMailer())
    return redirected or mailer


def _memory(settings: MailSettings, root: Path) -> Mailer:
    return MemoryMailer()


def _file(settings: MailSettings, root: Path) -> Mailer:
    parts = urlsplit(settings.url)
    directory = unquote(parts.path)
    if parts.netloc or not directory.strip("/"):
        raise MailError(
            "mail.url needs a directory, as in file:storage/mail or file:///var/lib/mail",
            code="invalid_settings",
            permanent=True,
        )
    return FileMailer(root / Path(directory).expanduser(), eml=parse_qs(parts.query).get("eml") == ["1"])


def _smtp(settings: MailSettings, root: Path) -> Mailer:
    from .smtp import SmtpMailer

    mailer = SmtpMailer(SmtpSettings.from_url(settings.url))
    if settings.max_attempts <= 1:
        return mailer
    return RetryingMailer(mailer, max_attempts=settings.max_attempts, retry_delay=RETRY_DELAY)


OPENERS: Mapping[str, Opener] = {"memory": _memory, "file": _file, "smtp": _smtp, "smtps": _smtp}
