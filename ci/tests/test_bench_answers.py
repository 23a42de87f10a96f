import json

import pytest

from ci.bench.scenarios import BLOB, ECHO, HEALTHZ, STATUS, Answer
from ci.bench.subjects.content import SECURITY_HEADERS, request_id


def answer(body, media_type="application/json", status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": media_type, **named}, body)


@pytest.mark.parametrize(
    ("scenario", "given"),
    [
        (HEALTHZ, answer(b"ok\n", "text/plain")),
        (HEALTHZ, answer(b"ok\n", "text/plain; charset=utf-8")),
        (STATUS, answer(b'{"ok":true,"server":"bench","timestamp":1.5}')),
        (STATUS, answer(b'{"timestamp": 17, "server": "bench", "ok": true}')),
    ],
)
def test_spelling_does_not_make_an_answer_different(scenario, given):
    assert list(scenario.differences(given, given)) == []


@pytest.mark.parametrize(
    ("scenario", "given", "reason"),
    [
        (HEALTHZ, answer(b"ok", "text/plain"), "another body"),
        (HEALTHZ, answer(b"ok\n", "text/html"), "content type 'text/html'"),
        (HEALTHZ, answer(b"ok\n", "text/plain", status=404), "status 404"),
        (STATUS, answer(b'{"ok":true,"server":"bench","timestamp":"now"}'), "another body"),
        (STATUS, answer(b'{"ok":true,"server":"bench"}'), "another body"),
        (STATUS, answer(b"ok"), "a body that is not application/json"),
        (BLOB, answer(b"\0" * 1024, "application/octet-stream"), "(1024 bytes)"),
    ],
)
def test_less_work_is_a_different_answer(scenario, given, reason):
    (difference,) = scenario.differences(given, given)
    assert reason in difference


def echo(**headers):
    body = json.dumps({"name": "hank", "path": "/api/echo/hank"}).encode()
    return Answer(200, {"content-type": "application/json", **SECURITY_HEADERS, **headers}, body)


def test_the_echo_must_carry_the_default_headers():
    first, second = (echo(**{"x-request-id": request_id(), "x-frame-options": "DENY"}) for _ in range(2))
    assert list(ECHO.differences(first, second)) == ["header x-frame-options: 'DENY' instead of 'SAMEORIGIN'"]


def test_a_request_id_must_be_new_for_each_request():
    same = echo(**{"x-request-id": request_id()})
    (difference,) = ECHO.differences(same, same)
    assert "x-request-id is not fresh" in difference
    assert list(ECHO.differences(same, echo(**{"x-request-id": request_id()}))) == []


def test_a_request_id_must_be_32_hex_digits():
    first, second = (echo(**{"x-request-id": str(number)}) for number in range(2))
    (difference,) = ECHO.differences(first, second)
    assert "x-request-id is not fresh" in difference
