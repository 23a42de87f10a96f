"""What is wrong, or may be wrong, at one place of a template."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; ``line`` and ``column`` count from 1, ``path`` is the template's path as it was given."""

    level: Level
    code: str
    message: str
    path: str
    line: int
    column: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        place = f"path={self.path} line={self.line} column={self.column}"
        return f"templates: {self.level} {place} code={self.code} message={self.message}"
