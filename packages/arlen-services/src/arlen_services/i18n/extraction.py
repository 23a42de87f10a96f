"""The keys that a program asks for, found in its sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from .memory import CONTEXT

TEMPLATE_SUFFIXES = frozenset({".html", ".htm", ".txt", ".xml", ".svg", ".md", ".jinja", ".jinja2", ".j2"})
_SKIPPED = frozenset({".git", ".hatch", ".tox", ".venv", "__pycache__", "build", "dist", "node_modules", "venv"})
_CALL = re.compile(
    r"""(?<![\w.])(?:\w+\.)*(?:t|_|translate|localize|gettext)\(\s*(?P<quote>["'])(?P<key>.+?)(?P=quote)"""
)


class Use(NamedTuple):
    """A place where a key is asked for.

    Attributes:
        key: as a translator knows it, with its context.
        plural: the second text of a gettext plural, or empty.
    """

    path: Path
    line: int
    key: str
    plural: str = ""


def uses_in(places: Iterable[str | Path]) -> Iterator[Use]:
    """The keys in the Python files and templates of files and directories, in the order of their paths.

    Only keys that stand there as text are found: ``t("cart.empty")``, ``_("Hello")``, ``ngettext("a", "b", n)``,
    ``pgettext("month", "May")``, ``LazyText(translator, "key")``.
    """
    for place in places:
        for path in _files(Path(place)):
            yield from _in_python(path) if path.suffix == ".py" else _in_template(path)


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for path in sorted(place.rglob("*")):
        wanted = path.suffix == ".py" or path.suffix in TEMPLATE_SUFFIXES
        if wanted and path.is_file() and _SKIPPED.isdisjoint(path.relative_to(place).parts):
            yield path


def _in_python(path: Path) -> Iterator[Use]:
    from .babel import messages_in

    for line, message, context in messages_in(path):
        first, plural = (message, "") if isinstance(message, str) else (message[0], message[1])
        if first:
            yield Use(path, line, f"{context}{CONTEXT}{first}" if context else first, plural)


def _in_template(path: Path) -> Iterator[Use]:
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        for match in _CALL.finditer(line):
            yield Use(path, number, match["key"])
