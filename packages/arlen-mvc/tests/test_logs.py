"""Log lines and the request log."""

import io
import json
import logging
import re

import pytest
from arlen_mvc import Application
from arlen_mvc.logs import JSONLines, TextLines
from hypothesis import example, given
from hypothesis import strategies as st


def record(message="hello", fields=None, level=logging.WARNING, exc_info=None):
    made = logging.LogRecord("arlen", level, __file__, 1, message, (), exc_info)
    made.fields = fields or {}
    return made


def test_a_json_line_is_one_object_whose_own_fields_win():
    line = JSONLines().format(record(fields={"level": "x", "path": "/ä", "odd": {1}}))
    parsed = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", parsed.pop("timestamp"))
    assert parsed == {"level": "WARN", "message": "hello", "path": "/ä", "odd": "{1}"}


def test_a_text_line_is_sorted_and_quotes_what_needs_it():
    line = TextLines().format(record("two words", {"path": "/a", "empty": "", "quote": 'a"b'}))
    timestamp = re.search(r"timestamp=\S+", line)[0]
    assert line == f'empty="" level=WARN message="two words" path=/a quote="a\\"b" {timestamp}'


@given(st.text(), st.text())
@example("next\u2028line", "another\x85line")
def test_one_event_is_one_line(message, value):
    event = record(fields={"value": value, "message": message})
    assert len(TextLines().format(event).splitlines()) == 1
    assert "\n" not in JSONLines().format(event)


@pytest.fixture
def request_log():
    """The lines that the request log writes while INFO is on."""
    stream = io.StringIO()
    logger = logging.getLogger("arlen")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_a_request_is_one_info_line_without_its_query_string(ask, request_log):
    app = Application({"environment": "production"})
    app.get("/users/{id}", name="user", blocking=False)(lambda: "user")
    headers = {"authorization": "Bearer secret"}
    answer = ask(app, "GET /users/7?password=secret", headers=headers)
    [line] = request_log()
    assert line.pop("timestamp")
    assert line == {
        "level": "INFO",
        "message": "request",
        "event": "http.request.completed",
        "method": "GET",
        "path": "/users/7",
        "status": 200,
        "route": "user",
        "controller": "",
        "action": "<lambda>",
        "request_id": answer.headers["x-request-id"],
        "correlation_id": answer.headers["x-request-id"],
        "trace_id": answer.headers["x-trace-id"],
        "span_id": answer.headers["traceparent"].split("-")[2],
        "traceparent": answer.headers["traceparent"],
    }


def test_a_request_without_a_route_has_no_route_fields(ask, request_log):
    ask(Application(), "GET /nowhere")
    [line] = request_log()
    assert line["status"] == 404
    assert not {"route", "controller", "action"} & line.keys()
    assert line["timings"]["total"] >= 0


def test_the_path_of_a_request_to_a_static_file_is_logged_whole(ask, request_log, tmp_path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "app.css").write_text("")
    ask(Application(root=tmp_path), "GET /static/app.css")
    [line] = request_log()
    assert line["path"] == "/static/app.css"
    assert line["timings"]["total"] == round(line["timings"]["total"], 3)


def test_timing_headers_are_sent_in_development_and_not_in_production(ask):
    assert re.fullmatch(r"\d+\.\d{3}", ask(Application(), "GET /").headers["x-arlen-total-ms"])
    assert ask(Application(), "GET /").headers["server-timing"].startswith("total;dur=")
    production = ask(Application({"environment": "production"}), "GET /").headers
    assert not {"x-arlen-total-ms", "server-timing"} & production.keys()


def test_stages_of_an_action_are_part_of_the_timings(ask):
    def index(ctx):
        with ctx.stage("search"):
            return "found"

    sent = {}
    for environment in ("development", "production"):
        app = Application({"environment": environment})
        app.get("/", blocking=False)(index)
        answer = ask(app, "GET /")
        assert answer.text == "found"
        sent[environment] = answer.headers.get("server-timing", "")
    assert re.fullmatch(r"search;dur=[\d.]+, total;dur=[\d.]+", sent["development"])
    assert sent["production"] == ""
