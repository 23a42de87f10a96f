"""Log lines and the request log."""

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
from contextlib import contextmanager
from random import seed

import pytest
from arlen_http import Request
from arlen_mvc import Application
from arlen_mvc.composition import Step
from arlen_mvc.logs import JSONLines, Logger, Redaction, RequestFields, TextLines, add_request_fields
from arlen_mvc.observability.staged import staged
from arlen_mvc.observability.timings import Timings
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
    assert 0 <= line.pop("duration_ms") < 60_000
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


def access_log(app_settings, ask, request_log, *lines):
    app = Application({"environment": "production", **app_settings})
    app.get("/fine", blocking=False)(lambda: "fine")
    app.get("/refused", blocking=False)(lambda ctx: ctx.abort(409))
    for line in lines:
        ask(app, line)
    return [line["path"] for line in request_log() if line["message"] == "request"]


@pytest.mark.parametrize("sample", [0.0, 0, 1.0])
def test_a_share_of_the_answered_requests_is_logged_and_every_refused_one(ask, request_log, sample):
    settings = {"observability": {"access_log_sample": sample}}
    paths = access_log(settings, ask, request_log, "GET /fine", "GET /refused", "GET /nowhere", "GET /fine")
    assert paths == (["/fine", "/refused", "/nowhere", "/fine"] if sample else ["/refused", "/nowhere"])


def test_a_tenth_is_about_a_tenth(ask, request_log):
    seed(4711)
    settings = {"observability": {"access_log_sample": 0.1}}
    assert 60 < len(access_log(settings, ask, request_log, *["GET /fine"] * 1000)) < 140


def test_probes_need_not_be_logged(ask, request_log):
    settings = {"observability": {"access_log_exclude": ["/healthz", "/fine"]}}
    assert access_log(settings, ask, request_log, "GET /healthz", "GET /fine", "GET /livez") == ["/livez"]


@pytest.mark.parametrize("path", ["/%zz", "/%ff"])
def test_a_path_that_cannot_be_decoded_is_logged_as_it_came(ask, request_log, path):
    assert ask(Application(), f"GET {path}").status == 400
    assert [line["path"] for line in request_log()] == [path]


FORGED = (
    "/a%0A%7B%22level%22%3A%22ERROR%22%2C%22message%22%3A%22forged%22%7D%0D%0Atimestamp=x level=ERROR message=forged"
)


@pytest.mark.parametrize("lines", [JSONLines, TextLines])
def test_log_injection_a_path_or_a_header_cannot_forge_a_line(ask, lines):
    app = Application({"environment": "production"})

    @app.get("/{path:path}", blocking=False)
    def log(ctx, path):
        logger = Logger("arlen.shop")
        logger.info("seen " + path, agent="x\nlevel=ERROR message=forged\x1b[2J", **{"a b\nlevel": path})
        try:
            raise ValueError(f"{path}\nlevel=ERROR message=forged")
        except ValueError:
            logger.exception("failed")
        return ""

    with handled(lines()) as text:
        ask(app, "GET " + FORGED.replace(" ", "%20"))
    written = text().splitlines()
    assert len([line for line in written if not line.startswith("  | ")]) == 3
    assert not [
        line
        for line in written
        if line.startswith(("level=ERROR message=forged", '{"level":"ERROR","message":"forged'))
    ]
    assert "\x1b" not in text()


@contextmanager
def handled(formatter, logger="arlen"):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    target = logging.getLogger(logger)
    target.addHandler(handler)
    target.setLevel(logging.INFO)
    try:
        yield stream.getvalue
    finally:
        target.removeHandler(handler)
        target.setLevel(logging.NOTSET)


