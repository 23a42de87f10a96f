"""Header fields: those of a request are only read, those of a response are checked as they are set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .errors import InvalidHeader

__all__ = ["HeaderSource", "Headers", "MutableHeaders"]

HeaderSource = Mapping[str, str] | Iterable[tuple[str, str]]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNLAWFUL = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


class Headers(Mapping[str, str]):
    """The fields of a request by name, in any case.

    ``headers[name]`` is the last value of a repeated field; `get_all` gives every one in order of arrival.
    """

    __slots__ = ("_last", "_pairs")

    def __init__(self, pairs: list[tuple[bytes, bytes]], last: Mapping[bytes, bytes]) -> None:
        self._pairs = pairs
        self._last = last

    def __getitem__(self, name: str) -> str:
        try:
            return self._last[name.lower().encode()].decode().rstrip(" \t")
        except KeyError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return (name.decode() for name in self._last)

    def __len__(self) -> int:
        return len(self._last)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower().encode() in self._last

    def get_all(self, name: str) -> list[str]:
        """Every value of a field, in order of arrival; empty when the field is absent."""
        wanted = name.lower().encode()
        return [value.decode().rstrip(" \t") for field, value in self._pairs if field == wanted]

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


class MutableHeaders:
    """The fields of a response in the order in which they are sent; names are sent in lower case.

    Raises:
        InvalidHeader: from every method that takes a name or value: a name that is no token, a value with CR, LF, NUL
            or another control character.
    """

    __slots__ = ("_pairs",)

    def __init__(self, source: HeaderSource = ()) -> None:
        self._pairs: list[tuple[str, str]] = []
        for name, value in source.items() if isinstance(source, Mapping) else source:
            self.append(name, value)

    def copy(self) -> MutableHeaders:
        """The same fields, to be changed apart from these."""
        other = MutableHeaders()
        other._pairs = self._pairs.copy()
        return other

    def set(self, name: str, value: str) -> None:
        """Give a field one value, in its first place or at the end."""
        pair = _checked(name, value)
        for index, (known, _) in enumerate(self._pairs):
            if known == pair[0]:
                rest = [other for other in self._pairs[index + 1 :] if other[0] != known]
                self._pairs[index:] = [pair, *rest]
                return
        self._pairs.append(pair)

    def append(self, name: str, value: str) -> None:
        """Add a field beside those of its name."""
        self._pairs.append(_checked(name, value))

    def delete(self, name: str) -> None:
        """Remove every field of a name; none is fine."""
        unwanted = name.lower()
        self._pairs = [pair for pair in self._pairs if pair[0] != unwanted]

    def get(self, name: str, default: str | None = None) -> str | None:
        """The last value of a field."""
        values = self.get_all(name)
        return values[-1] if values else default

    def get_all(self, name: str) -> list[str]:
        """Every value of a field, in order."""
        wanted = name.lower()
        return [value for known, value in self._pairs if known == wanted]

    def add_vary(self, name: str) -> None:
        """Name a request field on which the response depends, once (RFC 9110 section 12.5.5)."""
        listed = [item.strip() for value in self.get_all("vary") for item in value.split(",")]
        if "*" not in listed and name.lower() not in map(str.lower, listed):
            self.set("vary", ", ".join([*listed, name]))

    def items(self) -> list[tuple[str, str]]:
        """The pairs as they are sent."""
        return list(self._pairs)

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    __setitem__ = set
    __delitem__ = delete

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __repr__(self) -> str:
        return f"MutableHeaders({self._pairs!r})"


def _checked(name: str, value: str) -> tuple[str, str]:
    if not _TOKEN.fullmatch(name):
        raise InvalidHeader(f"{name!r} is not the name of a header field", details={"name": name})
    if _UNLAWFUL.search(value):
        raise InvalidHeader(
            f"the value of {name} contains a control character: {value!r}", details={"name": name, "value": value}
        )
    return name.lower(), value.strip(" \t")
