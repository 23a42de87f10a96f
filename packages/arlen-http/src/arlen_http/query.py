"""Form-urlencoded pairs: the query of a URL, and the fields of a form (WHATWG URL, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .errors import RequestRefused

__all__ = ["MultiDict", "Query", "parse_pairs"]

MAX_QUERY_PARAMS = 1000


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

    def get_all(self, name: str) -> list[str]:
        """Every value of a name, in order of arrival; empty when there is none."""
        return [value for known, value in self._pairs if known == name]

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with every value, in order of arrival."""
        return list(self._pairs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"


class Query(MultiDict):
    """The parameters of a query string."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """The parameters of a query string without its ``?``.

        Raises:
            RequestRefused: 400 ``too_many_params`` above 1000 of them.
        """
        return cls(parse_pairs(text, MAX_QUERY_PARAMS))


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
    pairs = (item.partition("=") for item in items if item)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: str) -> str:
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    from urllib.parse import unquote

    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
