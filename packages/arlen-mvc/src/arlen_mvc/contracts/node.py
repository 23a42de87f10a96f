"""A checked value: what a descriptor means, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from .faults import Faults
from .transformers import Transform

ABSENT: Final[Any] = type("Absent", (), {"__slots__": (), "__repr__": lambda self: "ABSENT"})()
"""No value: not sent, or not acceptable."""


class Shape(Protocol):
    """What a value is made of: text, a number, members, elements."""

    @property
    def kind(self) -> str:
        """The name of the type in a descriptor."""

    def read(self, value: Any, faults: Faults) -> Any:
        """The value as this type, or ``ABSENT`` and a fault."""

    def descend(self, value: Any, faults: Faults) -> Any:
        """The value with its members or elements checked."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint: what has to hold, and how it is told when it does not; ``keyword`` and ``limit`` as written."""

    keyword: str
    limit: object
    code: str
    message: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of an ``enum``; ``true`` is not 1."""

    values: tuple[Any, ...]
    keys: Container[Any]

    @classmethod
    def of(cls, values: list[Any]) -> Choices:
        keys = [(isinstance(value, bool), value) for value in values]
        try:
            return cls(tuple(values), frozenset(keys))
        except TypeError:
            return cls(tuple(values), keys)

    def __contains__(self, value: Any) -> bool:
        try:
            return (isinstance(value, bool), value) in self.keys
        except TypeError:
            return False


@dataclass(frozen=True, slots=True)
class Notes:
    """What a descriptor says for readers only."""

    title: str = ""
    description: str = ""
    example: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a contract.

    ``transformers`` are pairs of a name and its function. ``source`` is where a field of a request comes from, and
    empty below the top level.
    """

    shape: Shape
    required: bool = False
    default: Any = ABSENT
    transformers: tuple[tuple[str, Transform], ...] = ()
    rules: tuple[Rule, ...] = ()
    choices: Choices | None = None
    source: str = ""
    notes: Notes = field(default_factory=Notes)

    def check(self, value: Any, faults: Faults) -> Any:
        """The coerced value, or ``ABSENT``; what is wrong goes into ``faults``.

        The order is: default, presence, transformers, type, constraints, children, enumeration.
        """
        if value is None or value is ABSENT:
            if self.default is ABSENT:
                if self.required:
                    faults.add("missing", "is required")
                return ABSENT
            value = deepcopy(self.default) if isinstance(self.default, dict | list) else self.default
        for name, transform in self.transformers:
            try:
                value = transform(value)
            except ValueError as error:
                faults.add("invalid_transform", str(error) or "cannot be transformed", {"transformer": name})
                return ABSENT
        value = self.shape.read(value, faults)
        if value is ABSENT:
            return ABSENT
        for rule in self.rules:
            if not rule.holds(value):
                faults.add(rule.code, rule.message, {rule.keyword: rule.limit})
        value = self.shape.descend(value, faults)
        if self.choices is not None and value not in self.choices:
            faults.add("invalid_enum", "must be one of the allowed values", {"enum": list(self.choices.values)})
        return value


Members = Mapping[str, Node]
