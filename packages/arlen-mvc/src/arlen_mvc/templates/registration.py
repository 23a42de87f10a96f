"""What an application lets its templates use."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from .additions import Additions
from .rendering import Templates

if TYPE_CHECKING:
    from arlen_mvc.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


class HasTemplates(ABC):
    """The part of an application that its templates see."""

    settings: Settings
    _additions: Additions

    @property
    def templates(self) -> Templates:
        """The templates as production renders them, for tools that check or compile them."""
        return Templates.of(replace(self.settings, environment="production"), self._additions)

    def template_global(self, name: str, value: Any) -> None:
        """Let every template see this under the name."""
        self._additions.globals[name] = value

    def template_filter(self, name: str) -> Callable[[F], F]:
        """Add a filter: ``{{ price|euro }}``."""
        return _into(self._additions.filters, name)

    def template_test(self, name: str) -> Callable[[F], F]:
        """Add a test: ``{% if user is admin %}``."""
        return _into(self._additions.tests, name)


def _into(shelf: dict[str, Callable[..., Any]], name: str) -> Callable[[F], F]:
    def register(function: F) -> F:
        shelf[name] = function
        return function

    return register
