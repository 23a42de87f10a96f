"""What an application wants to send: plain values, no MIME."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from .part import MailAttachment, MailCalendar

Priority: TypeAlias = Literal["high", "normal", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """A message, detached from what it was made of.

    Addresses are written ``kim@example.org`` or ``Kim Lee <kim@example.org>``; names and domains may hold any letters.
    One address may stand where several are asked for. Surrounding space, blanks and what is not a string go.

    Attributes:
        from_: who sends it.
        to: the recipients; cc: those with a copy; bcc: those whom no header names.
        subject: one line.
        text_body: the plain text, html_body: the same as HTML; the recipient's program shows the one it prefers.
        headers: further headers, such as ``List-Unsubscribe``.
        metadata: for the application (tenant, tags); never sent.
        reply_to: where answers go, if not to ``from_``.
        return_path: where the servers report what could not be delivered, if not to ``from_``.
        attachments: files and inline images.
        calendar: an invitation.
        priority: ``high``, ``normal`` or ``low``.
        undisclosed: the message may go without ``to``, to ``cc`` and ``bcc`` only.
    """

    from_: str
    to: Sequence[str] = ()
    subject: str = ""
    text_body: str = ""
    html_body: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    reply_to: Sequence[str] = ()
    return_path: str = ""
    attachments: Sequence[MailAttachment] = ()
    calendar: MailCalendar | None = None
    priority: Priority = "normal"
    undisclosed: bool = False

    def __post_init__(self) -> None:
        for name in ("from_", "subject", "return_path"):
            object.__setattr__(self, name, _trimmed(getattr(self, name)))
        for name in ("to", "cc", "bcc", "reply_to"):
            object.__setattr__(self, name, _addresses(getattr(self, name)))
        for name in ("text_body", "html_body"):
            object.__setattr__(self, name, getattr(self, name) or "")
        for name in ("headers", "metadata"):
            object.__setattr__(self, name, copy.deepcopy(dict(getattr(self, name) or {})))
        object.__setattr__(self, "attachments", tuple(self.attachments))

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who gets it: ``to``, ``cc``, ``bcc``, each once."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.bcc)))

    def detached(self) -> MailMessage:
        """The same message, with dictionaries of its own."""
        return copy.deepcopy(self)

    def to_dict(self) -> dict[str, Any]:
        """Fit for JSON where ``metadata`` is; ``from_`` is called ``from``."""
        return {
            "from": self.from_,
            "to": list(self.to),
            "cc": list(self.cc),
            "bcc": list(self.bcc),
            "subject": self.subject,
            "text_body": self.text_body,
            "html_body": self.html_body,
            "headers": copy.deepcopy(dict(self.headers)),
            "metadata": copy.deepcopy(dict(self.metadata)),
            "reply_to": list(self.reply_to),
            "return_path": self.return_path,
            "attachments": [attachment.to_dict() for attachment in self.attachments],
            "calendar": {"content": self.calendar.content, "method": self.calendar.method} if self.calendar else None,
            "priority": self.priority,
            "undisclosed": self.undisclosed,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> MailMessage:
        """The opposite of ``to_dict``."""
        calendar = stored.get("calendar")
        given = {
            **stored,
            "from_": stored["from"],
            "attachments": [MailAttachment.from_dict(attachment) for attachment in stored.get("attachments", ())],
            "calendar": MailCalendar(**calendar) if calendar else None,
        }
        del given["from"]
        return cls(**given)


def _trimmed(text: object) -> str:
    return text.strip() if isinstance(text, str) else ""


def _addresses(given: object) -> tuple[str, ...]:
    if isinstance(given, str):
        given = (given,)
    if not isinstance(given, Iterable):
        return ()
    return tuple(trimmed for trimmed in map(_trimmed, given) if trimmed)
