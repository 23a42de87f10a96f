"""What a server may say before its response (RFC 9110 section 15.2)."""

from __future__ import annotations

from collections.abc import Iterable

from .headers import MutableHeaders
from .status import STATUS_LINES

__all__ = ["early_hints"]


def early_hints(links: Iterable[str]) -> bytes:
    """``103 Early Hints`` with one Link field for each link (RFC 8297).

    Raises:
        InvalidHeader: a link contains a line break or another control character.
    """
    fields = MutableHeaders([("link", link) for link in links])
    return STATUS_LINES[103] + b"".join(f"{name}: {value}\r\n".encode() for name, value in fields) + b"\r\n"
