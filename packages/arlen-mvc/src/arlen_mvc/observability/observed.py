"""What an application tells about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from arlen_mvc.cluster.status import Capabilities, ClusterStatus
from arlen_mvc.health.health import HealthCheck
from arlen_mvc.logs.logger import Logger
from arlen_mvc.metrics.registry import MetricsRegistry
from arlen_mvc.settings import Settings
from arlen_mvc.tracing.exporter import TraceExporter
from arlen_mvc.tracing.tracer import Tracer

from .observation import Observation

F = TypeVar("F", bound=Callable[..., Any])


class Observed(ABC):
    """The observable half of an application: metrics, log, traces, health, cluster."""

    settings: Settings
    _observation: Observation

    logger = Logger()
    """Lines with fields: ``app.logger.info("order placed", order=7)``."""

    @abstractmethod
    def _refuse_when_frozen(self, what: str) -> None:
        """Raises ApplicationError ``application_frozen`` once the application is composed."""

    @property
    def metrics(self) -> MetricsRegistry:
        """What the application counts; ``/metrics`` tells it."""
        return self._observation.metrics

    @property
    def cluster(self) -> ClusterStatus:
        """The cluster that this node belongs to, as configured."""
        return ClusterStatus.of(self.settings.cluster)

    @property
    def capabilities(self) -> Capabilities:
        """What the nodes of the cluster can do together; whoever wires a backend that all share says so here."""
        return self._observation.capabilities

    @property
    def started(self) -> bool:
        return self._observation.health.started

    @property
    def started_at(self) -> datetime | None:
        """When the start was complete (UTC); ``None`` while not started."""
        return self._observation.health.started_at

    @property
    def trace_exporter(self) -> TraceExporter | None:
        """Is told of every request when it is over; assign it before the start."""
        return self._observation.trace_exporter

    @trace_exporter.setter
    def trace_exporter(self, exporter: TraceExporter | None) -> None:
        self._refuse_when_frozen("trace_exporter")
        self._observation.trace_exporter = exporter

    @property
    def tracer(self) -> Tracer | None:
        """Makes spans around every request; assign it before the start, or set ``observability.tracing``."""
        return self._observation.tracer

    @tracer.setter
    def tracer(self, tracer: Tracer | None) -> None:
        self._refuse_when_frozen("tracer")
        self._observation.tracer = tracer

    def health_check(self, name: str, critical: bool = True, timeout: float = 2.0) -> Callable[[F], F]:
        """Ask this function (sync or async) whether its subject works, for ``/readyz`` and the health details.

        ``False``, an exception, or no answer within ``timeout`` seconds means no; a critical no makes ``/readyz`` 503.
        """

        def register(function: F) -> F:
            self._observation.health.add(HealthCheck(name, function, critical, timeout))
            return function

        return register
