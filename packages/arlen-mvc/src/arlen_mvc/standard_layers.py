"""The layers that the configuration asks for, outside of the application's own."""

from __future__ import annotations

from typing import Any

from .api.envelope import Envelope
from .browser import cors
from .browser.cors import CORS
from .caching.conditional import AutomaticETags
from .csrf.protection import CSRFProtection
from .errors import Mistake
from .rate_limits import mistakes as rate_limits
from .rate_limits.layer import RateLimits
from .sessions.sessions import Sessions
from .settings import Settings


def find_mistakes(settings: Settings) -> list[Mistake]:
    """What keeps these layers from being made."""
    return [*cors.find_mistakes(settings.cors), *rate_limits.find_mistakes(settings.rate_limit)]


def standard_layers(settings: Settings, sessions: Sessions | None) -> tuple[Any, ...]:
    """The outermost first; one with ``close`` is closed when the application has stopped.

    Raises:
        MissingDependencyError: the storage of rate limits needs a library that is not installed.
    """
    layers: list[Any] = []
    if settings.cors.allow_origins or settings.cors.allow_origin_patterns:
        layers.append(CORS(settings.cors))
    layers.append(RateLimits(settings.rate_limit))
    if settings.api_helpers.automatic_etags:
        layers.append(AutomaticETags())
    if sessions is not None:
        layers.append(sessions)
        if settings.csrf.enabled:
            layers.append(CSRFProtection(settings.csrf))
    if settings.api_helpers.response_envelope_enabled:
        layers.append(Envelope())
    return tuple(layers)


def layers_of_files(layers: tuple[Any, ...]) -> tuple[Any, ...]:
    """Those of the standard layers that also surround static files: fonts and scripts are fetched across origins."""
    return tuple(layer for layer in layers if isinstance(layer, CORS))
