"""What every adapter refuses, before it does anything."""

from __future__ import annotations

import re

from arlen_services.errors import MailError

from .address import Mailbox
from .message import MailMessage

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HEADER_NAME = re.compile(r"[!-9;-~]+")
_RESERVED = frozenset(
    {
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "return-path",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
        "importance",
        "x-priority",
        "dkim-signature",
    }
)


def validate(message: MailMessage) -> None:
    """Refuse what cannot be sent; the same in development as in production.

    Raises:
        MailError: permanent; code ``not_a_message``, ``sender_blank``, ``no_recipient``, ``address_invalid``,
            ``header_injection`` (a line break in a header, a subject, a name or an address), ``header_invalid`` (no
            header name of RFC 5322), ``header_reserved`` (a field of the message says it) ``content_type_invalid``
            or ``not_text`` (half a surrogate pair).
    """
    if not isinstance(message, MailMessage):
        raise _refusal(f"a {type(message).__name__} cannot be sent; make a MailMessage of it", "not_a_message")
    if not message.from_:
        raise _refusal("the message has no sender; give it from_", "sender_blank")
    if not (message.to or (message.undisclosed and message.recipients)):
        raise _refusal(
            "the message has nobody in to; name somebody, or say undisclosed=True and name somebody in cc or bcc",
            "no_recipient",
        )
    for field, text in (("subject", message.subject), ("text", message.text_body), ("HTML", message.html_body)):
        _refuse_what_is_no_text(text, field)
    _refuse_control(message.subject, "subject")
    for name, value in message.headers.items():
        _check_header(name, value)
    for attachment in message.attachments:
        _refuse_control(attachment.name, "attachment name")
        _refuse_control(attachment.content_id, "content_id")
        _ = attachment.media_type
    if message.calendar:
        _refuse_control(message.calendar.method, "calendar method")
    for address in (message.from_, *message.recipients, *message.reply_to, *filter(None, [message.return_path])):
        Mailbox.parse(address)


def _check_header(name: str, value: str) -> None:
    _refuse_control(name, "header name")
    _refuse_control(value, f"header {name}")
    if not _HEADER_NAME.fullmatch(name):
        raise _refusal(f"{name!r} is no header name; use letters, digits and dashes", "header_invalid", field=name)
    if name.lower() in _RESERVED:
        raise _refusal(f"the header {name} follows from the fields of the message", "header_reserved", field=name)


def _refuse_what_is_no_text(text: str, field: str) -> None:
    try:
        text.encode()
    except (UnicodeError, AttributeError):
        raise _refusal(f"the {field} of the message is no text of Unicode", "not_text", field=field) from None


def _refuse_control(text: str, field: str) -> None:
    if not isinstance(text, str):
        raise _refusal(f"the {field} is a {type(text).__name__}; give a string", "header_invalid", field=field)
    _refuse_what_is_no_text(text, field)
    if _CONTROL.search(text):
        raise _refusal(
            f"the {field} holds a line break or a control character; take it out", "header_injection", field=field
        )


def _refusal(message: str, code: str, **details: object) -> MailError:
    return MailError(message, code=code, details=details, permanent=True)
