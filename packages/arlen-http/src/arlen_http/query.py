"""Form-urlencoded pairs: the query of a URL, and the fields of a form (WHATWG URL, section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, overload

from .errors import RequestRefused

__all__ = ["MultiDict", "Query", "parse_pairs"]

MAX_QUERY_PARAMS = 1000

_T = TypeVar("_T")

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class MultiDict(Mapping[str, str]):
    """Names with one or more values; ``multi[name]`` is the last one, `get_all` gives them in order."""

    __slots__ = ("_last", "_pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = list(pairs)
        self._last = dict(self._pairs)

    def __getitem__(self, name: str) -> str:
        return self._last[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    @overload
    def get(self, name: str, default: None = None, /) -> str | None: ...

    @overload
    def get(self, name: str, default: str | _T, /) -> str | _T: ...

    def get(self, name: str, default: Any = None, /) -> Any:
        """The last value of a name; the default when there is none."""
        return self._last.get(name, default)

    def get_all(self, name: str) -> list[str]:
        """Every value of a name, in order of arrival; empty when there is none."""
        return [value for known, value in self._pairs if known == name]

    @overload
    def get_int(self, name: str) -> int | None: ...

    @overload
    def get_int(self, name: str, default: int) -> int: ...

    def get_int(self, name: str, default: int | None = None) -> int | None:
        """A value as an integer of up to 18 digits; the default when the name is missing.

        Raises:
            RequestRefused: 400 ``invalid_value``.
        """
        return self._converted(name, default, "an integer", _integer)

    @overload
    def get_float(self, name: str) -> float | None: ...

    @overload
    def get_float(self, name: str, default: float) -> float: ...

    def get_float(self, name: str, default: float | None = None) -> float | None:
        """A value as a number in decimal notation; the default when the name is missing.

        Raises:
            RequestRefused: 400 ``invalid_value``.
        """
        return self._converted(name, default, "a number", _number)

    @overload
    def get_bool(self, name: str) -> bool | None: ...

    @overload
    def get_bool(self, name: str, default: bool) -> bool: ...

    def get_bool(self, name: str, default: bool | None = None) -> bool | None:
        """A value as a truth: 1, true, yes, on, or 0, false, no, off, in any case; the default when it is missing.

        Raises:
            RequestRefused: 400 ``invalid_value``.
        """
        return self._converted(name, default, "true or false", _truth)

    def _converted(self, name: str, default: _T | None, kind: str, convert: Callable[[str], _T | None]) -> _T | None:
        text = self._last.get(name)
        if text is None:
            return default
        value = convert(text)
        if value is None:
            raise RequestRefused(400, "invalid_value", f"{name} is not {kind}: {text!r:.80}", name=name, value=text)
        return value

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with every value, in order of arrival."""
        return list(self._pairs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"


class Query(MultiDict):
    """The parameters of a query string."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, maximum: int = MAX_QUERY_PARAMS) -> Query:
        """The parameters of a query string without its ``?``.

        Raises:
            RequestRefused: 400 ``too_many_params`` above the maximum.
        """
        return cls(parse_pairs(text, maximum))


def parse_pairs(text: str, maximum: int) -> list[tuple[str, str]]:
    """The pairs of ``a=1&b=2``: ``+`` is a space, percent-escapes are UTF-8; what does not decode stays as it is.

    Raises:
        RequestRefused: 400 ``too_many_params`` above ``maximum`` pairs.
    """
    if not text:
        return []
    items = text.split("&")
    if len(items) > maximum:
        raise RequestRefused(400, "too_many_params", f"more than {maximum} parameters")
    pairs = [item.partition("=") for item in items if item]
    if "%" in text or "+" in text:
        return [(_decoded(name), _decoded(value)) for name, _, value in pairs]
    return [(name, value) for name, _, value in pairs]


def _decoded(text: str) -> str:
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    from urllib.parse import unquote

    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def _integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and abs(value) != float("inf") else None


def _truth(text: str) -> bool | None:
    return _TRUTH.get(text.lower())
