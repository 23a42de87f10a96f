"""The layers of a configuration: where a key is looked up, one after the other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .errors import Fault
from .source import Key, Lines, Origin, Source, dotted

GENERIC_PREFIX = "ARLEN__"

_NOT_IN_A_VARIABLE = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Names:
    """The environment variables of one key: first its own, then the platform's, such as PORT."""

    own: str | None = None
    fallbacks: tuple[str, ...] = ()
    carries_secret: bool = False

    def within(self, table: str) -> Names:
        """The variables of the same key in a named table: ``ARLEN_DATABASE_URL_REPORTING``; the platform has none."""
        return Names(self.own and f"{self.own}_{variable_part(table)}", (), self.carries_secret)


NAMELESS = Names()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one layer has for a key. ``value`` is the Fault itself where the layer could not be read."""

    value: object
    source: Source


class Layer(Protocol):
    """One source of values."""

    def candidates(self, key: Key, names: Names) -> Iterator[Candidate]:
        """What this layer has for the key, highest precedence first."""

    def members(self, key: Key, known: Collection[str]) -> Iterable[str]:
        """The names that this layer adds to the known ones in the table at the key."""


class Tree:
    """A tree of tables: a file, a mapping, or the options of a command line."""

    __slots__ = ("_lines", "name", "origin", "values")

    def __init__(self, origin: Origin, name: str, values: Mapping[str, object], lines: Lines | None = None) -> None:
        self.origin = origin
        self.name = name
        self.values = values
        self._lines = lines

    def source(self, key: Key) -> Source:
        return Source(self.origin, self.name, key, self._lines)

    def _at(self, key: Key) -> object:
        value: object = self.values
        for part in key:
            match value:
                case Mapping() if part in value:
                    value = value[part]
                case list() | tuple() if type(part) is int and part < len(value):
                    value = value[part]
                case _:
                    return None
        return value

    def candidates(self, key: Key, names: Names) -> Iterator[Candidate]:
        value = self._at(key)
        if value is not None:
            yield Candidate(value, self.source(key))

    def members(self, key: Key, known: Collection[str]) -> Iterable[str]:
        match self._at(key):
            case Mapping() as table:
                return [name for name in table if name not in known]
            case _:
                return []


class Environment:
    """The variables of the process: those that a key names, and ``ARLEN__TABLE__KEY`` for every key.

    An empty variable counts as unset. ``claimed`` collects the generic variables that some key has asked for.
    """

    __slots__ = ("_variables", "claimed")

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {name: text for name, text in variables.items() if text}
        self.claimed: set[str] = set()

    def candidates(self, key: Key, names: Names) -> Iterator[Candidate]:
        generic = generic_name(key)
        self.claimed |= {generic, f"{generic}_FILE"} if names.carries_secret else {generic}
        for name in dict.fromkeys((names.own or generic, generic, *names.fallbacks)):
            yield from self._named(name, key, names)

    def members(self, key: Key, known: Collection[str]) -> Iterable[str]:
        prefix = f"{generic_name(key)}__"
        taken = {variable_part(name) for name in known}
        found = [name.removeprefix(prefix).split("__")[0] for name in self.generic() if name.startswith(prefix)]
        return [part.lower() for part in dict.fromkeys(found) if part not in taken]

    def generic(self) -> list[str]:
        """Every variable of the form ``ARLEN__TABLE__KEY``, sorted."""
        return sorted(name for name in self._variables if name.startswith(GENERIC_PREFIX))

    def unclaimed(self, reserved: Iterable[Key]) -> list[str]:
        """The generic variables that no key has asked for, but those of reserved tables."""
        prefixes = tuple(f"{generic_name(table)}__" for table in reserved)
        return [name for name in self.generic() if name not in self.claimed and not name.startswith(prefixes)]

    def _named(self, name: str, key: Key, names: Names) -> Iterator[Candidate]:
        text = self._variables.get(name)
        file_variable = f"{name}_FILE"
        file = self._variables.get(file_variable) if names.carries_secret else None
        if text is not None and file is not None:
            message = f"{name} and {file_variable} are both set; unset one of them"
            yield Candidate(Fault("ambiguous_variable", message, dotted(key)), Source(Origin.ENVIRONMENT, name, key))
        elif text is not None:
            yield Candidate(text, Source(Origin.ENVIRONMENT, name, key))
        elif file is not None:
            yield Candidate(_content(file, file_variable, key), Source(Origin.ENVIRONMENT, file_variable, key))


def generic_name(key: Key) -> str:
    """``ARLEN__SESSION__SECRET`` for ``session.secret``."""
    return GENERIC_PREFIX + "__".join(variable_part(str(part)) for part in key)


def dotted_name(generic: str) -> str:
    """``session.secret`` for ``ARLEN__SESSION__SECRET``."""
    return generic.removeprefix(GENERIC_PREFIX).replace("__", ".").lower()


def variable_part(name: str) -> str:
    """A name as it stands inside the name of a variable."""
    return _NOT_IN_A_VARIABLE.sub("_", name.upper())


def _content(file: str, variable: str, key: Key) -> str | Fault:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    message = f"{variable} names {file}, which cannot be read: {reason}; mend the file or unset the variable"
    return Fault("unreadable_file", message, dotted(key), path=file)
