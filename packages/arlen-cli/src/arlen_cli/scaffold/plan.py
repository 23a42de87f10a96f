"""The files of a new application, as data: package files with placeholders filled in, and its configuration.

The sources lie under ``files/`` beside this module, one tree per layout. Each ends in ``.tmpl`` so that no tool takes
it for code of this package; ``<<name>>``, ``<<slug>>`` and ``<<package>>`` stand for the names of the application, and
a directory ``__package__`` for its package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from .naming import AppName

SUFFIX = ".tmpl"
PACKAGE_DIRECTORY = "__package__"
CONFIG_FILE = PurePosixPath("config/app.toml")

_PLACEHOLDER = re.compile(r"<<(\w+)>>")


class Layout(StrEnum):
    """How much an application begins with: a package with controllers, or one file."""

    FULL = "full"
    LITE = "lite"


@dataclass(frozen=True, slots=True)
class ScaffoldFile:
    """One file of the new application, its path relative to the application root."""

    path: PurePosixPath
    content: str


def plan(name: AppName, layout: Layout, configuration: str) -> tuple[ScaffoldFile, ...]:
    """The files of a new application, sorted by path.

    Args:
        configuration: the text of ``config/app.toml``.
    """
    values = {"name": name.text, "slug": name.slug, "package": name.package}
    sources = files(__package__) / "files"
    rendered = [
        ScaffoldFile(PurePosixPath(path.replace(PACKAGE_DIRECTORY, name.package)), _fill(text, values))
        for tree in ("shared", layout.value)
        for path, text in _sources(sources / tree)
    ]
    return tuple(sorted([*rendered, ScaffoldFile(CONFIG_FILE, configuration)], key=lambda file: file.path))


def _fill(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _sources(directory: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in directory.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(SUFFIX):
            yield prefix + entry.name.removesuffix(SUFFIX), entry.read_text("utf-8")
