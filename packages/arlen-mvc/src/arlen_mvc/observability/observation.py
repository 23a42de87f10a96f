"""What an application observes about itself, in one place for those who tell it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arlen_mvc.cluster.status import Capabilities
from arlen_mvc.health.health import Health
from arlen_mvc.metrics.registry import MetricsRegistry

if TYPE_CHECKING:
    from arlen_mvc.tracing.exporter import TraceExporter
    from arlen_mvc.tracing.tracer import Tracer


@dataclass(slots=True)
class Observation:
    """The observers of one application.

    Attributes:
        health: whether it is started, and what its checks say.
        metrics: what it counts.
        capabilities: what the nodes of its cluster can do together.
        trace_exporter: is told of every request when it is over.
        tracer: makes spans around every request.
    """

    health: Health = field(default_factory=Health)
    metrics: MetricsRegistry = field(default_factory=MetricsRegistry)
    capabilities: Capabilities = field(default_factory=Capabilities)
    trace_exporter: TraceExporter | None = None
    tracer: Tracer | None = None
