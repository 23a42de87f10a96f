"""The keys of ``[observability]``: what an application tells about itself, and to whom."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ObservabilitySettings:
    """``[observability]``"""

    trace_propagation_enabled: bool = field(
        default=True,
        metadata={"env": "ARLEN_TRACE_PROPAGATION_ENABLED", "doc": "join and answer W3C traceparent headers"},
    )
    tracing: str = field(
        default="off",
        metadata={
            "env": "ARLEN_TRACING",
            "choices": ("off", "opentelemetry"),
            "doc": "spans of requests: off or opentelemetry (needs arlen-mvc[otel])",
        },
    )
    metrics_enabled: bool = field(
        default=True, metadata={"env": "ARLEN_METRICS_ENABLED", "doc": "count requests, and answer /metrics"}
    )
    metrics_prefix: str = field(default="arlen_", metadata={"doc": "before every name that /metrics tells"})
    metrics_token: str = field(
        default="",
        metadata={"env": "ARLEN_METRICS_TOKEN", "doc": "bearer token that /metrics asks for; empty: none"},
    )
    health_details_enabled: bool = field(
        default=True, metadata={"env": "ARLEN_HEALTH_DETAILS_ENABLED", "doc": "JSON details on /healthz and /readyz"}
    )
    health_details_local_only: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_HEALTH_DETAILS_LOCAL_ONLY",
            "doc": "health details and /clusterz for callers on the same machine only",
        },
    )
    readiness_requires_startup: bool = field(
        default=False,
        metadata={"env": "ARLEN_READINESS_REQUIRES_STARTUP", "doc": "/readyz answers 503 until start has finished"},
    )
    readiness_requires_cluster_quorum: bool = field(
        default=False,
        metadata={
            "env": "ARLEN_READINESS_REQUIRES_CLUSTER_QUORUM",
            "doc": "/readyz answers 503 while fewer nodes are observed than expected",
        },
    )
    access_log_sample: float = field(
        default=1.0,
        metadata={
            "env": "ARLEN_ACCESS_LOG_SAMPLE",
            "minimum": 0,
            "maximum": 1,
            "doc": "share of the answered requests that are logged, 0 to 1; answers of 400 and above always are",
        },
    )
    access_log_exclude: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "paths of routes whose good answers are not logged, such as /healthz"},
    )
    log_redact: tuple[str, ...] = field(
        default=(),
        metadata={
            "env": "ARLEN_LOG_REDACT",
            "doc": "names of log fields that are written as ***, beside those that look secret",
        },
    )
