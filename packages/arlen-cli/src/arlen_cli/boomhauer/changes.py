"""What a changed file asks for: nothing, new styles, a new page, checked templates, or a new process."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path, PurePath


class Consequence(IntEnum):
    """What has to happen, from the least to the most; the heaviest of a set of changes decides."""

    NOTHING = 0
    STYLES = 1
    PAGE = 2
    TEMPLATES = 3
    RESTART = 4


#: Top-level directories whose content is made by the application, not read by it.
PRODUCED = frozenset({"build", "db", "dist", "node_modules", "releases", "tests", "tmp"})

_SWAP_SUFFIXES = (".swp", ".swo", ".swx", ".tmp", ".bak", ".pyc", ".pyo", "~", "___jb_tmp___", "___jb_old___")
_PAGE_SUFFIXES = frozenset({".htm", ".html", ".ico", ".j2", ".jinja", ".jpg", ".js", ".png", ".svg", ".webp"})


def consequence_of(paths: Iterable[Path], root: Path) -> Consequence:
    """The heaviest consequence of these changes under an application root."""
    return max((_of_one(path.relative_to(root)) for path in paths if path.is_relative_to(root)), default=Consequence(0))


def _of_one(path: PurePath) -> Consequence:
    top = path.parts[0] if path.parts else ""
    if _is_noise(path) or top in PRODUCED:
        return Consequence.NOTHING
    if path.suffix == ".py" or top == "config" or path == PurePath("pyproject.toml"):
        return Consequence.RESTART
    if top == "templates":
        return Consequence.TEMPLATES
    if path.suffix == ".css":
        return Consequence.STYLES
    if top == "public" or path.suffix in _PAGE_SUFFIXES:
        return Consequence.PAGE
    return Consequence.RESTART if top == "src" and path.suffix else Consequence.NOTHING


def _is_noise(path: PurePath) -> bool:
    name = path.name
    return (
        any(part.startswith(".") or part == "__pycache__" for part in path.parts)
        or name.endswith(_SWAP_SUFFIXES)
        or name == "4913"
        or (name.startswith("#") and name.endswith("#"))
    )
