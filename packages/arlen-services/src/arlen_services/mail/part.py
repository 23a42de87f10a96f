"""What a message carries besides its two bodies."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arlen_services.errors import MailError


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file that travels with a message.

    Attributes:
        name: the file name that the recipient sees.
        content: the bytes.
        content_type: a media type such as ``application/pdf``; parameters are not part of it.
        content_id: makes the file an inline image which the HTML shows with ``<img src="cid:the-id">`` (RFC 2392).
    """

    name: str
    content: bytes
    content_type: str = "application/octet-stream"
    content_id: str = ""

    def to_dict(self) -> dict[str, str]:
        """Fit for JSON; the content is base64."""
        return {
            "name": self.name,
            "content": base64.b64encode(self.content).decode("ascii"),
            "content_type": self.content_type,
            "content_id": self.content_id,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> MailAttachment:
        """The opposite of ``to_dict``."""
        return cls(
            name=stored["name"],
            content=base64.b64decode(stored["content"], validate=True),
            content_type=stored["content_type"],
            content_id=stored["content_id"],
        )

    @property
    def media_type(self) -> tuple[str, str]:
        """``content_type`` in its two halves.

        Raises:
            MailError: code ``content_type_invalid``.
        """
        main, slash, sub = self.content_type.partition("/")
        if not (slash and _is_token(main) and _is_token(sub)):
            raise MailError(
                f"{self.content_type!r} of attachment {self.name!r} is no media type; write it like application/pdf",
                code="content_type_invalid",
                details={"content_type": self.content_type, "name": self.name},
                permanent=True,
            )
        return main, sub


def _is_token(text: str) -> bool:
    return bool(text) and text.isascii() and all(char.isalnum() or char in "!#$&-^_.+" for char in text)


@dataclass(frozen=True, slots=True)
class MailCalendar:
    """An invitation: a calendar object (RFC 5545) that calendar programs answer (RFC 6047).

    Attributes:
        content: the text from ``BEGIN:VCALENDAR`` to ``END:VCALENDAR``.
        method: ``REQUEST``, ``REPLY``, ``CANCEL`` ..., the same as the ``METHOD`` in the text.
    """

    content: str
    method: str = "REQUEST"
