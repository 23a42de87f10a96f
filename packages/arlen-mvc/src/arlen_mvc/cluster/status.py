"""How a cluster stands, as its configuration tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from arlen_mvc.errors import ApplicationError, Mistake

from .settings import ClusterSettings

LACKING = {
    "cross_node_request_routing": "external_load_balancer_required",
    "cross_node_realtime_fanout": "external_broker_required",
    "cross_node_jobs_deduplication": "external_queue_required",
    "cross_node_cache_coherence": "external_cache_required",
}
"""What several nodes can do together, and what they need for it."""

SHARED = "shared_backend_active"


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """The cluster of one application; ``app.cluster`` is one.

    Attributes:
        enabled, name, node_id, expected_nodes, observed_nodes, emit_headers: as configured.
    """

    enabled: bool
    name: str
    node_id: str
    expected_nodes: int
    observed_nodes: int
    emit_headers: bool

    @classmethod
    def of(cls, settings: ClusterSettings) -> ClusterStatus:
        """The status that resolved settings describe."""
        observed = settings.expected_nodes if settings.observed_nodes is None else settings.observed_nodes
        return cls(
            settings.enabled,
            settings.name,
            settings.node_id,
            settings.expected_nodes,
            observed,
            bool(settings.emit_headers),
        )

    @property
    def state(self) -> str:
        """``single_node``, ``nominal``, ``degraded`` or ``partitioned``."""
        if not self.enabled:
            return "single_node"
        if not self.observed_nodes:
            return "partitioned"
        return "nominal" if self.quorum_met else "degraded"

    @property
    def quorum_met(self) -> bool:
        """Whether as many nodes are there as are expected; always so for a single node."""
        return not self.enabled or self.observed_nodes >= self.expected_nodes

    @property
    def mode(self) -> str:
        return "multi_node" if self.enabled else "single_node"

    def header_lines(self) -> bytes:
        """The encoded lines that every response carries; none unless ``emit_headers``."""
        if not self.emit_headers:
            return b""
        values = {
            "cluster": self.name,
            "node": self.node_id,
            "worker-pid": os.getpid(),
            "cluster-status": self.state,
            "cluster-observed-nodes": self.observed_nodes,
            "cluster-expected-nodes": self.expected_nodes,
        }
        return "".join(f"x-arlen-{name}: {value}\r\n" for name, value in values.items()).encode("latin-1")

    def describe(self) -> dict[str, Any]:
        """The ``cluster`` member of ``/clusterz``."""
        return {
            "enabled": self.enabled,
            "name": self.name,
            "node_id": self.node_id,
            "expected_nodes": self.expected_nodes,
            "observed_nodes": self.observed_nodes,
            "worker_pid": os.getpid(),
            "mode": self.mode,
            "quorum": {
                "status": self.state,
                "met": self.quorum_met,
                "observed_nodes": self.observed_nodes,
                "expected_nodes": self.expected_nodes,
            },
        }


class Capabilities:
    """What the nodes of a cluster can do together. Whoever installs a backend that all nodes share says so."""

    __slots__ = ("_states",)

    def __init__(self) -> None:
        self._states = dict(LACKING)

    def share(self, capability: str) -> None:
        """A backend that all nodes share brings this capability, one of :data:`LACKING`.

        Raises:
            ApplicationError: ``unknown_capability``.
        """
        if capability not in self._states:
            raise ApplicationError(
                f"{capability!r} is no capability of a cluster; there are {', '.join(self._states)}",
                code="unknown_capability",
                details={"capability": capability},
            )
        self._states[capability] = SHARED

    def shared(self, capability: str) -> bool:
        return self._states[capability] == SHARED

    def describe(self) -> dict[str, str]:
        """Capability to state."""
        return dict(self._states)


def find_mistakes(settings: ClusterSettings) -> Iterator[Mistake]:
    """Names that no header could carry."""
    for key, value in (("name", settings.name), ("node_id", settings.node_id)):
        if not (value.isprintable() and value.isascii()):
            yield Mistake(f"cluster.{key}", f"{value!r} cannot be sent in a header", "use printable ASCII")
