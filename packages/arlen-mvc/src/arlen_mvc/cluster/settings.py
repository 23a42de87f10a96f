"""The keys of ``[cluster]``."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """``[cluster]``. ``None`` means: decided by the machine and the other keys (:meth:`resolved`)."""

    enabled: bool = field(
        default=False, metadata={"env": "ARLEN_CLUSTER_ENABLED", "doc": "this node is one of several"}
    )
    name: str = field(default="default", metadata={"env": "ARLEN_CLUSTER_NAME", "doc": "name of the cluster"})
    node_id: str = field(
        default="", metadata={"env": "ARLEN_CLUSTER_NODE_ID", "doc": "name of this node; empty: that of the host"}
    )
    expected_nodes: int = field(
        default=1,
        metadata={"env": "ARLEN_CLUSTER_EXPECTED_NODES", "minimum": 1, "doc": "nodes that make the cluster complete"},
    )
    observed_nodes: int | None = field(
        default=None,
        metadata={
            "env": "ARLEN_CLUSTER_OBSERVED_NODES",
            "minimum": 0,
            "doc": "nodes that are there; by default all that are expected",
        },
    )
    emit_headers: bool | None = field(
        default=None,
        metadata={
            "env": "ARLEN_CLUSTER_EMIT_HEADERS",
            "doc": "send X-Arlen-Cluster, X-Arlen-Node and the like; by default where the cluster is enabled",
        },
    )

    def resolved(self) -> ClusterSettings:
        """The same with nothing left to decide."""
        return replace(
            self,
            name=self.name.strip() or "default",
            node_id=self.node_id.strip() or socket.gethostname().strip().lower() or "node",
            observed_nodes=self.expected_nodes if self.observed_nodes is None else self.observed_nodes,
            emit_headers=self.enabled if self.emit_headers is None else self.emit_headers,
        )
