"""Actions that other sites may post to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

A = TypeVar("A", bound=Callable[..., Any])

_EXEMPT = "__arlen_csrf_exempt__"


def csrf_exempt(action: A) -> A:
    """Decorate an action that authenticates its requests by itself, such as a webhook with a signature."""
    setattr(action, _EXEMPT, True)
    return action


def is_exempt(action: Callable[..., Any]) -> bool:
    """Whether it was decorated so."""
    return getattr(action, _EXEMPT, False)
