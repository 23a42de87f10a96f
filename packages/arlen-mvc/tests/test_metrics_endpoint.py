"""/metrics: what is counted of requests, in which form it is told, and to whom."""

import asyncio
import re
import sys
from importlib import import_module

import pytest
from arlen_http import ClientDisconnect, Request
from arlen_mvc import Application, HTTPError, MissingDependencyError
from arlen_mvc.metrics import MetricsRegistry
from arlen_mvc.metrics.exposition import as_json, as_openmetrics, as_text
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client import Counter as PrometheusCounter
from prometheus_client import Histogram as PrometheusHistogram
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

OPENMETRICS = (
    "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.fixture
def app():
    app = Application({"environment": "production"})
    app.get("/users/{id:int}", blocking=False)(lambda id: {"id": id})

    @app.post("/fail")
    async def fail():
        raise RuntimeError

    return app


def totals(answer):
    samples = [sample for family in parse_text(answer.text) for sample in family.samples]
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for sample in samples
        if sample.name == "arlen_http_requests_total"
    }


def test_requests_are_counted_by_method_route_and_class_of_status(app, ask):
    for line in ("GET /users/1", "GET /users/2", "HEAD /users/3", "POST /fail", "GET /nowhere", "PUT /users/1"):
        ask(app, line)
    ask(app, "GET /healthz")
    assert totals(ask(app, "GET /metrics")) == {
        ("GET", "/users/{id:int}", "2xx"): 2,
        ("HEAD", "/users/{id:int}", "2xx"): 1,
        ("POST", "/fail", "5xx"): 1,
        ("GET", "unmatched", "4xx"): 1,
        ("PUT", "unmatched", "4xx"): 1,
        ("GET", "/healthz", "2xx"): 1,
    }


def test_durations_are_a_histogram_in_seconds(app, ask):
    ask(app, "GET /users/1")
    text = ask(app, "GET /metrics").text
    assert (
        'arlen_http_request_duration_seconds_bucket{method="GET",route="/users/{id:int}",status="2xx",le="+Inf"} 1'
        in text
    )
    assert 'arlen_http_request_duration_seconds_count{method="GET",route="/users/{id:int}",status="2xx"} 1' in text


def test_paths_and_methods_that_clients_invent_make_no_new_series(app, ask):
    for number in range(50):
        ask(app, f"BREW{number} /path{number}")
    assert totals(ask(app, "GET /metrics")) == {("_other", "unmatched", "4xx"): 50}


def test_files_are_counted_under_their_mount(ask, tmp_path):
    (tmp_path / "a.css").write_text("")
    app = Application(root=tmp_path)
    app.mount_static("/files", tmp_path)
    ask(app, "GET /files/a.css")
    ask(app, "GET /files/b.css")
    assert totals(ask(app, "GET /metrics")) == {("GET", "/files/*", "2xx"): 1, ("GET", "/files/*", "4xx"): 1}


def test_requests_in_flight_are_a_gauge_that_comes_back_to_nothing(run):
    app = Application()
    seen, waiting = [], asyncio.Event()

    @app.get("/wait/{how}")
    async def wait(ctx, how: str):
        seen.append(active(app))
        match how:
            case "cancelled":
                waiting.set()
                await asyncio.Event().wait()
            case "gone":
                raise ClientDisconnect("gone")
            case "refused":
                raise HTTPError(409)
        return how

    async def story():
        for how in ("fine", "refused"):
            await app.handle(Request.build("GET", f"/wait/{how}"))
        with pytest.raises(ClientDisconnect):
            await app.handle(Request.build("GET", "/wait/gone"))
        task = asyncio.create_task(app.handle(Request.build("GET", "/wait/cancelled")))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(story())
    assert seen == [1, 1, 1, 1]
    assert active(app) == 0
    [requests] = [metric for metric in app.metrics.snapshot() if metric["name"] == "http_requests_total"]
    assert {series["labels"][2]: series["values"] for series in requests["series"]} == {
        "2xx": [1],
        "4xx": [1],
        "abandoned": [2],
    }


class Away:
    """An application whose client goes away."""

    async def handle(self, request):
        raise ClientDisconnect("gone")


