"""Converters: which texts a parameter accepts, what they become, and how they become text again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._value import Value

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


class Converter(Value):
    """A named kind of parameter, such as ``int`` in ``{id:int}``.

    Args:
        regex: the whole decoded text of a value must match it; a text that does not is no match of the route.
        convert: makes the value from a text that matches ``regex``; ``ValueError`` means no match.
        to_url: makes the text from a value; whatever ``regex`` and ``convert`` refuse afterwards cannot be built.

    Raises:
        re.error: ``regex`` is not a regular expression.

    >>> Converter("[0-9a-f]+", lambda text: int(text, 16), "{:x}".format)
    """

    __slots__ = ("convert", "fullmatch", "regex", "to_url")

    def __init__(self, regex: str, convert: Callable[[str], object] = str, to_url: Callable[[Any], str] = str) -> None:
        self.regex = regex
        self.fullmatch = re.compile(regex).fullmatch
        self.convert = convert
        self.to_url = to_url

    def read(self, text: str) -> object:
        """The value that a decoded text stands for; raises ValueError when the converter refuses it."""
        if self.fullmatch(text) is None:
            raise ValueError(f"{text!r} does not match {self.regex}")
        return self.convert(text)

    def write(self, value: object) -> str:
        """The text that stands for a value; raises ValueError when no text does."""
        text = self.to_url(value)
        self.read(text)
        return text

    def _held(self) -> tuple[object, ...]:
        return self.regex, self.convert, self.to_url


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0.0:
        raise ValueError(f"{text} is out of range")
    return value


def _uuid(text: str) -> UUID:
    from uuid import UUID

    return UUID(text)


def _date(text: str) -> date:
    from datetime import date

    return date.fromisoformat(text)


def _float_text(value: object) -> str:
    return repr(float(value)) if isinstance(value, int | float) else str(value)


PLAIN = Converter(r"(?s:.+)")
"""Any text but the empty one: what ``{name}`` means without a converter."""

BUILTIN: Mapping[str, Converter] = {
    "str": PLAIN,
    "int": Converter(r"-?[0-9]+", int),
    "float": Converter(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?", _finite, _float_text),
    "uuid": Converter(r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", _uuid),
    "slug": Converter(r"[A-Za-z0-9_-]+"),
    "date": Converter(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", _date),
}

_registered: dict[str, Converter] = {}


def register_converter(name: str, converter: Converter) -> None:
    """Make a converter known to every pattern that this process parses from now on.

    ``Router(converters={...})`` makes one known to the routes of that router only, and wins over this.
    """
    _registered[name] = converter


def known_converters(local: Mapping[str, Converter]) -> dict[str, Converter]:
    """What a converter's name means: the router's own, then the process', then the built-in one."""
    return {**BUILTIN, **_registered, **local}
