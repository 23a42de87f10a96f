"""What is wrong with a contract itself, found when the application starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from arlen_mvc.errors import Mistake

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``field`` begins with ``request`` or ``response``; ``[]`` stands for the elements of an array.

    ``schema`` is the piece of the contract that was found wanting.
    """

    field: str
    severity: Severity
    code: str
    message: str
    remedy: str
    schema: Any

    def as_dict(self) -> dict[str, Any]:
        """The entry of a log or a listing."""
        return {
            "field": self.field,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "meta": {"schema": self.schema},
        }

    def at(self, place: str) -> Mistake:
        """The same as a mistake of a route."""
        return Mistake(place, f"{self.field} of its contract: {self.message} ({self.code})", self.remedy)
