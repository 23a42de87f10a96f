"""The addresses that every application answers of itself, unless a route of its own takes them."""

from __future__ import annotations

from collections.abc import Iterator

from .composition import Step
from .health import SIGNALS, Health, health_action
from .settings import Settings


def built_in_steps(settings: Settings, health: Health) -> Iterator[tuple[str, Step]]:
    """Path and step of each; they answer GET and HEAD."""
    for signal in SIGNALS:
        step = Step(health_action(health, signal, settings.observability), True)
        yield signal.path, step
        yield f"{signal.path}.json", step
