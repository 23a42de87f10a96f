"""Mail that goes somewhere else than to those it is for: before production."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from .address import Mailbox
from .mailer import Mailer
from .message import MailMessage
from .validation import validate
from .wrapper import MailerWrapper, call_if_there

_log = logging.getLogger("arlen.services.mail")


class RedirectingMailer(MailerWrapper):
    """Delivers everything to ``to`` by ``base``; the header ``X-Original-To`` says whom it was for."""

    __slots__ = ("_to",)

    def __init__(self, base: Mailer, to: str) -> None:
        super().__init__("redirecting_mail", base)
        Mailbox.parse(to)
        self._to = to

    async def deliver(self, message: MailMessage) -> str:
        validate(message)
        original = ", ".join(Mailbox.parse(address).spec for address in message.recipients)
        headers = {**message.headers, "X-Original-To": original}
        return await self.base.deliver(replace(message, to=[self._to], cc=[], bcc=[], headers=headers))


class AllowListMailer(MailerWrapper):
    """Delivers by ``base`` to those only whom a pattern names, such as ``*@example.org`` or ``kim@example.com``.

    The others are left out, and a copy of the message with them goes to ``otherwise``: a `MemoryMailer` or a
    `FileMailer` keeps it, a `RedirectingMailer` sends it to one mailbox. The id is that of ``base``, or of
    ``otherwise`` where nobody is allowed.
    """

    __slots__ = ("_allowed", "otherwise")

    def __init__(self, base: Mailer, *, allow: Sequence[str], otherwise: Mailer) -> None:
        super().__init__("allow_list_mail", base)
        self._allowed = tuple(pattern.strip().lower() for pattern in allow)
        self.otherwise = otherwise

    async def deliver(self, message: MailMessage) -> str:
        validate(message)
        allowed = {address for address in message.recipients if self._allows(address)}
        held = set(message.recipients) - allowed
        if held:
            _log.warning("mail is held back", extra={"held": len(held), "allowed": len(allowed)})
            held_id = await self.otherwise.deliver(_only(message, held))
        if not allowed:
            return held_id
        return await self.base.deliver(_only(message, allowed))

    async def close(self) -> None:
        await call_if_there(self.otherwise, "close")
        await super().close()

    def _allows(self, address: str) -> bool:
        spec = Mailbox.parse(address).spec.lower()
        return any(fnmatchcase(spec, pattern) for pattern in self._allowed)


def _only(message: MailMessage, who: set[str]) -> MailMessage:
    kept = {name: [each for each in getattr(message, name) if each in who] for name in ("to", "cc", "bcc")}
    return replace(message, undisclosed=not kept["to"], **kept)  # type: ignore[arg-type]
