"""What is wrong with one value, found all at once; where it is, is only worked out for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from arlen_mvc.errors import FieldError

MOST_FAULTS = 100
"""No answer lists more than about this many, however long the lists were that a client sent."""


@dataclass(slots=True)
class Fault:
    """``trail`` leads from the value to where the check began: names of members and indices of elements."""

    code: str
    message: str
    meta: Mapping[str, object]
    trail: list[str | int] = field(default_factory=list)

    def path(self, root: str) -> str:
        """``user.email``, ``items[0].sku``; below a root ``response.items[0].sku``."""
        return reduce(_joined, reversed(self.trail), root)


def _joined(path: str, step: str | int) -> str:
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


class Faults(list[Fault]):
    """A growing list of faults. Whoever checks the children of a value says afterwards where they are."""

    __slots__ = ()

    @property
    def full(self) -> bool:
        return len(self) >= MOST_FAULTS

    def add(self, code: str, message: str, meta: Mapping[str, object] | None = None) -> None:
        """One more, at the value that is being checked."""
        self.append(Fault(code, message, meta or {}))

    def place(self, first: int, step: str | int) -> None:
        """Everything from number ``first`` on is below this member or element."""
        for fault in self[first:]:
            fault.trail.append(step)

    def errors(self, root: str = "") -> list[FieldError]:
        """The entries of an error answer."""
        return [FieldError(fault.path(root), fault.code, fault.message, fault.meta) for fault in self]
