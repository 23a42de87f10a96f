"""How long a message is: what the framing fields of its head mean (RFC 9112 section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from arlen_http.errors import RequestRefused

__all__ = ["CHUNKED", "body_length", "framing_fields", "keeps_alive"]

# The length of a body that ends where its own chunks say so.
CHUNKED = -1

_FRAMING_LINE = re.compile(rb"\r\n(content-length|transfer-encoding):[ \t]*([^\r\n]*)", re.IGNORECASE)
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

# Longer than any number of bytes that a limit can name; int() must not see what a peer makes longer still.
_MOST_DIGITS = 18


def body_length(last: Mapping[bytes, bytes], http_version: str, max_body_bytes: int) -> int:
    """Bytes of the body that these fields announce, or `CHUNKED`.

    Args:
        last: fields by name in lower case; neither framing field may have been repeated.

    Raises:
        RequestRefused: 400 where two readers could disagree about the length, 413 above the limit, 501 for a transfer
            coding other than chunked.
    """
    coding = last.get(b"transfer-encoding")
    if coding is not None:
        if b"content-length" in last or http_version == "1.0":
            raise RequestRefused(400, "invalid_framing", "Transfer-Encoding beside Content-Length or in HTTP/1.0")
        return _coded_length(coding)
    value = last[b"content-length"].strip(b" \t")
    if not value.isdigit():
        raise RequestRefused(400, "invalid_content_length", "Content-Length is not a number of bytes")
    if len(value) > _MOST_DIGITS or int(value) > max_body_bytes:
        raise RequestRefused(413, "body_too_large", f"the body is announced with more than {max_body_bytes} bytes")
    return int(value)


def _coded_length(value: bytes) -> int:
    codings = [coding.strip(b" \t").lower() for coding in value.split(b",")]
    if codings == [b"chunked"]:
        return CHUNKED
    if b"chunked" in codings[:-1] or not all(map(_TOKEN.fullmatch, codings)):
        raise RequestRefused(400, "invalid_framing", "Transfer-Encoding does not end in one chunked coding")
    raise RequestRefused(501, "unknown_transfer_coding", "no transfer coding but chunked is implemented")


def framing_fields(head: bytes) -> dict[bytes, bytes]:
    """The framing fields of a head that is refused, to tell whether its length was at fault.

    Raises:
        RequestRefused: 400, when one of them is repeated.
    """
    fields: dict[bytes, bytes] = {}
    for name, value in _FRAMING_LINE.findall(head):
        if name.lower() in fields:
            raise RequestRefused(400, "invalid_framing", f"{name.decode()} is repeated")
        fields[name.lower()] = value
    return fields


def keeps_alive(connection: bytes, http_version: str) -> bool:
    """Whether a message with this Connection field lets its connection go on (RFC 9112 section 9.3)."""
    options = {option.strip(b" \t") for option in connection.lower().split(b",")}
    if b"close" in options:
        return False
    return http_version == "1.1" or b"keep-alive" in options
