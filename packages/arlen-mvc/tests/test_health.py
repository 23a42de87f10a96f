"""Health: three addresses, text or JSON, gated by start, stop and the application's own checks."""

import asyncio
import re
from datetime import UTC

import pytest
from arlen_http import Request, Response
from arlen_mvc import Application
from arlen_mvc.health.health import Health, HealthCheck
from arlen_router import Host

JSON = {"accept": "application/json"}


@pytest.mark.parametrize(("path", "text"), [("/healthz", "ok\n"), ("/readyz", "ready\n"), ("/livez", "live\n")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_text_answers(ask, method, path, text):
    answer = ask(Application(), f"{method} {path}")
    assert (answer.status, answer.text, answer.headers["content-type"]) == (200, text, "text/plain; charset=utf-8")


@pytest.mark.parametrize(("target", "headers"), [("/readyz", JSON), ("/readyz?format=json", {}), ("/readyz.json", {})])
def test_the_json_answer(ask, target, headers):
    payload = ask(Application(), f"GET {target}", headers=headers).json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", payload.pop("timestamp_utc"))
    assert payload == {
        "ok": True,
        "signal": "ready",
        "status": "ready",
        "ready": True,
        "uptime_seconds": 0,
        "checks": {
            "request_dispatch": {"ok": True, "mode": "in_process"},
            "metrics_registry": {"ok": True, "source": "MetricsRegistry"},
            "active_requests": {"ok": True, "value": 1.0},
            "startup": {"ok": True, "started": False, "required_for_readyz": False},
            "cluster_quorum": {
                "ok": True,
                "required_for_readyz": False,
                "status": "single_node",
                "observed_nodes": 1,
                "expected_nodes": 1,
            },
        },
    }


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_a_probe_that_wants_a_word_is_answered_without_a_coroutine(path):
    assert isinstance(Application().handle(Request.build("GET", path)), Response)


@pytest.mark.parametrize(
    ("client", "headers", "shown"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.0.1", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("192.0.2.7", {}, False),
        ("::ffff:192.0.2.7", {}, False),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, False),
        (None, {}, False),
    ],
)
def test_details_can_be_kept_for_callers_on_the_same_machine(ask, client, headers, shown):
    app = Application({"observability": {"health_details_local_only": True}})
    address = (client, 4711) if client else None
    answer = ask(app, "GET /healthz", headers=JSON | headers, client=address)
    assert (answer.text != "ok\n") is shown
    assert ask(app, "GET /clusterz", headers=headers, client=address).status == (200 if shown else 404)


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        ({}, 200),
        ({"enabled": True, "expected_nodes": 3, "observed_nodes": 3}, 200),
        ({"enabled": True, "expected_nodes": 3, "observed_nodes": 2}, 503),
        ({"enabled": True, "expected_nodes": 3, "observed_nodes": 0}, 503),
        ({"enabled": False, "expected_nodes": 3, "observed_nodes": 2}, 200),
    ],
)
def test_readiness_may_require_the_cluster_s_quorum(ask, cluster, status):
    required = {"observability": {"readiness_requires_cluster_quorum": True}, "cluster": cluster}
    assert ask(Application(required), "GET /readyz").status == status
    assert ask(Application(required), "GET /healthz").status == 200
    assert ask(Application({"cluster": cluster}), "GET /readyz").status == 200


def test_details_can_be_turned_off(ask):
    app = Application({"observability": {"health_details_enabled": False}})
    assert ask(app, "GET /healthz", headers=JSON).text == "ok\n"


def test_readiness_may_require_the_start(ask, run):
    app = Application({"observability": {"readiness_requires_startup": True}})
    assert (ask(app, "GET /readyz").status, ask(app, "GET /readyz").text) == (503, "not_ready\n")
    assert ask(app, "GET /readyz", headers=JSON).json["status"] == "not_ready"
    assert ask(app, "GET /healthz").status == 200
    run(app.start())
    assert ask(app, "GET /readyz").status == 200


def test_readiness_ends_when_stopping_begins_and_liveness_does_not(run):
    app = Application()
    statuses = {}

    @app.on_stop
    async def probe():
        for path in ("/readyz", "/healthz", "/livez"):
            statuses[path] = app.handle(Request.build("GET", path)).status

    async def live():
        await app.start()
        await app.shutdown()

    run(live())
    assert statuses == {"/readyz": 503, "/healthz": 200, "/livez": 200}


@pytest.mark.parametrize(("critical", "status"), [(True, 503), (False, 200)])
@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        (False, {"ok": False}),
        (OSError("down"), {"ok": False, "error": "OSError"}),
    ],
)
def test_a_check_that_says_no_gates_readiness_if_it_is_critical(ask, caplog, critical, status, verdict, result):
    app = Application()

    @app.health_check("database", critical=critical)
    async def database():
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    assert ask(app, "GET /readyz").status == status
    payload = ask(app, "GET /healthz", headers=JSON).json
    assert payload["checks"]["database"] == {**result, "critical": critical}


def test_a_check_adds_its_details(ask):
    app = Application()
    app.health_check("pool")(lambda: {"open": 3})
    payload = ask(app, "GET /readyz", headers=JSON).json
    assert payload["checks"]["pool"] == {"ok": True, "open": 3, "critical": True}


def test_a_check_that_does_not_answer_in_time_says_no(ask):
    app = Application()

    @app.health_check("slow", timeout=0.001)
    async def slow():
        await asyncio.Event().wait()

    payload = ask(app, "GET /readyz", headers=JSON).json
    assert payload["checks"]["slow"] == {"ok": False, "error": "no answer within 0.001 s", "critical": True}


def test_results_are_reused_for_a_second(run):
    now = [100.0]
    asked = []
    health = Health(lambda: now[0])
    health.add(HealthCheck("one", lambda: asked.append(1)))
    for moment in (100.0, 100.9, 101.1):
        now[0] = moment
        run(health.check_all())
    assert len(asked) == 2


def test_uptime_counts_from_construction_then_from_the_start():
    now = [100.0]
    health = Health(lambda: now[0])
    now[0] = 107.9
    assert health.uptime_seconds == 7
    health.mark_started()
    now[0] = 110.0
    assert health.uptime_seconds == 2


def test_an_application_s_own_route_shadows_the_built_in_one(ask):
    app = Application()
    app.get("/{rest:path}", blocking=False)(lambda: "mine")
    assert ask(app, "GET /healthz").text == "mine"
    assert ask(app, "POST /livez").status == 405
    hosts = Application()
    hosts.get("/healthz", blocking=False, conditions=[Host("a.example")])(lambda: "mine")
    assert ask(hosts, "GET /healthz", headers={"host": "a.example"}).text == "mine"
    assert ask(hosts, "GET /healthz", headers={"host": "b.example"}).text == "ok\n"


def test_the_time_of_the_start_is_known(run):
    app = Application()
    assert app.started_at is None
    run(app.start())
    assert app.started
    assert app.started_at.tzinfo is UTC
    run(app.shutdown())
    assert app.started_at is None


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/livez"])
@pytest.mark.parametrize("accept", ["text/plain", "application/json"])
def test_caches_are_told_that_the_form_of_the_answer_depends_on_accept(ask, path, accept):
    assert ask(Application(), f"GET {path}", headers={"accept": accept}).headers["vary"] == "Accept"
