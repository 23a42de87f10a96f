"""What a catalogue holds for a key: one text, or several of which a number chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .text import Text

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""The plural categories of CLDR."""


class Rules(Protocol):
    """What numbers mean in a locale."""

    def cardinal(self, number: object, locale: str) -> str:
        """The category of so many things."""

    def ordinal(self, number: object, locale: str) -> str:
        """The category of the n-th thing."""


class Entry(Protocol):
    """A translation."""

    def choose(self, arguments: Mapping[str, object], locale: str, rules: Rules) -> Text:
        """The text for these arguments."""

    def texts(self) -> tuple[Text, ...]:
        """Every text that may be chosen."""


@dataclass(frozen=True, slots=True)
class Single:
    """One text, whatever the numbers are."""

    text: Text

    def choose(self, arguments: Mapping[str, object], locale: str, rules: Rules) -> Text:
        return self.text

    def texts(self) -> tuple[Text, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Plural:
    """Texts by the category of the argument ``count``, or by ``=n`` for exactly n; what is missing is ``other``."""

    forms: Mapping[str, Text]
    ordinal: bool = False

    def choose(self, arguments: Mapping[str, object], locale: str, rules: Rules) -> Text:
        count = arguments.get("count")
        if count is None:
            return self.forms["other"]
        if exact := self.forms.get(f"={count}"):
            return exact
        category = rules.ordinal if self.ordinal else rules.cardinal
        return self.forms.get(category(count, locale)) or self.forms["other"]

    def texts(self) -> tuple[Text, ...]:
        return tuple(self.forms.values())


@dataclass(frozen=True, slots=True)
class Indexed:
    """Texts by the index that the ``Plural-Forms`` of a gettext catalogue computes of the argument ``count``."""

    forms: tuple[Text, ...]
    index: Callable[[int], int]

    def choose(self, arguments: Mapping[str, object], locale: str, rules: Rules) -> Text:
        count = arguments.get("count")
        index = self.index(count) if isinstance(count, int) else len(self.forms) - 1
        return self.forms[min(index, len(self.forms) - 1)]

    def texts(self) -> tuple[Text, ...]:
        return self.forms


def single(source: object) -> Single:
    """An entry of one text; what is no string is written as one."""
    return Single(Text.parse(source if isinstance(source, str) else str(source)))


def is_plural(value: Mapping[object, object]) -> bool:
    """Whether a mapping names plural forms rather than keys: ``other``, and besides it categories and ``=n`` only."""
    return "other" in value and all(name in CATEGORIES or _is_exact(name) for name in value)


def _is_exact(name: object) -> bool:
    return isinstance(name, str) and name.startswith("=") and name[1:].isdecimal()


def entries(translations: Mapping[object, object], prefix: str = "") -> dict[str, Entry]:
    """The entries of a mapping; those of mappings in it have dotted keys. Blank keys and what is no key are left out.

    ``{"one": ..., "other": ...}`` is a plural; ``{"ordinal": {"one": ..., "other": ...}}`` one for the n-th thing.
    """
    found: dict[str, Entry] = {}
    for name, value in translations.items():
        if not isinstance(name, str) or not name.strip():
            continue
        key = prefix + name.strip()
        match value:
            case Mapping() if is_plural(value):
                found[key] = _plural(value, ordinal=False)
            case {"ordinal": Mapping() as forms, **others} if not others and is_plural(forms):
                found[key] = _plural(forms, ordinal=True)
            case Mapping():
                found.update(entries(value, f"{key}."))
            case Single() | Plural() | Indexed():
                found[key] = value
            case _:
                found[key] = single(value)
    return found


def _plural(forms: Mapping[object, object], *, ordinal: bool) -> Plural:
    return Plural({str(name): Text.parse(str(form)) for name, form in forms.items()}, ordinal)
