"""What must not be shown: secrets by name, and credentials inside URLs."""

from __future__ import annotations

import re

MASK = "***"

_SECRET_NAME = re.compile(r"secret|password|passwd|token", re.IGNORECASE)
_ADDRESS_NAME = re.compile(r"(^|_)(url|urls|uri|dsn|connection_string)$", re.IGNORECASE)
# The first form lets a password hold an unescaped "/", "?", "#" or "@": no valid URL, yet still somebody's password.
_USER_INFORMATION = re.compile(r"(?<=://)(?:[^\s/?#:@]*:(?!\d*(?:[/?#]|$))\S*@|[^\s/?#]*@)")
_SECRET_PARAMETER = re.compile(r"(?<=[?&])([^=&#\s]*(?:secret|password|passwd|token)[^=&#\s]*=)[^&#\s]+", re.IGNORECASE)


def names_secret(name: str) -> bool:
    """Whether a key of this name holds a secret: it speaks of a secret, a password or a token."""
    return _SECRET_NAME.search(name) is not None


def names_address(name: str) -> bool:
    """Whether a key of this name holds an address (URL, DSN), which may carry credentials."""
    return _ADDRESS_NAME.search(name) is not None


def mask_credentials(text: str) -> str:
    """The text with user information (RFC 3986 section 3.2.1) and secret query parameters of its URLs masked."""
    return _SECRET_PARAMETER.sub(rf"\g<1>{MASK}", _USER_INFORMATION.sub(f"{MASK}@", text))


def mask_secret(text: str) -> str:
    """``***``, or the empty text, which says that no secret is set."""
    return MASK if text else text


class Secret(str):
    """A secret: a string in every respect, but its repr shows ``***``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(mask_secret(str(self)))


class Address(str):
    """A URL with credentials: a string in every respect, but its repr does not show them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(mask_credentials(str(self)))


def guarded(value: object, *, secret: bool) -> object:
    """The value, with its texts in types whose repr keeps their secret."""
    if type(value) is str:
        return _guarded_text(value, secret=secret)
    if type(value) in (list, tuple):
        return type(value)(guarded(item, secret=secret) for item in value)  # type: ignore[call-arg, attr-defined]
    return value


def _guarded_text(text: str, *, secret: bool) -> str:
    if secret:
        return Secret(text)
    return Address(text) if mask_credentials(text) != text else text


def masked(value: object, *, secret: bool) -> object:
    """The value as it may be shown; texts inside lists, tuples and tables are masked too."""
    match value:
        case str():
            return mask_secret(str(value)) if secret else mask_credentials(str(value))
        case list() | tuple():
            return type(value)(masked(item, secret=secret) for item in value)
        case dict():
            return {name: masked(item, secret=secret or names_secret(str(name))) for name, item in value.items()}
        case _:
            return value
