"""The files that translators work on: made, brought up to date, compiled."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from arlen_services.errors import LocalizationError

from .babel import new_catalogue, read_catalogue, write_catalogue
from .catalogues import DEFAULT_DOMAIN
from .extraction import Use, uses_in
from .locale import normalize
from .memory import CONTEXT


def extract(places: Iterable[str | Path], template: Path) -> int:
    """Write every key of the sources into a template (``.pot``); how many there are."""
    catalogue = new_catalogue()
    for use in uses_in(places):
        _add(catalogue, use)
    write_catalogue(catalogue, template)
    return len(catalogue)


def init(template: Path, directory: Path, locale: str, domain: str = DEFAULT_DOMAIN) -> Path:
    """Make the catalogue of a new locale out of a template: ``<locale>/LC_MESSAGES/<domain>.po``.

    Raises:
        LocalizationError: code ``catalogue_exists``, or as `read_catalogue`.
    """
    path = directory / normalize(locale) / "LC_MESSAGES" / f"{domain}.po"
    if path.exists():
        raise LocalizationError(
            f"{path} exists; bring it up to date instead", code="catalogue_exists", details={"path": str(path)}
        )
    catalogue = new_catalogue(normalize(locale))
    for message in read_catalogue(template):
        if message.id:
            catalogue[message.id] = message
    write_catalogue(catalogue, path)
    return path


def update(template: Path, directory: Path) -> list[Path]:
    """Bring the keys of every ``.po`` file to those of a template: new ones are empty, old ones become comments.

    Raises:
        LocalizationError: as `read_catalogue`.
    """
    model = read_catalogue(template)
    paths = sorted(directory.rglob("*.po"))
    for path in paths:
        catalogue = read_catalogue(path)
        catalogue.update(model)
        write_catalogue(catalogue, path)
    return paths


def compile_all(directory: Path) -> list[Path]:
    """Write a ``.mo`` file beside every ``.po`` file, without what is marked as fuzzy; the files written.

    Raises:
        LocalizationError: as `read_catalogue`.
    """
    compiled = []
    for path in sorted(directory.rglob("*.po")):
        target = path.with_suffix(".mo")
        write_catalogue(read_catalogue(path), target)
        compiled.append(target)
    return compiled


def _add(catalogue: object, use: Use) -> None:
    context, _, key = use.key.rpartition(CONTEXT)
    message_id = (key, use.plural) if use.plural else key
    catalogue.add(message_id, locations=[(str(use.path), use.line)], context=context or None)  # type: ignore[attr-defined]
