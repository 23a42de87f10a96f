"""Catalogues in files: one TOML file for each locale, its tables the parts of dotted keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arlen_mvc.errors import Mistake


def read_catalogues(directory: Path) -> tuple[dict[str, dict[str, str]], list[Mistake]]:
    """The texts by locale and key, and what is wrong with the files; a directory that is missing has no texts."""
    catalogues: dict[str, dict[str, str]] = {}
    mistakes = []
    for file in sorted(directory.glob("*.toml")):
        try:
            catalogues[file.stem] = flattened(tomllib.loads(file.read_text("utf-8")))
        except (OSError, ValueError) as error:
            mistakes.append(Mistake(str(file), f"cannot be read as a catalogue: {error}", "mend the file"))
    return catalogues, mistakes


def flattened(texts: Mapping[str, Any]) -> dict[str, str]:
    """``{"cart": {"title": "Cart"}}`` as ``{"cart.title": "Cart"}``; what is not text becomes text."""
    return dict(_entries(texts, ""))


def _entries(texts: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
