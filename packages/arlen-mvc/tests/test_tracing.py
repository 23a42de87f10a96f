"""Traces: an exporter that is told of every request, a tracer with spans around it, headers for what is asked next."""

import asyncio
import re

import pytest
from arlen_http import Server, ServerSettings
from arlen_mvc import Application, ApplicationError

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "00f067aa0ba902b7"


class Kept:
    """An exporter that keeps what it is told."""

    def __init__(self):
        self.told = []

    def export(self, trace, request, response, route_name, controller_name, action_name):
        self.told.append((trace, request.method, response.status, route_name, controller_name, action_name))


def test_an_exporter_is_told_of_every_request(ask):
    app = Application({"environment": "production"})
    app.trace_exporter = kept = Kept()

    @app.get("/users/{id}", name="user", blocking=False)
    def show(ctx, id):
        with ctx.stage("search"):
            return id

    answer = ask(app, "GET /users/7?secret=1", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    ask(app, "GET /nowhere")
    (trace, *found), (unmatched, *missing) = kept.told
    assert found == ["GET", 200, "user", "", "show"]
    assert missing == ["GET", 404, "", "", ""]
    stages = trace.pop("timings")
    assert list(stages) == ["route", "search", "controller", "total"]
    assert stages["total"] >= stages["controller"] >= stages["search"]
    assert trace == {
        "event": "http.request.trace",
        "method": "GET",
        "path": "/users/7",
        "status": 200,
        "request_id": answer.headers["x-request-id"],
        "correlation_id": answer.headers["x-request-id"],
        "route": "user",
        "controller": "",
        "action": "show",
        "trace_id": TRACE,
        "span_id": answer.headers["traceparent"].split("-")[2],
        "parent_span_id": PARENT,
        "traceparent": answer.headers["traceparent"],
    }
    assert unmatched["route"] == unmatched["action"] == ""


def test_an_exporter_that_fails_harms_nobody(ask, caplog):
    class Broken:
        def export(self, *told):
            raise OSError("the collector is away")

    app = Application()
    app.trace_exporter = Broken()
    app.get("/", blocking=False)(lambda: "fine")
    assert ask(app, "GET /").text == "fine"
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == ["trace exporter failed"]


def test_exporter_and_tracer_are_assigned_before_the_start(run):
    app = Application()
    run(app.start())
    for name in ("trace_exporter", "tracer"):
        with pytest.raises(ApplicationError) as caught:
            setattr(app, name, None)
        assert caught.value.code == "application_frozen"


def test_without_an_exporter_nothing_is_timed_in_production(ask):
    app = Application({"environment": "production"})
    app.get("/", blocking=False)(lambda ctx: str(ctx.timings))
    assert ask(app, "GET /").text == "None"


@pytest.mark.parametrize(
    ("sent", "traceparent", "state"),
    [
        ({}, r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", None),
        ({"traceparent": f"00-{TRACE}-{PARENT}-00"}, rf"00-{TRACE}-(?!{PARENT})[0-9a-f]{{16}}-00", None),
        ({"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "a=1"}, rf"00-{TRACE}-[0-9a-f]{{16}}-01", "a=1"),
    ],
)
def test_outgoing_headers_take_the_trace_on(ask, sent, traceparent, state):
    app = Application()
    app.get("/", blocking=False)(lambda ctx: ctx.outgoing_headers())
    answer = ask(app, "GET /", headers=sent)
    assert re.fullmatch(traceparent, answer.json["traceparent"])
    assert answer.json["traceparent"] == answer.headers["traceparent"]
    assert answer.json["x-request-id"] == answer.headers["x-request-id"]
    assert answer.json.get("tracestate") == state


def test_outgoing_headers_without_propagation_name_the_request_only(ask):
    app = Application({"observability": {"trace_propagation_enabled": False}})
    app.get("/", blocking=False)(lambda ctx: ctx.outgoing_headers())
    answer = ask(app, "GET /")
    assert answer.json == {"x-request-id": answer.headers["x-request-id"]}


@pytest.mark.parametrize(
    ("trusted", "sent", "kept"),
    [
        (["127.0.0.0/8"], "edge-4711-abc", True),
        (["192.0.2.0/24"], "edge-4711-abc", False),
        ([], "edge-4711-abc", False),
        (["127.0.0.0/8"], "bad id with blanks", False),
        (["127.0.0.0/8"], "x" * 129, False),
        (["127.0.0.0/8"], "short", False),
    ],
)
@pytest.mark.parametrize("path", ["/read", "/unread"])
def test_the_request_id_of_a_trusted_proxy_is_kept(run, trusted, sent, kept, path):
    settings = {"trusted_proxies": trusted}
    app = Application(settings)
    app.get("/read", blocking=False)(lambda ctx: ctx.request_id)
    app.get("/unread", blocking=False)(lambda: "")
    request = f"GET {path} HTTP/1.1\r\nhost: x\r\nx-request-id: {sent}\r\nx-forwarded-for: 203.0.113.9\r\n\r\n"

    async def live():
        async with Server(app, ServerSettings(port=0, trusted_proxies=tuple(trusted))) as server:
            host, port = server.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(request.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            body = await reader.readexactly(int(re.search(r"content-length: (\d+)", head)[1]))
            writer.close()
            await writer.wait_closed()
            return re.search(r"x-request-id: (\S+)", head)[1], body.decode()

    answered, read = run(live())
    assert (answered == sent) is kept
    assert read == (answered if path == "/read" else "")


def test_the_request_id_of_anybody_else_is_not_believed(ask):
    assert (
        ask(Application(), "GET /", headers={"x-request-id": "edge-4711-abc"}).headers["x-request-id"]
        != "edge-4711-abc"
    )
