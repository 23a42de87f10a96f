"""What a server does not take, and what it takes no more of."""

from __future__ import annotations

import re

import pytest
from arlen_http import HTTPSettings, RequestLimits, Response

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def echo(request):
    return Response(f"{request.method} ".encode() + request.content)


def statuses(answers):
    return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", answers)]


@pytest.mark.parametrize(("length", "status"), [(96, 200), (97, 431)])
def test_a_field_that_is_too_long_is_refused(answer, backend, length, status):
    data = LAST[:-2] + b"X-Y: " + b"v" * (length - 3) + b"\r\n\r\n"
    limits = RequestLimits(max_header_field_bytes=96)
    assert statuses(answer(echo, data, request_limits=limits, http_parser_backend=backend)) == [status]


def test_the_last_request_of_a_connection_says_so(answer):
    answers = answer(echo, GET * 3, request_limits=RequestLimits(max_requests_per_connection=2))
    assert re.findall(rb"connection: ([\w-]+)", answers) == [b"keep-alive", b"close"]


@pytest.mark.parametrize(("strict", "status"), [(False, 200), (True, 400)])
def test_a_request_line_without_version_is_served_unless_that_is_turned_off(answer, strict, status):
    settings = HTTPSettings(strict_request_line=strict)
    assert statuses(answer(echo, b"GET /\r\nConnection: close\r\n\r\n", http=settings)) == [status]


@pytest.mark.parametrize(("allowed", "status"), [(False, 405), (True, 200)])
def test_trace_is_not_allowed_unless_it_is_turned_on(answer, allowed, status):
    data = LAST.replace(b"GET", b"TRACE")
    assert statuses(answer(echo, data, http=HTTPSettings(allow_trace=allowed))) == [status]


def test_the_server_says_itself_what_it_can_do(converse):
    async def story(talk):
        return await talk(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), talk.server.stats().refusals

    answered, refusals = converse(echo, story)
    assert statuses(answered) == [204]
    assert b"\r\nallow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n" in answered
    assert b"content-" not in answered
    assert not refusals


class Limited:
    """An application that allows ``/<number>`` so many bytes, and ``/`` what the server allows."""

    def __init__(self, streams):
        self.streams = streams
        self.asked = []

    def body_limit(self, request):
        self.asked.append(request.raw_path)
        return int(request.path[1:]) if request.path != "/" else None

    def handle(self, request):
        return self.read(request) if self.streams else echo(request)

    async def read(self, request):
        return Response(f"{request.method} ".encode() + await request.body())


@pytest.fixture(params=[False, True], ids=["gathered", "streamed"])
def limited(request):
    return Limited(request.param)


def post(path, body, framing):
    fields = f"Content-Length: {len(body)}" if framing == "sized" else "Transfer-Encoding: chunked"
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n\r\n".encode()
    return head + (body if framing == "sized" else b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


@pytest.mark.parametrize("framing", ["sized", "chunked"])
@pytest.mark.parametrize(
    ("path", "length", "status"),
    [("/", 8, 200), ("/", 9, 413), ("/20", 20, 200), ("/20", 21, 413), ("/4", 4, 200), ("/4", 5, 413), ("/0", 1, 413)],
)
def test_an_application_may_know_how_much_a_request_may_hold(answer, limited, framing, path, length, status):
    data = post(path, b"x" * length, framing)
    assert statuses(answer(limited, data, request_limits=RequestLimits(max_body_bytes=8))) == [status]
    assert limited.asked == [path]


def test_an_application_is_asked_only_about_bodies_and_before_they_are_awaited(answer, limited):
    head = b"POST /0 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    assert statuses(answer(limited, GET + head)) == [200, 413]
    assert limited.asked == ["/0"]


def test_a_limit_that_cannot_be_told_is_the_fault_of_the_application(answer, limited, caplog):
    assert statuses(answer(limited, post("/nonsense", b"x", "sized"))) == [500]
    assert "ValueError" in caplog.text
