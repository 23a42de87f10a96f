"""The tracer that the configuration asks for."""

from __future__ import annotations

from arlen_mvc.observability.settings import ObservabilitySettings

from .tracer import Tracer


def configured_tracer(settings: ObservabilitySettings) -> Tracer | None:
    """``None`` where ``observability.tracing`` is off.

    Raises:
        MissingDependencyError: OpenTelemetry is asked for and not installed.
    """
    if settings.tracing == "off":
        return None
    from .opentelemetry import OpenTelemetryTracer

    return OpenTelemetryTracer()
