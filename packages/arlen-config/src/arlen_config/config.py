"""The configuration of an application: layers read once, sections handed out typed."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from .document import Document
from .errors import ConfigError, Fault
from .explanation import Explanation, IgnoredValue
from .layers import Environment, Layer, Tree, dotted_name, generic_name
from .plain import plain
from .reading import Place, Reading
from .schema import NO_SECTIONS, Sections, Table
from .source import Key, Origin, Source, dotted, split
from .unknown import nearest, suggestion, unclaimed

T = TypeVar("T")

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class _Loading:
    strict: bool = field(
        default=False,
        metadata={"env": "ARLEN_CONFIG_STRICT", "doc": "Make every ignored value an error."},
    )


@dataclass(frozen=True, slots=True)
class _Loaded:
    environment: str
    config: _Loading = _Loading()


class Config:
    """Layered settings. Lowest precedence first:

    defaults in code, ``config/app.toml``, ``config/environments/<environment>.toml``, the process environment, options
    of the command line. Tables merge; scalars and arrays replace.

    Attributes:
        environment: the requested name, such as ``production``, whatever the files say.
        strict: ``config.strict``: a malformed value in the environment is an error, not a warning.
    """

    __slots__ = ("_environment", "_layers", "_reading", "_reserved", "_trees", "environment", "strict")

    def __init__(self, environment: str, options: Tree, files: Sequence[Tree], variables: Mapping[str, str]) -> None:
        """The layers, as ``load`` and ``from_mapping`` make them; ``files`` begin with the highest precedence."""
        requested = Tree(Origin.OVERRIDE, "the requested environment", {"environment": environment})
        self.environment = environment
        self._environment = Environment(variables)
        self._trees = (options, *files)
        self._layers: tuple[Layer, ...] = (requested, options, self._environment, *files)
        self._reserved: set[Key] = set()
        self._reading = Reading(strict=False)
        self.strict = self.section("", _Loaded).config.strict
        self._reading.strict = self.strict

    @classmethod
    def load(
        cls,
        root: str | os.PathLike[str],
        environment: str = "development",
        env: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> Config:
        """Read the files under ``root``; values are typed later, section by section.

        ``env`` is the process environment when None. ``overrides`` are options of a command line, by dotted key; None
        means that the option was not given.

        Raises:
            ConfigError: ``invalid_toml``, ``unreadable_file`` or ``invalid_environment``.
        """
        if not _ENVIRONMENT_NAME.fullmatch(environment):
            message = f"the environment {environment!r} cannot name a file; use letters, digits, '-' and '_'"
            raise ConfigError([Fault("invalid_environment", message)])
        names = (f"config/environments/{environment}.toml", "config/app.toml")
        documents = [Document(Path(root, name), name) for name in names]
        files = [Tree(Origin.FILE, document.name, document.values, document) for document in documents]
        return cls(environment, _options(overrides or {}), files, os.environ if env is None else env)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object], environment: str = "development") -> Config:
        """The configuration that the mapping of tables holds: no files, no process environment."""
        return cls(environment, _options({}), [Tree(Origin.FILE, "the given mapping", values)], {})

    def section(self, table: str, settings_class: type[T], defaults: T | None = None) -> T:
        """The table as an instance of a frozen dataclass, whose keys are thereby claimed.

        ``table`` is dotted (``services.i18n``); the empty name is the root table. Several classes may share a table.
        ``defaults`` stands in for the defaults in code where these depend on other settings.

        Raises:
            ConfigError: every wrong, missing or unreadable value of the section.
            SettingsDefinitionError: the class cannot be read from a configuration.
        """
        value, faults = self._read(table, settings_class, defaults)
        if faults:
            raise ConfigError(faults)
        return value

    def reserve(self, *tables: str) -> None:
        """Leave these tables to another program that reads the same files: verify does not look into them."""
        self._reserved |= {split(table) for table in tables}

    def verify(self, sections: Sections = NO_SECTIONS, under: str = "") -> None:
        """Refuse what no section has claimed; ``sections``, classes by table, are read first.

        ``under`` names the only table to look into, for a program that owns a part of the files.

        Raises:
            ConfigError: every fault of ``sections``, and every unknown key with its place and the nearest known name.
        """
        faults: list[Fault] = []
        for table, classes in sections.items():
            for settings_class in classes:
                faults += self._read(table, settings_class, None)[1]
        faults += self._unknown(split(under))
        if faults:
            raise ConfigError(dict.fromkeys(faults))

    def explain(self, key: str, *, reveal: bool = False) -> Explanation:
        """The value of a claimed key, the source that won and the sources that it shadows.

        Raises:
            ConfigError: ``unknown_key``.
        """
        for explanation in self._reading.explanations.values():
            if explanation.key == key:
                return explanation if reveal else explanation.masked()
        known = [explanation.key for explanation in self._reading.explanations.values()]
        inside = [name for name in known if name.startswith(f"{key}.")]
        hint = f"it is a table of {', '.join(inside)}" if inside else suggestion(nearest(key, known))
        raise ConfigError([Fault("unknown_key", f"{key} is not a key of the configuration; {hint}", key)])

    def as_dict(self, *, reveal: bool = False) -> dict[str, object]:
        """Every claimed key with its value, as nested tables of plain values; secrets are ``***`` unless revealed."""
        tree: dict[str, object] = {}
        for key, explanation in self._reading.explanations.items():
            table = tree
            for part in key[:-1]:
                table = table.setdefault(str(part), {})  # type: ignore[assignment]
            table[str(key[-1])] = plain(explanation.value, secret=explanation.secret, reveal=reveal)
        return tree

    @property
    def warnings(self) -> tuple[IgnoredValue, ...]:
        """The values that were ignored so far, each once."""
        each: list[IgnoredValue] = []
        for ignored in self._reading.ignored:
            if ignored not in each:
                each.append(ignored)
        return tuple(each)

    def __repr__(self) -> str:
        return f"Config(environment={self.environment!r}, layers={[tree.name for tree in self._trees]})"

    def _read(self, table: str, settings_class: type[T], defaults: T | None) -> tuple[T, list[Fault]]:
        key = split(table)
        reading = self._reading
        reading.tables |= _tables_around(key)
        before = len(reading.faults)
        value = reading.read(Table(settings_class), Place(key, self._layers), MISSING if defaults is None else defaults)
        faults = reading.faults[before:]
        del reading.faults[before:]
        return cast(T, value), faults

    def _unknown(self, under: Key) -> Iterator[Fault]:
        keys = self._reading.keys | self._reserved
        tables = self._reading.tables.union(*map(_tables_around, self._reserved))
        known = {dotted(key): key for key in sorted(keys | tables, key=dotted) if key}
        for tree in self._trees:
            for key in unclaimed(tree.values, keys, tables):
                if key[: len(under)] == under:
                    yield _unknown_key(tree.source(key), dotted(key), known)
        for name in self._environment.unclaimed(self._reserved):
            if name.startswith(generic_name(under)):
                meant = nearest(dotted_name(name), known)
                hint = suggestion(generic_name(known[meant]) if meant else None)
                yield Fault("unknown_key", f"{name} is set, but there is no such key; {hint}", dotted_name(name))


def _tables_around(key: Key) -> set[Key]:
    return {key[:end] for end in range(len(key))}


def _options(given: Mapping[str, object]) -> Tree:
    """The layer of the command line, from options by dotted key."""
    values: dict[str, object] = {}
    for key, value in given.items():
        *tables, name = split(key)
        table = values
        for part in tables:
            table = table.setdefault(part, {})  # type: ignore[assignment]
        table[name] = value
    return Tree(Origin.OVERRIDE, "command line", values)


def _unknown_key(source: Source, key: str, known: Collection[str]) -> Fault:
    message = f"{source}: unknown key {key}; {suggestion(nearest(key, known))}"
    return Fault("unknown_key", message, key, source.path, source.line)
