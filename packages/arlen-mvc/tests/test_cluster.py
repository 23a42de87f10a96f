"""Cluster status: computed from the configuration, told by /clusterz and in headers."""

import os
import socket

import pytest
from arlen_mvc import Application, ApplicationError


@pytest.mark.parametrize(
    ("cluster", "state", "met"),
    [
        ({}, "single_node", True),
        ({"enabled": True}, "nominal", True),
        ({"enabled": True, "expected_nodes": 4, "observed_nodes": 4}, "nominal", True),
        ({"enabled": True, "expected_nodes": 4, "observed_nodes": 5}, "nominal", True),
        ({"enabled": True, "expected_nodes": 4, "observed_nodes": 2}, "degraded", False),
        ({"enabled": True, "expected_nodes": 4, "observed_nodes": 0}, "partitioned", False),
        ({"expected_nodes": 4, "observed_nodes": 0}, "single_node", True),
    ],
)
def test_the_state_follows_from_the_nodes(cluster, state, met):
    status = Application({"cluster": cluster}).cluster
    assert (status.state, status.quorum_met) == (state, met)


def test_what_is_not_configured_is_taken_from_the_machine():
    status = Application({"cluster": {"name": "  ", "expected_nodes": 3}}).cluster
    assert (status.name, status.node_id) == ("default", socket.gethostname().lower())
    assert (status.enabled, status.expected_nodes, status.observed_nodes, status.emit_headers) == (False, 3, 3, False)


def test_clusterz_tells_how_the_cluster_stands(ask):
    cluster = {"enabled": True, "name": "alpha", "node_id": "node-a", "expected_nodes": 4, "observed_nodes": 2}
    answer = ask(Application({"cluster": cluster}), "GET /clusterz")
    assert answer.status == 200
    assert answer.json == {
        "ok": True,
        "cluster": {
            **cluster,
            "worker_pid": os.getpid(),
            "mode": "multi_node",
            "quorum": {"status": "degraded", "met": False, "observed_nodes": 2, "expected_nodes": 4},
        },
        "contracts": {
            "session": {
                "enabled": False,
                "mode": "cookie_signed",
                "shared_secret_required": False,
                "shared_secret_configured": False,
            },
            "realtime": {"mode": "node_local_pubsub", "cluster_broadcast": "external_broker_required"},
        },
        "coordination": {
            "membership_source": "static_config",
            "state": "degraded",
            "capability_matrix": {
                "cross_node_request_routing": "external_load_balancer_required",
                "cross_node_realtime_fanout": "external_broker_required",
                "cross_node_jobs_deduplication": "external_queue_required",
                "cross_node_cache_coherence": "external_cache_required",
            },
        },
    }


def test_a_backend_that_all_nodes_share_brings_its_capability(ask):
    app = Application()
    app.capabilities.share("cross_node_realtime_fanout")
    payload = ask(app, "GET /clusterz").json
    matrix = payload["coordination"]["capability_matrix"]
    assert matrix["cross_node_realtime_fanout"] == "shared_backend_active"
    assert matrix["cross_node_cache_coherence"] == "external_cache_required"
    assert payload["contracts"]["realtime"] == {"mode": "shared_broker", "cluster_broadcast": "shared_backend_active"}
    with pytest.raises(ApplicationError, match="cross_node_cache_coherence") as caught:
        app.capabilities.share("telepathy")
    assert caught.value.code == "unknown_capability"


NAMES = ("cluster", "node", "worker-pid", "cluster-status", "cluster-observed-nodes", "cluster-expected-nodes")


@pytest.mark.parametrize("line", ["GET /", "GET /nowhere", "GET /healthz", "GET /fail", "GET /static/a.css"])
def test_every_answer_of_a_cluster_names_its_node(ask, line, tmp_path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.css").write_text("")
    app = Application({"cluster": {"enabled": True, "name": "alpha", "node_id": "n1"}}, root=tmp_path)
    app.get("/", blocking=False)(lambda: "index")
    app.get("/fail", blocking=False)(lambda: 1 / 0)
    headers = ask(app, line).headers
    assert [headers[f"x-arlen-{name}"] for name in NAMES] == ["alpha", "n1", str(os.getpid()), "nominal", "1", "1"]


@pytest.mark.parametrize("cluster", [{}, {"enabled": True, "emit_headers": False}])
def test_the_headers_are_not_sent_otherwise(ask, cluster):
    headers = ask(Application({"cluster": cluster}), "GET /healthz").headers
    assert not [name for name in headers if name.startswith("x-arlen-cluster")]


@pytest.mark.parametrize("key", ["name", "node_id"])
@pytest.mark.parametrize("value", ["a\r\nset-cookie: b=c", "käse", "a\0b"])
def test_a_name_that_would_forge_a_header_is_a_mistake_at_start(run, key, value):
    app = Application({"cluster": {"enabled": True, key: value}})
    with pytest.raises(ApplicationError) as caught:
        run(app.start())
    assert [mistake.place for mistake in caught.value.mistakes] == [f"cluster.{key}"]
