"""Request ids and trace context in answers."""

import os
import re
import signal

import pytest
from arlen_mvc import Application
from arlen_mvc.observability.correlation import identify, stamp_request, stamp_trace
from hypothesis import given
from hypothesis import strategies as st

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "00f067aa0ba902b7"


def test_every_answer_has_a_new_request_id_twice(ask):
    app = Application()
    first, second = ask(app, "GET /").headers, ask(app, "GET /healthz").headers
    assert re.fullmatch("[0-9a-f]{32}", first["x-request-id"])
    assert first["x-request-id"] == first["x-correlation-id"]
    assert first["x-request-id"] != second["x-request-id"]


def test_the_id_that_an_action_reads_is_the_one_that_is_sent(ask):
    app = Application()
    app.get("/", blocking=False)(lambda ctx: [ctx.request_id, ctx.trace.traceparent])
    answer = ask(app, "GET /")
    assert answer.json == [answer.headers["x-request-id"], answer.headers["traceparent"]]


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    ("headers", "trace", "flags"),
    [
        ({"traceparent": f"00-{TRACE}-{PARENT}-00"}, TRACE, "00"),
        ({"traceparent": f"00-{TRACE.upper()}-{PARENT.upper()}-01"}, TRACE, "01"),
        ({"traceparent": f"00-{TRACE}-{PARENT}-01, 00-{'1' * 32}-{PARENT}-01"}, TRACE, "01"),
        ({"traceparent": f"42-{TRACE}-{PARENT}-01-future"}, TRACE, "01"),
        ({"x-trace-id": f"{TRACE[:8]}-{TRACE[8:]}"}, TRACE, "01"),
        ({"traceparent": "rubbish", "x-trace-id": TRACE}, TRACE, "01"),
        ({"traceparent": f"00-{'0' * 32}-{PARENT}-01"}, None, "01"),
        ({"traceparent": f"00-{TRACE}-{'0' * 16}-01"}, None, "01"),
        ({"traceparent": f"ff-{TRACE}-{PARENT}-01"}, None, "01"),
        ({"traceparent": f"00-{TRACE}-{PARENT}-01-extra"}, None, "01"),
        ({"x-trace-id": "0" * 32}, None, "01"),
        ({"x-trace-id": "x" * 5000}, None, "01"),
        ({}, None, "01"),
    ],
)
def test_a_caller_s_trace_is_joined_if_it_is_valid(ask, headers, trace, flags, asked):
    app = Application()
    app.get("/", blocking=False)(lambda ctx: ctx.request_id if asked else "")
    sent = ask(app, "GET /", headers=headers).headers
    version, trace_id, span, sent_flags = sent["traceparent"].split("-")
    assert (version, sent_flags) == ("00", flags)
    assert trace_id == sent["x-trace-id"]
    assert (trace_id == TRACE) is (trace is not None)
    assert trace_id != "0" * 32
    assert span != PARENT
    assert re.fullmatch("[0-9a-f]{16}", span)


def test_tracestate_is_passed_through_with_a_valid_traceparent_only(ask):
    app = Application()
    valid = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=1"}
    assert ask(app, "GET /", headers=valid).headers["tracestate"] == "vendor=1"
    assert "tracestate" not in ask(app, "GET /", headers={"tracestate": "vendor=1"}).headers


def test_without_propagation_only_the_request_id_is_sent(ask):
    app = Application({"observability": {"trace_propagation_enabled": False}})
    app.get("/", blocking=False)(lambda ctx: str(ctx.trace))
    answer = ask(app, "GET /", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    assert answer.text == "None"
    assert "x-request-id" in answer.headers
    assert not {"traceparent", "x-trace-id"} & answer.headers.keys()


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=20))
def test_no_input_makes_a_malformed_answer(traceparent, trace_id, state):
    fields = {b"traceparent": traceparent, b"x-trace-id": trace_id, b"tracestate": state}
    identity = identify(fields)
    assert re.fullmatch("00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", identity.traceparent)
    assert stamp_trace(None, fields).count(b"\r\n") == 4


def test_ids_are_unique():
    lines = {stamp_request(None, {}) for _ in range(1000)}
    assert len(lines) == 1000


def test_a_forked_process_draws_other_ids():
    stamp_request(None, {})
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, stamp_request(None, {}))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        assert os.read(reading, 1000) not in {stamp_request(None, {}) for _ in range(100)}
    finally:
        os.close(reading)
        os.close(writing)
