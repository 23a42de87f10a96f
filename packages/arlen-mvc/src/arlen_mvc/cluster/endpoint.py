"""How the cluster stands, for whoever asks ``/clusterz``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from arlen_http import Response

from arlen_mvc.results import JSON, encode_json

from .status import Capabilities, ClusterStatus

if TYPE_CHECKING:
    from arlen_mvc.context import Context

PATH = "/clusterz"


def cluster_action(
    cluster: ClusterStatus, capabilities: Capabilities, session: dict[str, Any]
) -> Callable[[Context], Response]:
    """Answers with JSON. ``session`` says how sessions are kept, and whether they need a secret that is shared."""

    def answer(ctx: Context) -> Response:
        shared = capabilities.describe()
        fanout = shared["cross_node_realtime_fanout"]
        broadcasts = capabilities.shared("cross_node_realtime_fanout")
        payload = {
            "ok": True,
            "cluster": cluster.describe(),
            "contracts": {
                "session": session,
                "realtime": {
                    "mode": "shared_broker" if broadcasts else "node_local_pubsub",
                    "cluster_broadcast": fanout,
                },
            },
            "coordination": {
                "membership_source": "static_config",
                "state": cluster.state,
                "capability_matrix": shared,
            },
        }
        return Response(encode_json(payload), 200, None, JSON)

    return answer
