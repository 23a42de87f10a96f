"""How a browser may treat an attachment: under which name, and whether it may show it."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

Disposition = Literal["attachment", "inline"]

_SHOWN = frozenset(
    {
        "application/json",
        "application/pdf",
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/webm",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "text/csv",
        "text/plain",
        "video/mp4",
        "video/ogg",
        "video/quicktime",
        "video/webm",
    }
)
_UNQUOTABLE = re.compile(r'[^\x20-\x7e]|["\\%]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ATTR_CHAR = "!#$&+-.^_`|~"


def may_be_inline(content_type: str) -> bool:
    """Whether content of this type may be shown in the application's own origin: only kinds that run no script."""
    return content_type.partition(";")[0].strip().lower() in _SHOWN


def content_disposition(disposition: Disposition, name: str) -> str:
    """A ``Content-Disposition`` header (RFC 6266), with ``filename*`` (RFC 8187) where ASCII does not hold the name."""
    plain = _CONTROL.sub("_", name).replace("/", "_")
    ascii_name = _UNQUOTABLE.sub("_", plain)
    header = f'{disposition}; filename="{ascii_name}"'
    if ascii_name == plain:
        return header
    return f"{header}; filename*=UTF-8''{quote(plain, safe=_ATTR_CHAR)}"
