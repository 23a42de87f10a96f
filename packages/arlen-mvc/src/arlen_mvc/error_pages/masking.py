"""Values as text for a developer's eyes, with what looks secret left out."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(
    r"secret|passw|passphrase|token|api_?key|private_?key|credential|authorization|cookie|session|signature|dsn|csrf",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)")
_LONGEST = 400
_DEEPEST = 4

MASK = "•••"


def looks_secret(name: str) -> bool:
    """Whether a variable, key or header of this name should not be shown."""
    return _SECRET_NAME.search(name) is not None


def without_url_passwords(text: str, mask: str) -> str:
    """The text with the user and password of every URL in it masked."""
    return _URL_PASSWORD.sub(mask, text)


def describe(name: str, value: object) -> str:
    """The value's ``repr``, shortened; masked by its name, by the keys inside it, and inside URLs. Never raises."""
    text = MASK if looks_secret(name) else _URL_PASSWORD.sub(MASK, _text(value, 0))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text(value: object, depth: int) -> str:
    if depth < _DEEPEST and type(value) is dict:
        return "{" + ", ".join(_pair(key, item, depth) for key, item in list(value.items())[:_LONGEST]) + "}"
    if depth < _DEEPEST and type(value) is list:
        return "[" + ", ".join(_text(item, depth + 1) for item in value[:_LONGEST]) + "]"
    if isinstance(value, Mapping | str | bytes | int | float | None):
        return repr(value)
    return _object_text(value)


def _pair(key: object, value: object, depth: int) -> str:
    return f"{key!r}: {MASK if looks_secret(str(key)) else _text(value, depth + 1)}"


def _object_text(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - a broken __repr__ must not break the page that shows it
        return f"<{type(value).__qualname__}: its repr failed with {type(error).__name__}>"
