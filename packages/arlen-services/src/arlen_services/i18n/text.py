"""Texts with places to fill: ``%{name}`` and ``%{price:currency(EUR)}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Format: TypeAlias = Callable[[object, str, str, str], str]
"""Writes a value as a kind (``number``), with an option (``EUR``), in a locale."""

KINDS = frozenset({"number", "percent", "currency", "date", "time", "datetime", "list", "unit"})

_PLACE = re.compile(r"%\{\s*([^\W\d]\w*)\s*(?::\s*([a-z]+)\s*(?:\(\s*([^)]*?)\s*\))?\s*)?\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a text.

    Attributes:
        source: what stands in the text.
        name: which argument goes there.
        kind: how it is written; empty for ``str``.
        option: what follows the kind in parentheses.
    """

    source: str
    name: str
    kind: str
    option: str

    def fill(self, arguments: Mapping[str, object], locale: str, write: Format) -> str:
        """What goes here; the source itself when there is no such argument or no such kind."""
        if self.name not in arguments or (self.kind and self.kind not in KINDS):
            return self.source
        value = arguments[self.name]
        return write(value, self.kind, self.option, locale) if self.kind else str(value)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, taken apart once: ``literals`` and ``places`` alternate, beginning with a literal."""

    source: str
    literals: tuple[str, ...]
    places: tuple[Place, ...]

    @classmethod
    def parse(cls, source: str) -> Text:
        literals, places, end = [], [], 0
        for match in _PLACE.finditer(source):
            literals.append(source[end : match.start()])
            places.append(Place(match[0], match[1], match[2] or "", match[3] or ""))
            end = match.end()
        return cls(source, (*literals, source[end:]), tuple(places))

    def fill(self, arguments: Mapping[str, object], locale: str, write: Format) -> str:
        """The text with its places filled, in one pass: what an argument holds is not filled again."""
        if not self.places or not arguments:
            return self.source
        filled = [self.literals[0]]
        for place, literal in zip(self.places, self.literals[1:], strict=True):
            filled += (place.fill(arguments, locale, write), literal)
        return "".join(filled)

    @property
    def names(self) -> frozenset[str]:
        """The arguments that it asks for."""
        return frozenset(place.name for place in self.places)