def test_requests_for_mounts_are_counted_under_their_prefix(ask):
    async def guest(scope, receive, send):
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    child = Application()
    child.get("/plain", blocking=False)(lambda: "plain")
    app = Application()
    app.mount("/guest", guest)
    app.mount("/child", child)
    app.mount("/away", Away())
    for line in ("GET /guest/x", "POST /guest/y", "GET /child/plain", "GET /child/nowhere"):
        ask(app, line)
    with pytest.raises(ClientDisconnect):
        ask(app, "GET /away/x")
    assert totals(ask(app, "GET /metrics")) == {
        ("GET", "/guest/*", "2xx"): 1,
        ("POST", "/guest/*", "2xx"): 1,
        ("GET", "/away/*", "abandoned"): 1,
        ("GET", "/child/*", "2xx"): 1,
        ("GET", "/child/*", "4xx"): 1,
    }
    assert active(app) == 0


def active(app):
    [gauge] = [metric for metric in app.metrics.snapshot() if metric["name"] == "http_requests_active"]
    return gauge["series"][0]["values"][0]


@pytest.mark.parametrize(
    ("line", "accept", "content_type"),
    [
        ("GET /metrics", "", "text/plain; version=0.0.4; charset=utf-8"),
        ("GET /metrics", "*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("GET /metrics", OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ("GET /metrics", "application/json", "application/json; charset=utf-8"),
        ("GET /metrics.json", "", "application/json; charset=utf-8"),
        ("GET /metrics?format=json", "", "application/json; charset=utf-8"),
        ("HEAD /metrics", "", "text/plain; version=0.0.4; charset=utf-8"),
    ],
)
def test_the_form_is_what_the_client_accepts(app, ask, line, accept, content_type):
    answer = ask(app, line, headers={"accept": accept} if accept else {})
    assert (answer.status, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["cache-control"] == "no-store"


def test_json_tells_by_kind_without_a_prefix(app, ask):
    app.metrics.increment("orders_total", 3)
    app.metrics.timing("import_ms", 4)
    app.metrics.timing("import_ms", 8)
    payload = ask(app, "GET /metrics.json").json
    assert payload["counters"]["orders_total"] == 3
    assert payload["gauges"]["http_requests_active"] == 1
    assert payload["timings"]["import_ms"] == {"count": 2, "sum": 12, "min": 4, "max": 8, "avg": 6}


def test_a_timing_is_a_summary_with_its_extremes_beside_it():
    metrics = MetricsRegistry()
    metrics.timing("import_ms", 4)
    metrics.timing("import_ms", 8)
    assert as_text(metrics.snapshot(), "my_").decode().splitlines() == [
        "# TYPE my_import_ms summary",
        "my_import_ms_count 2",
        "my_import_ms_sum 12",
        "# TYPE my_import_ms_avg gauge",
        "my_import_ms_avg 6",
        "# TYPE my_import_ms_max gauge",
        "my_import_ms_max 8",
        "# TYPE my_import_ms_min gauge",
        "my_import_ms_min 4",
    ]


def test_a_histogram_tells_how_many_lie_below_each_bound():
    metrics = MetricsRegistry()
    sizes = metrics.histogram("sizes", "How big.", labels=("kind",), bounds=(1, 10))
    for size in (0.5, 5, 50):
        sizes.observe(size, kind="x")
    assert as_text(metrics.snapshot(), "").decode().splitlines() == [
        "# HELP sizes How big.",
        "# TYPE sizes histogram",
        'sizes_bucket{kind="x",le="1.0"} 1',
        'sizes_bucket{kind="x",le="10.0"} 2',
        'sizes_bucket{kind="x",le="+Inf"} 3',
        'sizes_count{kind="x"} 3',
        'sizes_sum{kind="x"} 55.5',
    ]
    assert as_json(metrics.snapshot())["histograms"] == {
        'sizes{kind="x"}': {"count": 3, "sum": 55.5, "buckets": {"1": 1, "10": 2, "+Inf": 3}}
    }


@settings(deadline=None)
@given(
    st.text(min_size=1, max_size=12),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.floats(0, allow_nan=False),
)
def test_whatever_is_counted_can_be_parsed_by_prometheus(name, help, label, value):
    metrics = MetricsRegistry()
    metrics.counter(name, help, labels=("value",)).increment(value, value=label)
    metrics.histogram(f"{name}_spread", help, labels=("value",)).observe(value, value=label)
    metrics.gauge(f"{name}_now", help, labels=("value",)).set(value, value=label)
    for text, parse in ((as_text, parse_text), (as_openmetrics, parse_openmetrics)):
        families = list(parse(text(metrics.snapshot(), "p_").decode()))
        samples = [sample for family in families for sample in family.samples]
        assert {sample.labels["value"] for sample in samples} == {label}
        assert value in {sample.value for sample in samples}


def test_a_label_value_cannot_forge_a_line():
    metrics = MetricsRegistry()
    metrics.counter("seen_total", labels=("agent",)).increment(agent='x"} 1\nforged_total 99\n#')
    assert not re.search(r"^forged", as_text(metrics.snapshot(), "").decode(), re.MULTILINE)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": "Basic s3cret"}, 401),
        ({"authorization": "Bearer s3cret"}, 200),
    ],
)
def test_a_token_can_be_asked_for(ask, sent, status):
    app = Application({"observability": {"metrics_token": "s3cret"}})
    answer = ask(app, "GET /metrics", headers=sent)
    assert answer.status == status
    assert ("www-authenticate" in answer.headers) is (status == 401)


