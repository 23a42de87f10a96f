"""The page of the guides that shows what was measured; its tables stand between markers and are written here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .root import ROOT

PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG document, the name of its file, and what is said where it cannot be shown."""

    file: str
    description: str
    svg: str


def put(name: str, table: str, caption: str, picture: Picture, page: Path = PAGE) -> None:
    """Show these between the markers of this name, in place of what is there. Raises LookupError."""
    images = page.with_name("images")
    content = f"{caption}\n\n{table}\n\n![{picture.description}]({images.name}/{picture.file})"
    page.write_text(replaced(page.read_text("utf-8"), name, content), "utf-8")
    (images / picture.file).write_text(picture.svg)


def replaced(text: str, name: str, content: str) -> str:
    """The text with ``content`` between ``<!-- measured name -->`` and ``<!-- end -->``. Raises LookupError."""
    between = re.compile(rf"(<!-- measured {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    result, count = between.subn(lambda found: f"{found[1]}\n{content.strip()}\n\n{found[2]}", text)
    if count != 1:
        raise LookupError(f"the page has {count} places for {name!r}; it needs one")
    return result


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
