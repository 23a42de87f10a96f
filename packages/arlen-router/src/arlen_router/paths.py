"""Raw request paths: taken apart, decoded once per segment, and encoded again (RFC 3986 section 3.3)."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from .errors import PathError

MAX_SEGMENTS = 256
"""A longer path matches nothing, and a longer pattern is refused."""

_SUB_DELIMITERS = "!$&'()*+,;=:@"
_malformed_escape = re.compile(r"%(?![0-9A-Fa-f]{2})").search


def decode_segment(segment: str) -> str:
    """One segment's text, decoded exactly once as UTF-8; an encoded slash stays inside it.

    Raises:
        PathError: the segment has a malformed escape, invalid UTF-8 or a NUL.
    """
    if "%" not in segment:
        return segment
    if _malformed_escape(segment):
        raise PathError(segment, "malformed percent escape")
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise PathError(segment, "invalid UTF-8") from None
    if "\0" in text:
        raise PathError(segment, "NUL character")
    return text


def split(path: str) -> list[str]:
    """The decoded segments of a raw path without its leading slash.

    Raises:
        PathError: as ``decode_segment``.
    """
    if not path:
        return []
    texts = path.split("/")
    return [decode_segment(text) for text in texts] if "%" in path else texts


def encode_segment(text: str) -> str:
    """A segment that decodes to this text, with every character that RFC 3986 allows left readable."""
    return quote(text, safe=_SUB_DELIMITERS)