def test_metrics_can_be_turned_off(ask):
    app = Application({"observability": {"metrics_enabled": False}})
    assert ask(app, "GET /metrics").status == 404
    assert app.metrics.snapshot() == []


def test_the_prefix_is_configured(ask):
    app = Application({"observability": {"metrics_prefix": "9 shop."}})
    assert "\n_9_shop_process_cpu_seconds_total " in ask(app, "GET /metrics").text


def test_an_action_counts_through_its_context(ask):
    app = Application()

    @app.get("/", blocking=False)
    def index(ctx):
        ctx.metrics.increment("visits_total")
        return "seen"

    ask(app, "GET /")
    assert "arlen_visits_total 1" in ask(app, "GET /metrics").text.splitlines()


def test_other_processes_are_added_where_they_can_be_asked(app, ask, caplog):
    app.metrics.increment("visits_total", 2)

    async def gather():
        return [[metric for metric in app.metrics.snapshot() if metric["name"] == "visits_total"]] * 2

    async def fail():
        raise OSError("the others do not answer")

    app.metrics.gather = gather
    assert "arlen_visits_total 6" in ask(app, "GET /metrics").text.splitlines()
    app.metrics.gather = fail
    assert "arlen_visits_total 2" in ask(app, "GET /metrics").text.splitlines()
    assert "metrics of the other processes are missing" in caplog.text


def test_metrics_of_prometheus_client_are_told_under_their_own_names(app, ask):
    from arlen_mvc.metrics.prometheus import prometheus_metrics

    theirs = CollectorRegistry()
    PrometheusCounter("jobs", "Jobs done.", ["queue"], registry=theirs).labels("mail").inc(3)
    PrometheusHistogram("job_seconds", "How long.", buckets=(1, 5), registry=theirs).observe(2)
    app.metrics.collect(prometheus_metrics(theirs))
    lines = ask(app, "GET /metrics").text.splitlines()
    for line in (
        'jobs_total{queue="mail"} 3',
        'job_seconds_bucket{le="1.0"} 0',
        'job_seconds_bucket{le="5.0"} 1',
        'job_seconds_bucket{le="+Inf"} 1',
        "job_seconds_sum 2",
    ):
        assert line in lines


def test_prometheus_client_can_tell_arlen_s_metrics(app, ask):
    from arlen_mvc.metrics.prometheus import ArlenCollector

    ask(app, "GET /users/1")
    app.metrics.timing("import_ms", 4)
    registry = CollectorRegistry()
    registry.register(ArlenCollector(app.metrics))
    told = {family.name: family for family in parse_text(generate_latest(registry).decode())}
    assert told["arlen_http_requests"].samples[0].value == 1
    assert told["arlen_http_request_duration_seconds"].type == "histogram"
    assert told["arlen_import_ms"].type == "summary"


def test_the_absence_of_prometheus_client_names_the_extra(monkeypatch):
    monkeypatch.delitem(sys.modules, "arlen_mvc.metrics.prometheus", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MissingDependencyError, match=r"arlen-mvc\[metrics\]"):
        import_module("arlen_mvc.metrics.prometheus")
