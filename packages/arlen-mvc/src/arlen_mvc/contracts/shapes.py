"""The six types of a descriptor: what is read as one, and what is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from arlen_mvc.scalars import parse_boolean, parse_integer, parse_number

from .faults import Faults
from .node import ABSENT, Node

Parse = Callable[[str], Any]


class _Leaf:
    """A value without parts."""

    __slots__ = ()

    def descend(self, value: Any, faults: Faults) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Text(_Leaf):
    """A string; also the ``datetime`` that a transformer made of one."""

    kind: ClassVar[str] = "string"

    def read(self, value: Any, faults: Faults) -> Any:
        if isinstance(value, str | datetime):
            return value
        return _refused("a string", faults)


@dataclass(frozen=True, slots=True)
class Integer(_Leaf):
    """A whole number, also one written as ``2.0``; ``true`` is none."""

    coerce: bool
    kind: ClassVar[str] = "integer"

    def read(self, value: Any, faults: Faults) -> Any:
        match value:
            case bool():
                pass
            case int():
                return value
            case float() if value.is_integer():
                return int(value)
            case str() if self.coerce:
                return _parsed(parse_integer, value, "an integer", faults)
        return _refused("an integer", faults)


@dataclass(frozen=True, slots=True)
class Number(_Leaf):
    """A finite number; ``true`` is none."""

    coerce: bool
    kind: ClassVar[str] = "number"

    def read(self, value: Any, faults: Faults) -> Any:
        match value:
            case bool():
                pass
            case int():
                return value
            case float() if math.isfinite(value):
                return value
            case str() if self.coerce:
                return _parsed(parse_number, value, "a number", faults)
        return _refused("a number", faults)


@dataclass(frozen=True, slots=True)
class Truth(_Leaf):
    """``true`` or ``false``; as text the words of configuration files."""

    coerce: bool
    kind: ClassVar[str] = "boolean"

    def read(self, value: Any, faults: Faults) -> Any:
        match value:
            case bool():
                return value
            case str() if self.coerce:
                return _parsed(parse_boolean, value, "a boolean", faults)
        return _refused("a boolean", faults)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of declared members, sorted by name; nothing else of it is looked at."""

    members: tuple[tuple[str, Node], ...]
    kind: ClassVar[str] = "object"

    def read(self, value: Any, faults: Faults) -> Any:
        return value if isinstance(value, dict) else _refused("an object", faults)

    def descend(self, value: Any, faults: Faults) -> Any:
        checked = {}
        for name, node in self.members:
            found = len(faults)
            member = node.check(value.get(name, ABSENT), faults)
            if len(faults) > found:
                faults.place(found, name)
            elif member is not ABSENT:
                checked[name] = member
        return checked


@dataclass(frozen=True, slots=True)
class AnyObject:
    """An object that passes through whole, if it has the required members."""

    required: tuple[str, ...] = ()
    kind: ClassVar[str] = "object"

    def read(self, value: Any, faults: Faults) -> Any:
        return value if isinstance(value, dict) else _refused("an object", faults)

    def descend(self, value: Any, faults: Faults) -> Any:
        for name in self.required:
            if value.get(name) is None:
                faults.add("missing", "is required")
                faults.place(len(faults) - 1, name)
        return value


@dataclass(frozen=True, slots=True)
class Elements:
    """An array; without a node for its elements it passes through whole."""

    element: Node | None
    most: int | None = None
    kind: ClassVar[str] = "array"

    def read(self, value: Any, faults: Faults) -> Any:
        return value if isinstance(value, list) else _refused("an array", faults)

    def descend(self, value: Any, faults: Faults) -> Any:
        if self.element is None or (self.most is not None and len(value) > self.most):
            return value
        check, checked = self.element.check, []
        for index, item in enumerate(value):
            found = len(faults)
            checked.append(check(item, faults))
            if len(faults) > found:
                faults.place(found, index)
                if faults.full:
                    break
        return [None if item is ABSENT else item for item in checked]


def _parsed(parse: Parse, text: str, expected: str, faults: Faults) -> Any:
    try:
        return parse(text)
    except ValueError:
        return _refused(expected, faults)


def _refused(expected: str, faults: Faults) -> Any:
    faults.add("invalid_type", f"must be {expected}")
    return ABSENT
