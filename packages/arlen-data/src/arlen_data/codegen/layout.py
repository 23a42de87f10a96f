"""Layout of generated code: on one line where it fits, else one item a line, as formatters leave it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 88

_KEPT = "  # fmt: skip"


@dataclass(frozen=True, slots=True)
class Group:
    """Items between brackets."""

    opening: str
    items: tuple[str | Group, ...]
    closing: str

    def flat(self) -> str:
        items = ", ".join(item if isinstance(item, str) else item.flat() for item in self.items)
        return f"{self.opening}{items}{self.closing}"

    def lines(self, indent: int = 0, after: str = "") -> list[str]:
        """The lines at this level of indentation, the last one followed by ``after``."""
        margin = "    " * indent
        flat = f"{margin}{self.flat()}{after}"
        if len(flat) <= WIDTH:
            return [flat]
        if not after and (not self.items or len(f"{margin}{self.opening}") > WIDTH):
            return [f"{flat}{_KEPT}"]
        return [f"{margin}{self.opening}", *_each(self.items, indent + 1), f"{margin}{self.closing}{after}"]


def line(text: str, indent: int) -> str:
    """A line that formatters leave as it is, however long it is."""
    written = f"{'    ' * indent}{text}"
    return written if len(written) <= WIDTH else f"{written}{_KEPT}"


def call(function: str, items: Iterable[str | Group]) -> Group:
    """``function(items)``, whatever stands before it on the line included in ``function``."""
    return Group(f"{function}(", tuple(items), ")")


def signature(name: str, items: Iterable[str], returns: str) -> Group:
    """``def name(items) -> returns:``."""
    return Group(f"{name}(", tuple(items), f") -> {returns}:")


def strings(before: str, values: Iterable[str]) -> Group:
    """``before("a", "b")``: a tuple of strings."""
    return tuples(before, [f'"{value}"' for value in values])


def tuples(before: str, items: Iterable[str | Group]) -> Group:
    """``before(a, b)``: a tuple; the comma of a tuple of one does not divide lines."""
    match tuple(items):
        case (only,):
            return Group(f"{before}({only if isinstance(only, str) else only.flat()},)", (), "")
        case members:
            return Group(f"{before}(", members, ")")


def mapping(before: str, items: Iterable[str], indent: int) -> list[str]:
    """The lines of a dict, always one item a line."""
    margin = "    " * indent
    return [f"{margin}{before}{{", *_each(tuple(items), indent + 1), f"{margin}}}"]


def _each(items: tuple[str | Group, ...], indent: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        if isinstance(item, str):
            lines.append(f"{'    ' * indent}{item},")
        else:
            lines += item.lines(indent, ",")
    return lines
