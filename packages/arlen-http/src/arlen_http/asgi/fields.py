"""The header fields of an ASGI message as lines of a response head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from arlen_http.errors import InvalidHeader

__all__ = ["Fields", "field_lines", "split_fields"]

Fields = Iterable[tuple[bytes, bytes]]

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNLAWFUL = re.compile(rb"[\x00\r\n]")
# Fields about which the server has its own word.
_KNOWN_TO_SERVER = frozenset(
    (b"connection", b"content-length", b"date", b"keep-alive", b"server", b"transfer-encoding")
)


def split_fields(fields: Fields) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The lines of these fields, and apart, names in lower case, those about which the server has its own word.

    Raises:
        InvalidHeader: a name is no token, or a value contains CR, LF or NUL.
    """
    lines = b""
    apart = []
    for name, value in fields:
        line = _field_line(name, value)
        if line:
            lines += line
        else:
            apart.append((name.lower(), value))
    return lines, apart


def field_lines(fields: Fields) -> bytes:
    """The lines of these fields, without those about which the server has its own word.

    Raises:
        InvalidHeader: as `split_fields`.
    """
    return split_fields(fields)[0]


@lru_cache(maxsize=1024)
def _field_line(name: bytes, value: bytes) -> bytes:
    """One field as a line of a head; nothing for a field about which the server has its own word.

    Most responses repeat the fields of those before them, so the last 1024 are kept.
    """
    lowered = name.lower()
    if not _NAME.fullmatch(lowered) or _UNLAWFUL.search(value):
        raise InvalidHeader(f"{name!r}: {value!r} is not a header field", details={"name": name, "value": value})
    return b"" if lowered in _KNOWN_TO_SERVER else b"%b: %b\r\n" % (lowered, value)
