"""Query strings of list pages: what strangers may ask for, and how their text becomes values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from arlen_data.errors import ListQueryError
from arlen_data.sql.paging import Order, OrderKey

Converter: TypeAlias = Callable[[str], object]

_LONGEST_LIST = 100
_LAST_PAGE = 100_000
_LARGEST = 2**63 - 1
_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "eq": "=",
        "ne": "<>",
        "lt": "<",
        "lte": "<=",
        "gt": ">",
        "gte": ">=",
        "like": "LIKE",
        "ilike": "ILIKE",
        "in": "IN",
        "null": "IS NULL",
    }
)
_TRUTH: Mapping[str, bool] = MappingProxyType({"true": True, "1": True, "false": False, "0": False})


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a query string asked for, in values.

    Attributes:
        filters: field, operator and value of each.
        order: the keys to sort by.
        page: counted from 1.
        size: rows on a page; None when it was not said.
    """

    filters: tuple[tuple[str, str, object], ...] = ()
    order: tuple[OrderKey, ...] = ()
    page: int = 1
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """What the query string of a list page may hold.

    ``state=open`` filters by equality, ``total__gte=5`` by another operator: ``ne``, ``lt``, ``lte``, ``gt``, ``gte``,
    ``like``, ``ilike``, ``in`` (values between commas, 100 at most) or ``null`` (``true`` or ``false``).
    ``sort=-created_at,id`` sorts, with ``-`` large values first; ``page`` counts from 1, ``size`` is rows on a page.

    Attributes:
        filters: for each field that may be filtered by, what makes a value of the text; a ValueError refuses it.
        operators: the operators that a field may be used with beside equality; a field that is not here knows
            all but ``like`` and ``ilike``, which read every row of a table.
        sorts: the fields that may be sorted by.
        largest_size: the most rows on a page.
    """

    filters: Mapping[str, Converter] = field(default_factory=dict)
    operators: Mapping[str, Iterable[str]] = field(default_factory=dict)
    sorts: Iterable[str] = ()
    largest_size: int = 100

    def read(self, query: str | Iterable[tuple[str, str]]) -> ListQuery:
        """What a query string asks for, or its pairs of name and value.

        Raises:
            ListQueryError: ``unknown_parameter``, ``repeated_parameter``, ``invalid_value``.
        """
        texts: dict[str, str] = {}
        for name, text in parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else query:
            if name in texts:
                raise _refuse("repeated_parameter", name, "is there twice")
            texts[name] = text
        order = self._order(texts.pop("sort", ""))
        page = _number("page", texts.pop("page", "1"), _LAST_PAGE)
        size = texts.pop("size", None)
        return ListQuery(
            tuple(self._filter(name, text) for name, text in texts.items()),
            order,
            page,
            None if size is None else _number("size", size, self.largest_size),
        )

    def _filter(self, parameter: str, text: str) -> tuple[str, str, object]:
        name, suffix = (parameter, "eq") if parameter in self.filters else parameter.rpartition("__")[::2]
        if name not in self.filters or suffix not in {"eq", *self.operators.get(name, _UNLESS_SAID)}:
            raise _refuse("unknown_parameter", parameter, "is not known to this list")
        return name, _OPERATORS[suffix], _value(parameter, suffix, text, self.filters[name])

    def _order(self, text: str) -> tuple[OrderKey, ...]:
        keys = Order.by(*text.split(",")).keys if text else ()
        names = [key.field for key in keys]
        if not set(names) <= set(self.sorts) or len(set(names)) < len(names):
            raise _refuse("invalid_value", "sort", f"is some of {', '.join(self.sorts)}, each once")
        return keys


_UNLESS_SAID = frozenset(_OPERATORS) - {"like", "ilike"}


def _value(parameter: str, suffix: str, text: str, convert: Converter) -> Any:
    if suffix == "null":
        if text not in _TRUTH:
            raise _refuse("invalid_value", parameter, "is true or false")
        return _TRUTH[text]
    parts = text.split(",") if suffix == "in" else [text]
    if len(parts) > _LONGEST_LIST:
        raise _refuse("invalid_value", parameter, f"has {_LONGEST_LIST} values at most")
    try:
        values = [convert(part) for part in parts]
    except (ValueError, ArithmeticError):
        values = []
    if not values or "\0" in text or any(isinstance(value, int) and abs(value) > _LARGEST for value in values):
        raise _refuse("invalid_value", parameter, "has a value that it cannot have")
    return values if suffix == "in" else values[0]


def _number(parameter: str, text: str, most: int) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most:
        return int(text)
    raise _refuse("invalid_value", parameter, f"is a number from 1 to {most}")


def _refuse(code: str, parameter: str, rule: str) -> ListQueryError:
    return ListQueryError(f"the parameter {parameter!r} {rule}", code=code, details={"parameter": parameter})
