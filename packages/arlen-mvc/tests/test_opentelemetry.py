"""OpenTelemetry: a server span around every request, current while the action runs."""

import asyncio
import sys

import pytest
from arlen_http import ClientDisconnect, Request
from arlen_mvc import Application, MissingDependencyError
from arlen_mvc.tracing.opentelemetry import OpenTelemetryTracer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "00f067aa0ba902b7"


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def traced(exporter):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def make(config=None, **options):
        app = Application({"environment": "production", **(config or {})}, **options)
        app.tracer = OpenTelemetryTracer(provider)
        return app

    yield make
    provider.shutdown()


def test_a_request_is_a_server_span_by_the_conventions(traced, exporter, ask):
    app = traced()
    app.get("/users/{id:int}", blocking=False)(lambda id: {"id": id})
    headers = {"host": "shop.example:8080", "user-agent": "probe/1"}
    ask(app, "GET /users/7?secret=1", headers=headers, client=("192.0.2.7", 5))
    [span] = exporter.get_finished_spans()
    assert (span.name, span.kind, span.parent) == ("GET /users/{id:int}", SpanKind.SERVER, None)
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.route": "/users/{id:int}",
        "http.response.status_code": 200,
        "url.path": "/users/7",
        "url.scheme": "http",
        "server.address": "shop.example",
        "server.port": 8080,
        "client.address": "192.0.2.7",
        "user_agent.original": "probe/1",
        "network.protocol.version": "1.1",
    }
    assert span.status.status_code is StatusCode.UNSET


def test_the_caller_s_trace_is_joined_and_the_answer_names_the_span(traced, exporter, ask):
    app = traced()
    app.get("/", blocking=False)(lambda ctx: [ctx.trace.traceparent, ctx.outgoing_headers()["traceparent"]])
    sent = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "a=1"}
    answer = ask(app, "GET /", headers=sent)
    [span] = exporter.get_finished_spans()
    own = f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert f"{span.parent.span_id:016x}" == PARENT
    assert answer.json == [own, own]
    assert (answer.headers["traceparent"], answer.headers["x-trace-id"]) == (own, TRACE)
    assert answer.headers["tracestate"] == "a=1"


def test_a_caller_that_does_not_sample_is_heeded(traced, exporter, ask):
    app = traced()
    app.get("/", blocking=False)(lambda: "")
    answer = ask(app, "GET /", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert exporter.get_finished_spans() == ()
    assert answer.headers["traceparent"].startswith(f"00-{TRACE}-")
    assert answer.headers["traceparent"].endswith("-00")
    assert PARENT not in answer.headers["traceparent"]


def test_without_propagation_the_caller_s_trace_is_not_joined(traced, exporter, ask):
    app = traced({"observability": {"trace_propagation_enabled": False}})
    answer = ask(app, "GET /", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    [span] = exporter.get_finished_spans()
    assert span.parent is None
    assert "traceparent" not in answer.headers


@pytest.mark.parametrize("blocking", [True, False])
def test_what_the_action_observes_is_nested_in_the_span(traced, exporter, ask, blocking):
    app = traced()

    def index(ctx):
        with ctx.stage("search"):
            return f"{get_current_span().get_span_context().trace_id:032x}"

    app.get("/", blocking=blocking)(index)
    answer = ask(app, "GET /")
    search, request = exporter.get_finished_spans()
    assert (search.name, search.parent.span_id) == ("search", request.context.span_id)
    assert answer.text == f"{request.context.trace_id:032x}"
    assert not get_current_span().get_span_context().is_valid


def test_rendering_a_template_is_a_span(traced, exporter, ask, write):
    app = traced(root=write({"templates/page.html": "hello"}))
    app.get("/", blocking=False)(lambda ctx: ctx.render("page"))
    assert ask(app, "GET /").text == "hello"
    assert [span.name for span in exporter.get_finished_spans()] == ["render", "GET /"]


def test_a_failure_is_told_with_its_exception(traced, exporter, ask):
    app = traced()
    app.get("/fail", blocking=False)(lambda: 1 / 0)
    app.get("/refused", blocking=False)(lambda ctx: ctx.abort(409))
    ask(app, "GET /fail")
    ask(app, "GET /refused")
    failed, refused = exporter.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.attributes["error.type"] == "ZeroDivisionError"
    assert [event.name for event in failed.events] == ["exception"]
    assert refused.status.status_code is StatusCode.UNSET
    assert refused.attributes["http.response.status_code"] == 409


@pytest.mark.parametrize(
    ("line", "name", "method"),
    [("GET /nowhere", "GET", "GET"), ("BREW /nowhere", "HTTP", "_OTHER"), ("GET /healthz", "GET", "GET")],
)
def test_names_of_spans_do_not_depend_on_what_clients_invent(traced, exporter, ask, line, name, method):
    ask(traced(), line)
    [span] = exporter.get_finished_spans()
    assert (span.name, span.attributes["http.request.method"]) == (name, method)
    assert span.attributes.get("http.request.method_original") == ("BREW" if method == "_OTHER" else None)


def test_a_request_that_is_not_answered_ends_its_span_too(traced, exporter, run):
    app = traced()
    reached = asyncio.Event()

    @app.get("/{how}")
    async def wait(how: str):
        if how == "gone":
            raise ClientDisconnect("gone")
        reached.set()
        await asyncio.Event().wait()

    async def story():
        with pytest.raises(ClientDisconnect):
            await app.handle(Request.build("GET", "/gone"))
        assert not get_current_span().get_span_context().is_valid
        task = asyncio.create_task(app.handle(Request.build("GET", "/cancelled")))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(story())
    spans = exporter.get_finished_spans()
    assert [span.attributes["error.type"] for span in spans] == ["ClientDisconnect", "CancelledError"]


def test_requests_at_the_same_time_have_spans_of_their_own(traced, exporter, run):
    app = traced()

    @app.get("/{number:int}")
    async def wait(ctx, number: int):
        for _ in range(5 - number):
            await asyncio.sleep(0)
        return f"{get_current_span().get_span_context().span_id:016x} {ctx.trace.span_id}"

    async def story():
        tasks = [asyncio.create_task(app.handle(Request.build("GET", f"/{number}"))) for number in range(5)]
        return [(await task).body.decode().split() for task in tasks]

    answers = run(story())
    assert all(current == own for current, own in answers)
    assert len({own for _, own in answers}) == 5


def test_the_configuration_can_ask_for_spans(ask):
    app = Application({"observability": {"tracing": "opentelemetry"}})
    app.get("/", blocking=False)(lambda ctx: ctx.outgoing_headers())
    answer = ask(app, "GET /", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    assert answer.json["traceparent"] == answer.headers["traceparent"]
    assert answer.headers["traceparent"].split("-")[1:3] != [TRACE, PARENT]


def test_the_absence_of_opentelemetry_names_the_extra(run, monkeypatch):
    monkeypatch.delitem(sys.modules, "arlen_mvc.tracing.opentelemetry")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(MissingDependencyError, match=r"arlen-mvc\[otel\]"):
        run(Application({"observability": {"tracing": "opentelemetry"}}).start())
