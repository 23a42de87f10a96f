"""Cookies: read from a request, written into a response (RFC 6265bis)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from .dates import http_date
from .errors import InvalidHeader, RequestRefused
from .query import MultiDict

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Cookies", "SameSite", "cookie_header"]

SameSite = Literal["Lax", "Strict", "None"]

MAX_COOKIES = 200

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r'"?[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"?')
_ATTRIBUTE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")


class Cookies(MultiDict):
    """The cookies of a request; a value in double quotes is given without them."""

    __slots__ = ()

    @classmethod
    def parse(cls, values: list[str], maximum: int = MAX_COOKIES) -> Cookies:
        """The cookies of every Cookie field.

        Raises:
            RequestRefused: 400 ``too_many_cookies`` above the maximum.
        """
        items = [item for value in values for item in value.split(";")]
        if len(items) > maximum:
            raise RequestRefused(400, "too_many_cookies", f"more than {maximum} cookies")
        pairs = []
        for item in items:
            name, equals, value = item.partition("=")
            name, value = name.strip(), value.strip()
            if name and equals:
                quoted = len(value) > 1 and value[0] == value[-1] == '"'
                pairs.append((name, value[1:-1] if quoted else value))
        return cls(pairs)


def cookie_header(
    name: str,
    value: str = "",
    *,
    max_age: int | None = None,
    expires: datetime | None = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = True,
    samesite: SameSite | None = "Lax",
    partitioned: bool = False,
) -> str:
    """The value of a Set-Cookie field.

    Args:
        max_age: seconds that the cookie lives; 0 deletes it.
        expires: the moment at which it ends, with a time zone.

    Raises:
        InvalidHeader: characters that a cookie cannot carry; ``SameSite=None`` or ``partitioned`` without ``secure``; a
            ``__Host-`` or ``__Secure-`` name whose rules are not kept.
    """
    if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
        raise InvalidHeader(f"{name}={value!r} is not a cookie; encode the value first", details={"cookie": name})
    for attribute in (path, domain):
        if attribute is not None and not _ATTRIBUTE.fullmatch(attribute):
            raise InvalidHeader(f"{attribute!r} cannot be an attribute of a cookie", details={"cookie": name})
    if not secure and (samesite == "None" or partitioned or name.startswith(("__Host-", "__Secure-"))):
        raise InvalidHeader(f"the cookie {name} must be secure", details={"cookie": name})
    if name.startswith("__Host-") and (path != "/" or domain is not None):
        raise InvalidHeader(f"the cookie {name} needs path='/' and no domain", details={"cookie": name})
    attributes = {
        "Max-Age": max_age,
        "Expires": None if expires is None else http_date(expires.timestamp()),
        "Path": path,
        "Domain": domain,
        "SameSite": samesite,
    }
    flags = {"Secure": secure, "HttpOnly": httponly, "Partitioned": partitioned}
    return "; ".join(
        [f"{name}={value}"]
        + [f"{key}={setting}" for key, setting in attributes.items() if setting is not None]
        + [flag for flag, wanted in flags.items() if wanted]
    )
