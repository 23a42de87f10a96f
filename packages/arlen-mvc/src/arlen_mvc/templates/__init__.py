"""HTML from Jinja2 templates: found by logical name, escaped by default; errors name file, line and column."""

from __future__ import annotations

from .additions import Additions
from .names import logical_file
from .rendering import Templates
from .strictness import LENIENT, Strictness

__all__ = ["LENIENT", "Additions", "Strictness", "Templates", "logical_file"]
