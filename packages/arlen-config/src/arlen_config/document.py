"""One TOML file: its values, and the line on which each key stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from .errors import ConfigError, Fault
from .source import Key

_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


class Document:
    """A parsed TOML 1.0 file; a missing file is an empty one.

    Raises:
        ConfigError: ``unreadable_file`` (it cannot be read, or is not UTF-8), or ``invalid_toml`` with its ``line`` and
            ``column``.
    """

    def __init__(self, path: Path, name: str) -> None:
        """``name`` is what messages call the file, such as ``config/app.toml``."""
        self.name = name
        self._text = _read(path, name)
        self.values = _parse(self._text, name) if self._text else {}

    def line_of(self, key: Key) -> int | None:
        """The line of the key, or else of the nearest table around it, counted from 1."""
        return next((self._lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self._lines), None)

    @cached_property
    def _lines(self) -> dict[Key, int]:
        """Every key of the file with its line; made only when a message needs it."""
        lines: dict[Key, int] = {}
        table: Key = ()
        counts: dict[Key, int] = {}
        for line, statement, values in _statements(self._text):
            if not statement.startswith("["):
                for key in _keys(values):
                    lines.setdefault(table + key, line)
                continue
            names = _header(values)
            table = _resolve(names[:-1], counts) + names[-1:]
            if statement.startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, line)
                table += (counts[table],)
            for end in range(1, len(table) + 1):
                lines.setdefault(table[:end], line)
        return lines


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}; make it readable or remove it"
    except UnicodeDecodeError as error:
        message = f"{name} is not UTF-8 (byte {error.start}); save it as UTF-8, as TOML demands"
    raise ConfigError([Fault("unreadable_file", message, path=name)])


def _parse(text: str, name: str) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sentence = str(error)
    line, column = _position(sentence, text)
    message = f"{name}:{line}:{column}: {_POSITION.sub('', sentence)}"
    raise ConfigError([Fault("invalid_toml", message, path=name, line=line, column=column)])


def _position(sentence: str, text: str) -> tuple[int, int]:
    found = _POSITION.search(sentence)
    if found and found["line"]:
        return int(found["line"]), int(found["column"])
    *before, last = text.split("\n")
    return len(before) + 1, len(last) + 1


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, object]]]:
    """Each header and each ``key = value`` of a valid document, with its first line and what it means alone.

    A statement may span lines (an array, a long string): it ends with the first line that makes it valid TOML.
    """
    import tomllib

    start, pending = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if not pending:
            start = number
        pending += line + "\n"
        try:
            values = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        if values:
            yield start, pending.lstrip(), values
        pending = ""


def _keys(values: dict[str, object]) -> Iterator[Key]:
    """Every key in these values, also those of inline tables and of tables in arrays."""
    pending: list[tuple[Key, object]] = [((), values)]
    while pending:
        path, value = pending.pop()
        if path:
            yield path
        if type(value) is dict:
            pending += [((*path, name), inner) for name, inner in value.items()]
        elif type(value) is list:
            pending += [((*path, index), inner) for index, inner in enumerate(value) if type(inner) is dict]


def _header(values: dict[str, object]) -> Key:
    """The names in a ``[table]`` or ``[[table]]`` header that was parsed alone."""
    names: list[str] = []
    inner: object = values
    while type(inner) is dict and inner:
        name, inner = next(iter(inner.items()))
        names.append(name)
    return tuple(names)


def _resolve(names: Key, counts: dict[Key, int]) -> Key:
    """The table that a header names: where a name stands for an array, its last element so far."""
    key: Key = ()
    for name in names:
        key += (name,)
        if key in counts:
            key += (counts[key],)
    return key
