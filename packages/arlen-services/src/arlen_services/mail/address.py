"""Mailboxes: ``Kim Lee <kim@example.org>`` taken apart and put together (RFC 5322 section 3.4, RFC 6531)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses

from arlen_services.errors import MailError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f.:]+\]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A parsed address.

    Attributes:
        display_name: what people read, may be empty.
        local_part: what stands before the last ``@``.
        domain: what stands behind it, in ASCII (IDNA).
    """

    display_name: str
    local_part: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> Mailbox:
        """Take one address apart.

        Raises:
            MailError: code ``header_injection`` for a line break or another control character, ``address_invalid`` for
                everything else that is not one address.
        """
        if _CONTROL.search(text):
            raise MailError(
                f"the address {text!r} holds a line break or a control character; take it out",
                code="header_injection",
                details={"field": "address"},
                permanent=True,
            )
        found = getaddresses([text])
        if len(found) != 1:
            raise _invalid(text)
        display_name, spec = found[0]
        local_part, at, domain = spec.rpartition("@")
        if not (at and local_part and domain) or spec not in text:
            raise _invalid(text)
        try:
            mailbox = cls(display_name, local_part, domain.encode("idna").decode("ascii").lower())
            Address(addr_spec=_NOT_ASCII.sub("x", mailbox.spec))
        except (UnicodeError, MessageError, ValueError, IndexError):
            raise _invalid(text) from None
        if not _DOMAIN.fullmatch(mailbox.domain):
            raise _invalid(text)
        return mailbox

    @property
    def spec(self) -> str:
        """``kim@example.org``, as the envelope has it."""
        return f"{self.local_part}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only servers with SMTPUTF8 can carry it."""
        return not self.local_part.isascii()

    def header(self) -> Address:
        """The same for a header of an ``email`` message."""
        return Address(self.display_name, self.local_part, self.domain)


def _invalid(text: str) -> MailError:
    return MailError(
        f"{text!r} is not an address; write it like kim@example.org or Kim Lee <kim@example.org>",
        code="address_invalid",
        details={"address": text},
        permanent=True,
    )
