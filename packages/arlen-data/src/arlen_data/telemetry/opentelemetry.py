"""OpenTelemetry, which only this module imports: spans and metrics by its semantic conventions for databases."""

from __future__ import annotations

import time
from typing import TypeAlias

from arlen_data.errors import ArlenDataError, DatabaseError, MissingDependencyError
from arlen_data.events import sql_token

from .observation import Observation

try:
    from opentelemetry.metrics import MeterProvider, get_meter
    from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider, get_tracer
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    raise MissingDependencyError(
        f"traces need OpenTelemetry, which cannot be imported ({error}); pip install 'arlen-data[otel]'",
        code="dependency_missing",
    ) from error

__all__ = ["OpenTelemetryObserver", "trace_context"]

Attributes: TypeAlias = dict[str, str | int]

_BUCKETS_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
_PROPAGATOR = TraceContextTextMapPropagator()


class OpenTelemetryObserver:
    """Makes a client span of every statement, below the span that is current, and measures how long it took.

    Spans have ``db.system.name``, ``db.namespace``, ``db.operation.name``, ``server.address`` and ``server.port``; of
    failures ``error.type`` (the SQLSTATE where there is one) and ``db.response.status_code`` too. The text of the
    statement, ``db.query.text``, is there with ``query_text=True`` only. The histogram
    ``db.client.operation.duration`` counts seconds. Without providers those of the process are used.
    """

    __slots__ = ("_durations", "_query_text", "_tracer")

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        query_text: bool = False,
    ) -> None:
        self._tracer = get_tracer("arlen_data", tracer_provider=tracer_provider)
        self._durations = get_meter("arlen_data", meter_provider=meter_provider).create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=_BUCKETS_SECONDS,
        )
        self._query_text = query_text

    def __call__(self, observation: Observation) -> None:
        ended = time.time_ns()
        attributes = _attributes(observation)
        self._durations.record(observation.seconds, attributes)
        span = self._tracer.start_span(
            f"{attributes['db.operation.name']} {observation.server.namespace}",
            kind=SpanKind.CLIENT,
            attributes={**attributes, **_details(observation), **self._text(observation)},
            start_time=ended - round(observation.seconds * 1e9),
        )
        if observation.error is not None:
            span.set_status(Status(StatusCode.ERROR, observation.error.code))
        span.end(ended)

    def _text(self, observation: Observation) -> Attributes:
        return {"db.query.text": observation.sql} if self._query_text else {}


def trace_context() -> dict[str, str]:
    """``traceparent`` and ``tracestate`` of the current span (W3C Trace Context), for ``trace_comments``."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier


def _attributes(observation: Observation) -> Attributes:
    server, error = observation.server, observation.error
    token = sql_token(observation.sql) or "UNKNOWN"
    return {
        "db.system.name": server.system,
        "db.namespace": server.namespace,
        "db.operation.name": token if observation.statements == 1 else f"BATCH {token}",
        **({"server.address": server.host} if server.host else {}),
        **({"server.port": server.port} if server.port else {}),
        **({"error.type": _state(error) or error.code} if error is not None else {}),
    }


def _details(observation: Observation) -> Attributes:
    state = _state(observation.error)
    return {
        **({"db.response.status_code": state} if state and observation.server.system == "postgresql" else {}),
        **({"db.operation.batch.size": observation.statements} if observation.statements > 1 else {}),
    }


def _state(error: ArlenDataError | None) -> str | None:
    return error.sqlstate if isinstance(error, DatabaseError) else None
