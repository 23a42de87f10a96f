"""What a command answers: lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def say(*lines: str) -> int:
    """Write lines; the exit status 0."""
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return 0


def say_json(value: object) -> int:
    return say(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> int:
    """Write rows below the names of their columns."""
    cells = [list(columns), *([_cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    return say(
        *("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells)
    )


def _cell(value: object) -> str:
    return "" if value is None else str(value)
