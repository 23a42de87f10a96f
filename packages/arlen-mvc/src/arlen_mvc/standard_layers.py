"""The layers that the configuration asks for, outside of the application's own."""

from __future__ import annotations

from typing import Any

from .settings import Settings


def standard_layers(settings: Settings) -> tuple[Any, ...]:
    """The outermost first."""
    return ()
