"""The formats that a string can be declared to have; each is decided in time linear in its length."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", re.ASCII)


def is_date(text: str) -> bool:
    """``2026-11-22`` (RFC 3339 full-date)."""
    return _DATE.fullmatch(text) is not None and _exists(date.fromisoformat, text)


def is_date_time(text: str) -> bool:
    """``2026-11-22T20:00:00Z`` (RFC 3339 date-time), with an offset; leap seconds are not known."""
    return len(text) <= 64 and _INSTANT.fullmatch(text) is not None and _exists(datetime.fromisoformat, text.upper())


def is_uuid(text: str) -> bool:
    """Five groups of hexadecimal digits (RFC 9562 section 4)."""
    return _UUID.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """An address as browsers accept it in forms (HTML, valid e-mail address), of at most 254 characters."""
    local, _, domain = text.rpartition("@")
    return (
        len(text) <= 254
        and len(local) <= 64
        and _LOCAL_PART.fullmatch(local) is not None
        and _DOMAIN.fullmatch(domain) is not None
    )


def is_uri(text: str) -> bool:
    """An absolute URI (RFC 3986 section 4.3) by its characters."""
    return _URI.fullmatch(text) is not None


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "uuid": is_uuid,
    "email": is_email,
    "uri": is_uri,
}


def _exists(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