def test_every_line_of_a_request_has_its_ids(ask, request_log):
    app = Application({"environment": "production"})

    @app.get("/")
    async def index(ctx):
        async def nested():
            app.logger.info("in a task")

        logging.getLogger("arlen.shop").info("in the action")
        await asyncio.create_task(nested())
        await asyncio.to_thread(app.logger.info, "in a thread")
        return ctx.request_id

    app.get("/blocking")(lambda: app.logger.info("in a blocking action"))
    headers = [ask(app, "GET /").headers, ask(app, "GET /blocking").headers]
    app.logger.info("outside")
    lines = request_log()
    assert [(line["message"], line.get("request_id"), line.get("trace_id")) for line in lines] == [
        (message, about["x-request-id"] if about else None, about["x-trace-id"] if about else None)
        for message, about in [
            ("in the action", headers[0]),
            ("in a task", headers[0]),
            ("in a thread", headers[0]),
            ("request", headers[0]),
            ("in a blocking action", headers[1]),
            ("request", headers[1]),
            ("outside", None),
        ]
    ]


def test_a_line_between_two_requests_of_a_connection_belongs_to_neither(run, request_log):
    app = Application({"environment": "production"})

    @app.get("/")
    async def index():
        app.logger.info("inside")

    async def connection():
        for _ in range(2):
            await app.handle(Request.build("GET", "/"))
            app.logger.info("between")

    run(connection())
    inside, first, again, second = [line.get("request_id") for line in request_log() if line["message"] != "request"]
    assert (first, second) == (None, None)
    assert None not in (inside, again)


def test_a_request_inside_of_a_request_has_ids_of_its_own(ask, request_log):
    inner = Application({"environment": "production"})
    inner.get("/", blocking=False)(lambda: inner.logger.info("inner"))
    outer = Application({"environment": "production"})

    @outer.get("/", blocking=False)
    def index():
        outer.logger.info("before")
        inner.handle(Request.build("GET", "/"))
        outer.logger.info("after")

    ask(outer, "GET /")
    ids = {line["message"]: line["request_id"] for line in request_log() if line["message"] != "request"}
    assert ids["before"] == ids["after"] != ids["inner"]


def test_handlers_of_other_programs_can_have_the_ids(ask):
    app = Application()
    app.get("/", blocking=False)(lambda: logging.getLogger("shop").info("hello"))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RequestFields())
    handler.setFormatter(logging.Formatter("%(request_id)s %(trace_id)s %(message)s"))
    logger = logging.getLogger("shop")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        headers = ask(app, "GET /").headers
        logger.info("outside")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    inside = f"{headers['x-request-id']} {headers['x-trace-id']} hello"
    assert stream.getvalue().splitlines() == [inside, "- - outside"]


def test_structlog_can_have_the_ids(ask):
    app = Application()
    app.get("/", blocking=False)(lambda: add_request_fields(None, "info", {"event": "sold", "trace_id": "own"}))
    answer = ask(app, "GET /")
    assert answer.json == {"event": "sold", "trace_id": "own", "request_id": answer.headers["x-request-id"]}
    assert add_request_fields(None, "info", {"event": "sold"}) == {"event": "sold"}


@pytest.mark.parametrize("method", ["debug", "info", "warn", "warning", "error", "exception"])
def test_a_logger_writes_messages_with_fields(method):
    with handled(JSONLines(), "shop") as text:
        logging.getLogger("shop").setLevel(logging.DEBUG)
        getattr(Logger("shop"), method)("100% sold", order=7, message="x")
    line = json.loads(text())
    assert line.pop("timestamp")
    line.pop("traceback", None)
    level = {"warning": "WARN", "exception": "ERROR"}.get(method, method.upper())
    assert line == {"level": level, "logger": "shop", "message": "100% sold", "order": 7}


def test_a_logger_knows_its_level():
    logging.getLogger("shop").setLevel(logging.WARNING)
    logger = Logger("shop")
    try:
        assert logger.minimum_level == "warn"
        assert [logger.should_log(level) for level in ("info", "warn", "warning")] == [False, True, True]
    finally:
        logging.getLogger("shop").setLevel(logging.NOTSET)


@pytest.mark.parametrize("level", ["warn", "warning", "WARNING"])
def test_the_setting_may_call_a_level_as_python_does(level):
    assert Application({"log_level": level}).settings.application.log_level == "warn"


