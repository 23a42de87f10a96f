"""From a message to what travels: MIME by the standard library (RFC 5322, 2045-2047, 2183, 2387, 2392, 6047, 6532)."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from .address import Mailbox
from .folding import SMTP
from .message import MailMessage
from .part import MailAttachment, MailCalendar

_PRIORITIES = {"high": ("High", "1"), "low": ("Low", "5")}


def new_message_id(message: MailMessage) -> str:
    """A Message-ID that nobody else makes, of the sender's domain, with its angle brackets."""
    return make_msgid(domain=Mailbox.parse(message.from_).domain)


def compose(message: MailMessage, *, message_id: str, date: datetime) -> EmailMessage:
    """The MIME message: one body, both as ``multipart/alternative`` with the text first, inline images beside the HTML
    as ``multipart/related``, files around all as ``multipart/mixed``. ``bcc`` and ``metadata`` are not in it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _headers((message.from_,))
    _put_recipients(mail, message)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = message_id
    if message.priority in _PRIORITIES:
        mail["Importance"], mail["X-Priority"] = _PRIORITIES[message.priority]
    for name, value in message.headers.items():
        mail[name] = value
    _put_bodies(mail, message)
    for attachment in message.attachments:
        if not attachment.content_id:
            mail.add_attachment(attachment.content, **_described(attachment))
    for part in mail.walk():
        if part is not mail:
            del part["MIME-Version"]
    return mail


def to_bytes(mail: EmailMessage, *, utf8: bool = False) -> bytes:
    """The message as it travels: lines that end in CRLF, none beyond 998 bytes, ASCII only unless ``utf8`` (RFC 6531)
    lets headers hold any letter."""
    return mail.as_bytes(policy=SMTP.clone(utf8=utf8, cte_type="7bit"))


def _put_recipients(mail: EmailMessage, message: MailMessage) -> None:
    for name, addresses in (("To", message.to), ("Cc", message.cc), ("Reply-To", message.reply_to)):
        if addresses:
            mail[name] = _headers(addresses)
    if not (message.to or message.cc):
        mail["To"] = "undisclosed-recipients:;"


def _headers(addresses: Any) -> tuple[Address, ...]:
    return tuple(Mailbox.parse(address).header() for address in addresses)


def _put_bodies(mail: EmailMessage, message: MailMessage) -> None:
    inline = [attachment for attachment in message.attachments if attachment.content_id]
    if message.text_body or not message.html_body:
        mail.set_content(message.text_body, cte=_encoding(message.text_body))
        if message.html_body:
            mail.add_alternative(message.html_body, subtype="html", cte=_encoding(message.html_body))
    else:
        mail.set_content(message.html_body, subtype="html", cte=_encoding(message.html_body))
    if inline:
        _put_inline(mail, inline)
    if message.calendar:
        _put_calendar(mail, message.calendar)


def _put_inline(mail: EmailMessage, inline: list[MailAttachment]) -> None:
    body = mail.get_body(("html", "plain"))
    if body is None:
        return
    for attachment in inline:
        body.add_related(
            attachment.content, cid=f"<{attachment.content_id}>", disposition="inline", **_described(attachment)
        )


def _put_calendar(mail: EmailMessage, calendar: MailCalendar) -> None:
    part = EmailMessage(policy=mail.policy)
    part.set_content(calendar.content, subtype="calendar", cte="base64", params={"method": calendar.method})
    if mail.get_content_type() != "multipart/alternative":
        mail.make_alternative()
    mail.attach(part)


def _described(attachment: MailAttachment) -> dict[str, Any]:
    main, sub = attachment.media_type
    return {"maintype": main, "subtype": sub, "filename": attachment.name}


def _encoding(body: str) -> str:
    """``quoted-printable`` keeps every line short and trailing space alive; plain short ASCII lines need none of it."""
    plain = body.isascii() and all(len(line) <= 78 and line == line.rstrip() for line in body.split("\n"))
    return "7bit" if plain and "\r" not in body else "quoted-printable"
