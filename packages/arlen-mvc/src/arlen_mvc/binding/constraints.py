"""The bounds that a marker or an annotation sets to a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from arlen_mvc.models import BOUNDS

LONGEST_MATCHED = 1024
"""Characters that a pattern is run on where no ``max_length`` says how long a text may be."""

Holds = Callable[[Any], bool]


class Violation(ValueError):
    """A value is outside of its bounds."""

    def __init__(self, code: str, message: str, constraint: str) -> None:
        super().__init__(message)
        self.code = code
        self.constraint = constraint


@dataclass(frozen=True, slots=True)
class Rule:
    """``holds`` says whether a value keeps it; code and message are for one that does not."""

    constraint: str
    holds: Holds
    code: str
    message: str


_OF_VALUES: Mapping[str, tuple[str, str, str, Callable[[Any], Holds]]] = {
    "ge": ("minimum", "too_small", "is lower than minimum", lambda bound: lambda value: value >= bound),
    "gt": ("exclusiveMinimum", "too_small", "is lower than minimum", lambda bound: lambda value: value > bound),
    "le": ("maximum", "too_large", "is greater than maximum", lambda bound: lambda value: value <= bound),
    "lt": ("exclusiveMaximum", "too_large", "is greater than maximum", lambda bound: lambda value: value < bound),
    "multiple_of": (
        "multipleOf",
        "not_a_multiple",
        "is not a multiple of the step",
        lambda step: lambda value: value % step == 0,
    ),
}
_OF_LENGTHS: Mapping[str, tuple[str, str, str, Callable[[Any], Holds]]] = {
    "min_length": ("Length", "too_short", "is shorter than minLength", lambda bound: lambda value: len(value) >= bound),
    "max_length": ("Length", "too_long", "is longer than maxLength", lambda bound: lambda value: len(value) <= bound),
}


@dataclass(frozen=True, slots=True)
class Constraints:
    """The rules for each value, those for how many there are, and both as JSON Schema.

    Lengths are those of the collection where there is one.
    """

    of_values: tuple[Rule, ...]
    of_collection: tuple[Rule, ...]
    value_schema: Mapping[str, Any]
    collection_schema: Mapping[str, Any]

    @classmethod
    def of(cls, metadata: Iterable[object]) -> Constraints:
        """From anything that has these attributes: markers, ``msgspec.Meta``, those of ``annotated-types``.

        Raises:
            re.error: a pattern is not a regular expression.
        """
        bounds: dict[str, Any] = {}
        for item in metadata:
            for name in BOUNDS:
                if (bound := getattr(item, name, None)) is not None:
                    bounds[name] = bound
        values = [
            Rule(name, make(bounds[name]), code, text) for name, (_, code, text, make) in _named(_OF_VALUES, bounds)
        ]
        lengths = [
            Rule(name, make(bounds[name]), code, text) for name, (_, code, text, make) in _named(_OF_LENGTHS, bounds)
        ]
        value_schema = {keyword: bounds[name] for name, (keyword, *_) in _named(_OF_VALUES, bounds)}
        length_schema = {name.partition("_")[0]: bounds[name] for name, _ in _named(_OF_LENGTHS, bounds)}
        if (pattern := bounds.get("pattern")) is not None:
            values.append(_matching(pattern, bounds.get("max_length", LONGEST_MATCHED)))
            value_schema["pattern"] = pattern
        return cls(tuple(values), tuple(lengths), value_schema, length_schema)

    def checked(self, parse: Callable[[str], object], extra: tuple[Rule, ...] = ()) -> Callable[[str], object]:
        """The same parser, which then holds the value against the rules; it raises :class:`Violation`."""
        rules = extra + self.of_values
        if not rules:
            return parse

        def parse_checked(text: str) -> object:
            value = parse(text)
            keep(rules, value)
            return value

        return parse_checked


def keep(rules: tuple[Rule, ...], value: object) -> None:
    """Hold a value against rules.

    Raises:
        Violation: the first rule that it breaks.
    """
    for rule in rules:
        if not rule.holds(value):
            raise Violation(rule.code, rule.message, rule.constraint)


def _named(table: Mapping[str, Any], bounds: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, row) for name, row in table.items() if name in bounds]


def _matching(pattern: str, longest: int) -> Rule:
    search = re.compile(pattern).search
    return Rule(
        "pattern",
        lambda text: len(text) <= longest and search(text) is not None,
        "invalid_format",
        "has an invalid format",
    )
