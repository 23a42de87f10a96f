"""Which statements a connection keeps prepared: the bookkeeping beside the driver's own."""

from __future__ import annotations

import hashlib
from typing import NamedTuple, TypeAlias

from .queries import Query

Key: TypeAlias = tuple[object, ...]


class Admission(NamedTuple):
    """What the bookkeeping said to one run of a statement that wants to be prepared."""

    label: str | None
    hit: bool

    def facts(self) -> dict[str, object]:
        if self.label is None:
            return {"cache_full": True}
        return {"prepared_statement": self.label, "cache_hit": self.hit}


_FULL = Admission(None, False)


class PreparedStatements:
    """The statements of one connection; when it is full, new ones run directly and none has to leave."""

    __slots__ = ("_labels", "_limit", "_sequence")

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._labels: dict[Key, str] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._labels)

    def admit(self, query: Query) -> Admission:
        """Whether the statement is known, becomes known, or finds no room."""
        key = (query.plan.sql, query.operation, *map(_driver_type, query.parameters))
        label = self._labels.get(key)
        if label is not None:
            return Admission(label, True)
        if self._limit is not None and len(self._labels) >= self._limit:
            return _FULL
        self._sequence += 1
        label = f"arlen_{hashlib.sha256(repr(key).encode()).hexdigest()[:10]}_{self._sequence}"
        self._labels[key] = label
        return Admission(label, False)

    def clear(self) -> None:
        """The server has forgotten them."""
        self._labels.clear()


def _driver_type(value: object) -> object:
    if type(value) is int:
        bits = value.bit_length()
        return 2 if bits < 16 else 4 if bits < 32 else 8
    return type(value)
