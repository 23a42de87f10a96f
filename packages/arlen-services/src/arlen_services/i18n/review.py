"""What is wrong with the catalogues of a program."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from .catalogues import catalogue_files, read_texts
from .entry import Entry, entries
from .locale import normalize, with_parents
from .memory import CONTEXT
from .text import Text


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A fault.

    Attributes:
        kind: ``missing`` (a locale has no text), ``unused`` (nothing asks for the key) or ``placeholders`` (a text asks
            for other arguments than that of the reference).
        note: which arguments, of ``placeholders``.
    """

    kind: str
    locale: str
    key: str
    note: str = ""

    def __str__(self) -> str:
        key = self.key.replace(CONTEXT, "|")
        return f"{self.kind}: {self.locale}: {key}{f' ({self.note})' if self.note else ''}"


def read_all(directory: Path) -> dict[str, dict[str, Entry]]:
    """The entries of every catalogue below a directory, by locale.

    Raises:
        LocalizationError: as `read_texts`.
    """
    found: dict[str, dict[str, Entry]] = {}
    for file in catalogue_files(directory):
        found.setdefault(file.locale, {}).update(entries(read_texts(file)))  # type: ignore[arg-type]
    return found


def review(
    catalogues: Mapping[str, Mapping[str, Entry]], *, reference: str = "en", used: Collection[str] | None = None
) -> list[Finding]:
    """Compare catalogues with the one of ``reference`` and with the keys that the program uses, where these are known.

    A locale need not repeat what the locale that it is a kind of says.
    """
    model = catalogues.get(normalize(reference), {})
    wanted = set(model) | set(used or ())
    findings = set()
    for locale, own in catalogues.items():
        known: dict[str, Entry] = {}
        for name in reversed(with_parents(locale)):
            known.update(catalogues.get(name, {}))
        missing = set(model if used is None else wanted) - set(known)
        findings |= {Finding("missing", locale, key) for key in missing if locale != normalize(reference) or model}
        if used is not None:
            findings |= {Finding("unused", locale, key) for key in set(own) - set(used)}
        for key in set(own) & wanted:
            if difference := _difference(own[key], model.get(key), key):
                findings.add(Finding("placeholders", locale, key, difference))
    return sorted(findings)


def _difference(entry: Entry, model: Entry | None, key: str) -> str:
    expected = _names(model) if model else Text.parse(key).names
    if model is None and not expected:
        return ""
    names = (_names(entry) ^ expected) - {"count"}
    return ", ".join(f"%{{{name}}}" for name in sorted(names))


def _names(entry: Entry) -> frozenset[str]:
    return frozenset().union(*(text.names for text in entry.texts()))
