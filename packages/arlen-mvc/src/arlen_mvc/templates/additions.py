"""What an application adds to its templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2


class Additions:
    """Globals, filters and tests that the application adds to its templates."""

    __slots__ = ("filters", "globals", "tests")

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {}
        self.filters: dict[str, Callable[..., Any]] = {}
        self.tests: dict[str, Callable[..., Any]] = {}

    def add_to(self, environment: jinja2.Environment) -> None:
        environment.globals.update(self.globals)
        environment.filters.update(self.filters)
        environment.tests.update(self.tests)
