"""The ``[mail]`` table, as a ``Mailer``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from arlen_mvc import Application
from arlen_services import Mailer, MailSettings, open_mailer

from .deferred import deferred
from .opening import address_of, warn_of_memory

TABLE = "mail"


def claim(app: Application) -> MailSettings:
    return app.section(TABLE, MailSettings)


def wire(app: Application) -> None:
    """Provide the mailer; the default is the directory ``storage/mail`` below the root, made by its first message.

    A mailer can only be asked to send, so the check tells which one it is and sends nothing.
    """
    app.provide(Mailer, _opened)

    @app.health_check(TABLE, critical=False)
    async def kind() -> dict[str, object]:
        mailer: Mailer = app.resource(Mailer)  # type: ignore[type-abstract]
        return {"adapter": mailer.adapter_name}


async def _opened(app: Application) -> AsyncIterator[Mailer]:
    """The mailer at its address; a server is spoken to by the first message."""
    settings = claim(app)
    with address_of(app, TABLE):
        mailer = _mailer(settings, app)
    warn_of_memory(app, TABLE, settings.url, "smtp: or smtps:")
    try:
        yield mailer
    finally:
        if close := getattr(mailer, "close", None):
            await close()


def _mailer(settings: MailSettings, app: Application) -> Mailer:
    if settings == MailSettings():
        return deferred(Mailer, lambda: open_mailer(settings, app.root), adapter_name="file_mail")  # type: ignore[type-abstract]
    return open_mailer(settings, app.root)
