"""What a log must not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from arlen_mvc.error_pages.masking import looks_secret, without_url_passwords

MASK = "***"

_DEEPEST = 6
_MOST_KNOWN = 1000


class Redaction:
    """Masks the values of fields whose name looks secret, or is among ``names`` (in any case), at any depth, and the
    passwords of URLs. Numbers, truth values and ``None`` are masked only for the names that are given."""

    __slots__ = ("_harmless", "_known", "_names")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._known: dict[str, tuple[bool, bool]] = {}
        self._harmless: set[str] = set()

    def of(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields as they may be written."""
        harmless = self._harmless
        return {
            name: value
            if name in harmless and (type(value) is int or (type(value) is str and "://" not in value))
            else self._value(name, value, 0)
            for name, value in fields.items()
        }

    def text(self, text: str) -> str:
        """The text without the passwords of URLs."""
        return without_url_passwords(text, MASK) if "://" in text else text

    def _value(self, name: str, value: Any, depth: int) -> Any:
        named, secret = self._known.get(name) or self._judge(name)
        if named:
            return MASK
        if value is None or isinstance(value, int | float):
            return value
        return MASK if secret else self._inside(value, depth)

    def _inside(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if depth < _DEEPEST and isinstance(value, Mapping):
            return {key: self._value(str(key), item, depth + 1) for key, item in value.items()}
        if depth < _DEEPEST and isinstance(value, list | tuple):
            return [self._inside(item, depth + 1) for item in value]
        return value

    def _judge(self, name: str) -> tuple[bool, bool]:
        judged = name.lower() in self._names, looks_secret(name)
        if len(self._known) < _MOST_KNOWN:
            self._known[name] = judged
            if not any(judged):
                self._harmless.add(name)
        return judged
