import subprocess
import sys

import pytest
from arlen_data import Database, IntegrityError, QueryFailed, insert_into
from arlen_data.telemetry.opentelemetry import OpenTelemetryObserver, trace_context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode


@pytest.fixture
def traces():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider, exporter.get_finished_spans
    provider.shutdown()


@pytest.fixture
def meters():
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    yield provider, reader
    provider.shutdown()


def test_a_statement_is_a_client_span_below_the_current_one(observed, traces):
    provider, finished = traces
    db = observed(OpenTelemetryObserver(tracer_provider=provider))
    with provider.get_tracer("test").start_as_current_span("request") as request:
        db.execute(insert_into("people", {"name": "secret"}))
    span, parent = finished()
    namespace = span.attributes["db.namespace"]
    assert parent.name == "request"
    assert (span.name, span.kind) == (f"INSERT {namespace}", SpanKind.CLIENT)
    assert (span.parent.span_id, span.context.trace_id) == (request.context.span_id, request.context.trace_id)
    assert span.attributes["db.system.name"] == db.adapter_name
    assert span.attributes["db.operation.name"] == "INSERT"
    assert "db.query.text" not in span.attributes
    assert "secret" not in span.to_json()
    assert parent.start_time <= span.start_time <= span.end_time <= parent.end_time
    if db.adapter_name == "postgresql":
        assert set(span.attributes) >= {"server.address", "server.port"}


def test_the_text_is_there_on_request_and_never_a_value(observed, traces):
    provider, finished = traces
    db = observed(OpenTelemetryObserver(tracer_provider=provider, query_text=True))
    db.fetch_all("SELECT name FROM people WHERE name = $1", ["secret"])
    (span,) = finished()
    assert span.attributes["db.query.text"].startswith("SELECT name FROM people WHERE name = ")
    assert "secret" not in span.to_json()


def test_a_failure_has_the_state_of_the_server(observed, traces):
    provider, finished = traces
    db = observed(OpenTelemetryObserver(tracer_provider=provider))
    with pytest.raises(QueryFailed):
        db.fetch_all("SELECT a FROM nowhere")
    (span,) = finished()
    assert span.status.status_code == StatusCode.ERROR
    assert (span.status.description, span.attributes["error.type"]) == ("undefined_table", "42P01")
    assert span.attributes.get("db.response.status_code") == ("42P01" if db.adapter_name == "postgresql" else None)


def test_many_sets_of_values_are_one_span_of_a_batch(observed, traces):
    provider, finished = traces
    db = observed(OpenTelemetryObserver(tracer_provider=provider))
    db.execute_many("INSERT INTO people VALUES ($1)", [["ada"], ["bob"]])
    (span,) = finished()
    assert (span.attributes["db.operation.name"], span.attributes["db.operation.batch.size"]) == ("BATCH INSERT", 2)


def test_durations_are_counted_by_operation_and_error(observed, meters):
    provider, reader = meters
    db = observed(OpenTelemetryObserver(meter_provider=provider))
    db.execute("INSERT INTO people VALUES ('ada')")
    with pytest.raises(IntegrityError):
        db.execute("INSERT INTO people VALUES ('ada')")
    (metric,) = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    assert (metric.name, metric.unit) == ("db.client.operation.duration", "s")
    points = metric.data.data_points
    assert sorted(point.attributes.get("error.type", "") for point in points) == ["", "23505"]
    assert all(point.count == 1 and point.explicit_bounds[0] == 0.001 for point in points)


def test_a_comment_carries_the_current_span_to_the_server(arlen_postgres, traces):
    provider, _ = traces
    with Database.open(arlen_postgres.dsn, trace_comments=trace_context) as db:
        outside = db.fetch_value("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        with provider.get_tracer("test").start_as_current_span("request") as request:
            inside = db.fetch_value("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()")
    context = request.context
    ids = f"{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    assert inside == f"{outside} /*traceparent='00-{ids}'*/"


def test_without_the_library_the_extra_is_named():
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "import arlen_data.telemetry\n"
        "from arlen_data import Database, MissingDependencyError\n"
        "assert Database.open(':memory:', observers=[print]).fetch_value('SELECT 1') == 1\n"
        "try:\n    import arlen_data.telemetry.opentelemetry\n"
        "except MissingDependencyError as error:\n    print(error.code, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "dependency_missing" in done.stdout
    assert "pip install 'arlen-data[otel]'" in done.stdout
