"""Catalogues in files: nested TOML and JSON, and those of gettext."""

from __future__ import annotations

import asyncio
import gettext
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from arlen_services.errors import LocalizationError

from .entry import Entry, Indexed, single
from .locale import normalize
from .memory import CONTEXT, MemoryTranslator
from .text import Text

DEFAULT_DOMAIN = "messages"


class CatalogueFile(NamedTuple):
    """A file of texts: for which locale, and in which domain."""

    path: Path
    locale: str
    domain: str


def catalogue_files(directory: Path) -> list[CatalogueFile]:
    """The catalogues below a directory, in the order in which they are read.

    ``de.toml`` and ``de.po`` are the domain ``messages`` of a locale, ``de/shop.json`` and ``de/LC_MESSAGES/shop.po``
    the domain ``shop``. A ``.mo`` file is read instead of the ``.po`` file beside it unless it is older.
    """
    found = []
    for path in sorted(directory.rglob("*")):
        if path.suffix not in READERS or not path.is_file() or _stands_back(path):
            continue
        place = [part for part in path.relative_to(directory).parent.parts if part != "LC_MESSAGES"]
        locale, domain = (place[0], path.stem) if place else (path.stem, DEFAULT_DOMAIN)
        found.append(CatalogueFile(path, normalize(locale), domain))
    return found


def read_texts(file: CatalogueFile) -> dict[str, Any]:
    """The translations of a file; the keys of a domain other than ``messages`` begin with ``domain:``.

    Raises:
        LocalizationError: code ``catalogue_malformed`` or ``catalogue_unreadable``; details: ``path``.
        MissingDependencyError: a ``.po`` file, and the extra ``i18n`` is not installed.
    """
    texts = READERS[file.path.suffix](file)
    if file.domain == DEFAULT_DOMAIN:
        return texts
    return {f"{file.domain}:{key}": value for key, value in texts.items()}


class Catalogues:
    """The files of a directory, for a translator that is to hold what they say."""

    __slots__ = ("_directory", "_seen", "_translator")

    def __init__(self, directory: str | Path, translator: MemoryTranslator) -> None:
        self._directory = Path(directory)
        self._translator = translator
        self._seen: dict[Path, tuple[int, int]] = {}

    async def load(self) -> bool:
        """Read every file again if one of them changed, appeared or went; tells whether.

        A file that cannot be read leaves the texts as they were. Texts that were registered otherwise go.

        Raises:
            LocalizationError: as `read_texts`.
        """
        stamps = await asyncio.to_thread(self._stamps)
        if stamps == self._seen:
            return False
        self._translator.replace(await asyncio.to_thread(self._read))
        self._seen = stamps
        return True

    def _stamps(self) -> dict[Path, tuple[int, int]]:
        stats = {file.path: file.path.stat() for file in catalogue_files(self._directory)}
        return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}

    def _read(self) -> dict[str, dict[str, Any]]:
        catalogues: dict[str, dict[str, Any]] = {}
        for file in catalogue_files(self._directory):
            catalogues.setdefault(file.locale, {}).update(read_texts(file))
        return catalogues


async def load_catalogues(directory: str | Path, translator: MemoryTranslator) -> None:
    """Register the texts of every file of a directory, over those that are there.

    Raises:
        LocalizationError: as `read_texts`.
    """
    for file in await asyncio.to_thread(catalogue_files, Path(directory)):
        translator.register(await asyncio.to_thread(read_texts, file), file.locale)


def _stands_back(path: Path) -> bool:
    source, compiled = path.with_suffix(".po"), path.with_suffix(".mo")
    if not (source.exists() and compiled.exists()):
        return False
    newer = compiled if compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns else source
    return path.suffix in (".po", ".mo") and path != newer


def _read_toml(file: CatalogueFile) -> dict[str, Any]:
    return _parsed(file.path, tomllib.loads)


def _read_json(file: CatalogueFile) -> dict[str, Any]:
    return _parsed(file.path, json.loads)


def _parsed(path: Path, parse: Callable[[str], Any]) -> dict[str, Any]:
    try:
        parsed = parse(path.read_text("utf-8"))
    except OSError as error:
        raise LocalizationError(
            f"{path} cannot be read: {error.strerror}", code="catalogue_unreadable", details={"path": str(path)}
        ) from error
    except ValueError as error:
        raise _malformed(path, str(error)) from error
    if not isinstance(parsed, dict):
        raise _malformed(path, "the outermost value is no table")
    return parsed


def _read_po(file: CatalogueFile) -> dict[str, Entry]:
    from .babel import read_catalogue

    catalogue = read_catalogue(file.path, file.locale)
    index = gettext.c2py(catalogue.plural_expr)
    found: dict[str, Entry] = {}
    for message in catalogue:
        if message.id and not message.fuzzy and message.string:
            ids = message.id if isinstance(message.id, str) else message.id[0]
            key = f"{message.context}{CONTEXT}{ids}" if message.context else ids
            if entry := _gettext_entry(message.string, index):
                found[key] = entry
    return found


def _gettext_entry(text: str | tuple[str, ...] | list[str], index: Callable[[int], int]) -> Entry | None:
    if isinstance(text, str):
        return single(text)
    return Indexed(tuple(Text.parse(form) for form in text), index) if all(text) else None


def _read_mo(file: CatalogueFile) -> dict[str, Entry]:
    try:
        with file.path.open("rb") as opened:
            compiled = gettext.GNUTranslations(opened)
    except (OSError, ValueError, UnicodeError) as error:
        raise _malformed(file.path, str(error)) from error
    return dict(_mo_entries(compiled._catalog, compiled.plural))  # type: ignore[attr-defined]


def _mo_entries(catalogue: Mapping[Any, str], index: Callable[[int], int]) -> Iterator[tuple[str, Entry]]:
    forms: dict[str, dict[int, str]] = {}
    for key, text in catalogue.items():
        match key:
            case (str() as name, int() as number):
                forms.setdefault(name, {})[number] = text
            case str() if key:
                yield key, single(text)
    for name, numbered in forms.items():
        yield name, Indexed(tuple(Text.parse(numbered[number]) for number in sorted(numbered)), index)


def _malformed(path: Path, why: str) -> LocalizationError:
    return LocalizationError(
        f"{path} is no catalogue: {why}", code="catalogue_malformed", details={"path": str(path)}, permanent=True
    )


READERS: Mapping[str, Callable[[CatalogueFile], dict[str, Any]]] = {
    ".json": _read_json,
    ".mo": _read_mo,
    ".po": _read_po,
    ".toml": _read_toml,
}