def test_what_looks_secret_is_not_written():
    redaction = Redaction(["iban", "Age"])
    fields = {
        "password": "a",
        "user": {"api_key": "b", "name": "ada", "IBAN": "AT61"},
        "rows": [{"token": "c"}, {"id": 1}],
        "dsn": "x",
        "url": "postgresql://ada:secret@db/shop",
        "sessions": 3,
        "age": 36,
        "note": None,
    }
    assert redaction.of(fields) == {
        "password": "***",
        "user": {"api_key": "***", "name": "ada", "IBAN": "***"},
        "rows": [{"token": "***"}, {"id": 1}],
        "dsn": "***",
        "url": "postgresql://***@db/shop",
        "sessions": 3,
        "age": "***",
        "note": None,
    }


def test_messages_and_tracebacks_do_not_tell_the_passwords_of_urls():
    with handled(JSONLines(), "shop") as text:
        try:
            raise OSError("cannot reach postgresql://ada:secret@db/shop")
        except OSError as error:
            Logger("shop").exception(f"failed: {error}")
    assert "secret" not in text()
    assert text().count("postgresql://***@db/shop") == 3


def test_timing_headers_are_sent_in_development_and_not_in_production(ask):
    assert re.fullmatch(r"\d+\.\d{3}", ask(Application(), "GET /").headers["x-arlen-total-ms"])
    timing = ask(Application(), "GET /").headers["server-timing"]
    assert re.fullmatch(r"route;dur=[\d.]+, controller;dur=[\d.]+, total;dur=[\d.]+", timing)
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
    stages = re.findall(r"(\w+);dur=[\d.]+", sent["development"])
    assert stages == ["route", "search", "controller", "total"]
    assert sent["production"] == ""


def test_the_time_of_layers_is_told_without_that_of_the_action(ask):
    app = Application()

    @app.use
    async def layer(ctx, call_next):
        return await call_next(ctx)

    @app.get("/", blocking=False)
    def index(ctx):
        stages = ctx.timings.stages
        return sorted(stages)

    answer = ask(app, "GET /")
    assert re.findall(r"(\w+);dur=", answer.headers["server-timing"]) == ["route", "controller", "middleware", "total"]
    spent = {name: float(value) for name, value in re.findall(r"(\w+);dur=([\d.]+)", answer.headers["server-timing"])}
    assert spent["total"] >= spent["middleware"] + spent["controller"]


def test_a_stage_leaves_out_the_stage_that_lies_inside_of_it():
    class Timed:
        timings = Timings(0.0)

    def inner(ctx):
        ctx.timings.stages["controller"] = 1_000_000.0

    staged(Step(inner, False), "middleware", without="controller").call(Timed)
    assert -1_000_000 < Timed.timings.stages["middleware"] < 0


@pytest.mark.parametrize("line", ["GET /static/a.css", "GET /nowhere", "GET /fail", "GET /healthz", "GET /metrics"])
def test_timing_headers_are_on_files_failures_and_probes_alike(ask, tmp_path, line):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.css").write_text("")
    app = Application(root=tmp_path)
    app.get("/fail", blocking=False)(lambda: 1 / 0)
    assert re.fullmatch(r"\d+\.\d{3}", ask(app, line).headers["x-arlen-total-ms"])


PROGRAM = """
import logging, sys
from arlen_http import Request
from arlen_mvc import Application

app = Application.from_root(sys.argv[1], "production", {"ARLEN_LOG_REDACT": "iban"})

@app.get("/", blocking=False)
def index():
    logging.getLogger("shop.orders").info("sold", extra={"fields": {"order": 7, "iban": "AT61"}})
    logging.getLogger("shop.orders").debug("not written")
    app.logger.warning("low", stock=1)

app.handle(Request.build("GET", "/"))
"""


def test_a_program_without_a_log_of_its_own_gets_lines_of_all_loggers_on_stderr(tmp_path):
    done = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=True)
    sold, low, request = [json.loads(line) for line in done.stderr.splitlines()]
    assert (sold["logger"], sold["message"], sold["order"], sold["iban"]) == ("shop.orders", "sold", 7, "***")
    assert (low["logger"], low["level"], low["stock"]) == ("arlen.app", "WARN", 1)
    assert sold["request_id"] == low["request_id"] == request["request_id"]
