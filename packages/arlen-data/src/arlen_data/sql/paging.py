"""Keyset pagination: pages that continue after a row instead of counting rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .identifiers import path
from .predicates import Predicate, and_, eq, op, or_
from .refusals import refuse
from .syntax import listed, sequence, write_parameters


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order.

    Attributes:
        field: the column.
        desc: whether large values come first.
        nulls: where NULL stands when the column may be NULL; None says that it never is.
    """

    field: str
    desc: bool = False
    nulls: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the rows of a paged query; together the keys tell any two rows apart."""

    keys: tuple[OrderKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise refuse("order_required")

    @classmethod
    def by(cls, *keys: str | OrderKey) -> Order:
        """An order of columns: ``Order.by("-created_at", "id")``; ``-`` puts large values first."""
        return cls(tuple(key if isinstance(key, OrderKey) else _key(key) for key in keys))

    def after(self, values: Sequence[object]) -> Predicate:
        """The condition for rows that come after the row with these values.

        Raises:
            SQLBuilderError: ``cursor_value`` for other than one value a key, or NULL for a key that is never NULL.
        """
        if len(values) != len(self.keys):
            raise refuse("cursor_value")
        if self._is_uniform():
            return self._row_comparison(values)
        steps, equal = [], tuple[Predicate, ...]()
        for key, value in zip(self.keys, values, strict=True):
            later = _later(key, value)
            if later is not None:
                steps.append(and_(*equal, later))
            equal += (eq(key.field, value),)
        return or_(*steps) if steps else Predicate("1=0")

    def _is_uniform(self) -> bool:
        return len({key.desc for key in self.keys}) == 1 and all(key.nulls is None for key in self.keys)

    def _row_comparison(self, values: Sequence[object]) -> Predicate:
        if any(value is None for value in values):
            raise refuse("cursor_value")
        if len(values) == 1:
            return op(self.keys[0].field, "<" if self.keys[0].desc else ">", values[0])
        columns = listed([path(key.field, "order_field") for key in self.keys])
        row = sequence("(", columns, ") < (" if self.keys[0].desc else ") > (", (write_parameters, len(values)), ")")
        return Predicate(row, tuple(values))


def _key(key: str) -> OrderKey:
    return OrderKey(key.removeprefix("-"), desc=key.startswith("-"))


def _later(key: OrderKey, value: object) -> Predicate | None:
    if value is None:
        if key.nulls is None:
            raise refuse("cursor_value", key.field)
        return op(key.field, "<>", None) if key.nulls == "first" else None
    later = op(key.field, "<" if key.desc else ">", value)
    return or_(later, eq(key.field, None)) if key.nulls == "last" else later
