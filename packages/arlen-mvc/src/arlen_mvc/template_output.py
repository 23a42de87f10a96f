"""What ``{{ value }}`` puts on a page."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import escape

_special = re.compile("[&<>'\"]").search


def nothing_for_none(value: Any) -> Any:
    """Nothing where the value is ``None``; the value itself otherwise."""
    return "" if value is None else value


def escaped_text(value: Any) -> str:
    """The text of ``escape(nothing_for_none(value))``, without a ``Markup`` where there is nothing to escape."""
    kind = type(value)
    if kind is str:
        return escape(value) if _special(value) else value
    if kind is int:
        return str(value)
    return "" if value is None else escape(value)
