"""How a value of a file, or the text of a variable, becomes a value of a type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Mismatch(Exception):
    """The value is not of the kind; ``code`` is ``wrong_type``, ``out_of_range`` or ``unknown_choice``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Kind(Protocol):
    """A type of value: what it accepts, and what it is called in a message."""

    @property
    def wanted(self) -> str:
        """What a person should write, with its article: ``an integer``."""

    def parse(self, value: object) -> object:
        """The value of a TOML key. Raises Mismatch."""

    def parse_text(self, text: str) -> object:
        """The text of a variable. Raises Mismatch."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that stands in TOML as one of ``natives``, or as the text of it."""

    wanted: str
    natives: tuple[type, ...]
    convert: Callable[[object], object]
    convert_text: Callable[[str], object]

    def parse(self, value: object) -> object:
        if type(value) in self.natives:
            return self.convert(value)
        if type(value) is str:
            return self.parse_text(value)
        raise Mismatch("wrong_type")

    def parse_text(self, text: str) -> object:
        try:
            return self.convert_text(text)
        except (ValueError, KeyError):
            raise Mismatch("wrong_type") from None


def _as_is(value: object) -> object:
    return value


def _decimal_integer(text: str) -> int:
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return int(text)


def _finite_number(text: str) -> float:
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)


_WORDS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)

ANYTHING = Scalar("a value", (bool, int, float, list, dict), _as_is, _as_is)
TEXT = Scalar("a string", (str,), _as_is, _as_is)
BOOLEAN = Scalar("a boolean (true or false)", (bool,), _as_is, lambda text: _WORDS[text.strip().lower()])
INTEGER = Scalar("an integer", (int,), _as_is, _decimal_integer)
NUMBER = Scalar("a number", (int, float), lambda value: float(value), _finite_number)  # type: ignore[arg-type]
PATH = Scalar("a path", (type(Path()),), _as_is, Path)


@dataclass(frozen=True, slots=True)
class Bounded:
    """Numbers from ``minimum`` to ``maximum``, both included."""

    kind: Kind
    minimum: float | None
    maximum: float | None

    @property
    def wanted(self) -> str:
        if self.maximum is None:
            return f"{self.kind.wanted} of at least {self.minimum}"
        if self.minimum is None:
            return f"{self.kind.wanted} of at most {self.maximum}"
        return f"{self.kind.wanted} from {self.minimum} to {self.maximum}"

    def parse(self, value: object) -> object:
        return self._bounded(self.kind.parse(value))

    def parse_text(self, text: str) -> object:
        return self._bounded(self.kind.parse_text(text))

    def _bounded(self, number: object) -> object:
        low = self.minimum is None or number >= self.minimum  # type: ignore[operator]
        high = self.maximum is None or number <= self.maximum  # type: ignore[operator]
        if low and high:
            return number
        raise Mismatch("out_of_range")


class Choice:
    """One of a few values, written in any case."""

    __slots__ = ("_options", "wanted")

    def __init__(self, options: Iterable[tuple[object, object]]) -> None:
        """``options``: pairs of what stands in the file and what it means."""
        pairs = tuple(options)
        self.wanted = "one of " + ", ".join(str(written) for written, _ in pairs)
        self._options = {_folded(written): meant for written, meant in pairs}

    def parse(self, value: object) -> object:
        if type(value) not in (str, int):
            raise Mismatch("wrong_type")
        return self.parse_text(str(value))

    def parse_text(self, text: str) -> object:
        try:
            return self._options[_folded(text)]
        except KeyError:
            raise Mismatch("unknown_choice") from None


class Aliased:
    """A kind whose values have other names too."""

    __slots__ = ("_aliases", "_kind", "wanted")

    def __init__(self, kind: Kind, aliases: Mapping[object, object]) -> None:
        self.wanted = kind.wanted
        self._kind = kind
        self._aliases = {_folded(alias): value for alias, value in aliases.items()}

    def parse(self, value: object) -> object:
        return self._kind.parse(self._aliases.get(_folded(value), value))

    def parse_text(self, text: str) -> object:
        return self._kind.parse_text(str(self._aliases.get(_folded(text), text)))


@dataclass(frozen=True, slots=True)
class Series:
    """Several values: an array in a file, comma-separated text in a variable."""

    kind: Kind
    build: Callable[[Iterable[object]], object]

    @property
    def wanted(self) -> str:
        return f"an array, each item {self.kind.wanted}"

    def parse(self, value: object) -> object:
        if type(value) not in (list, tuple):
            raise Mismatch("wrong_type")
        return self.build([self.kind.parse(item) for item in value])  # type: ignore[attr-defined]

    def parse_text(self, text: str) -> object:
        return self.build([self.kind.parse_text(item) for part in text.split(",") if (item := part.strip())])


def _folded(value: object) -> str:
    return str(value).strip().casefold()
