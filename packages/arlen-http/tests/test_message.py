"""Requests from bytes in memory, on both backends; and which backend there is."""

from __future__ import annotations

from collections.abc import Callable

import arlen_http
import pytest
from arlen_http import RequestLimits, RequestParseError, parse_buffered, parse_request

POST = b"POST /a%20b?x=1&x=2 HTTP/1.1\r\nHost: h\r\nCookie: c=d\r\nX: \t y \t\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nDigest: x\r\n\r\n"
UPGRADE = b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
LARGE = b"GET /?%b HTTP/1.1\r\nHost: h\r\n" % (b"q" * 3000) + b"X-Field: value\r\n" * 181 + b"\r\n"


def test_a_request_has_its_parts(backend):
    request = parse_request(POST, backend)
    assert (request.method, request.raw_path, request.query_string) == ("POST", "/a%20b", "x=1&x=2")
    assert (request.http_version, request.content) == ("1.1", b"abc")
    assert (request.headers["x"], request.query["x"], request.cookies["c"]) == ("y", "2", "d")


def test_chunks_are_joined_and_trailers_kept_apart(backend):
    request = parse_request(CHUNKED, backend)
    assert request.content == b"abc"
    assert request.trailers == {"digest": "x"}
    assert "digest" not in request.headers


def test_a_line_without_a_version_is_read_as_http_1_1(backend):
    request = parse_request(b"POST /healthz\r\nContent-Length: 2\r\nCookie: a=b\r\n\r\nok", backend)
    assert (request.http_version, request.content, request.cookies["a"]) == ("1.1", b"ok", "b")
    assert request.head.keep_alive


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "missing_request_line"),
        (b"\r\n\r\n", "missing_request_line"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: \xff\r\n\r\n", "invalid_encoding"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n\xc3: y\r\n\r\n", "invalid_encoding"),
        (b"GET / HTTP/1.1\r\n\r\n", "invalid_request"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n", "invalid_request"),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", "invalid_request"),
        (POST + b"G", "invalid_request"),
        (POST[:-1], "invalid_request"),
        (CHUNKED.replace(b": x", b": \xff"), "invalid_encoding"),
    ],
)
def test_what_is_no_request_says_what_it_is(backend, data, code):
    with pytest.raises(RequestParseError) as caught:
        parse_request(data, backend)
    assert caught.value.code == code


def test_a_refusal_names_what_a_server_would_answer(backend):
    with pytest.raises(RequestParseError) as caught:
        parse_request(b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", backend)
    assert caught.value.details == {"status": 505, "reason": "unsupported_version"}


@pytest.mark.parametrize("data", [POST, CHUNKED, UPGRADE, LARGE])
def test_an_incomplete_message_is_none_and_a_complete_one_gives_its_length(backend, data):
    head = data.index(b"\r\n\r\n") + 4
    for end in range(0, len(data), 1 if len(data) < 1000 else 97):
        assert parse_buffered(data[:end], backend)[:3] == (None, 0, end >= head)
    found = parse_buffered(data + POST, backend)
    assert found.consumed == len(data)
    assert found.request is not None
    assert parse_request((data + POST)[found.consumed :], backend).content == b"abc"


@pytest.mark.parametrize(
    ("data", "length"), [(POST, 3), (POST[:-1], 3), (POST[:20], None), (CHUNKED, None), (UPGRADE, 0)]
)
def test_the_announced_length_is_told_as_soon_as_the_head_is_there(backend, data, length):
    assert parse_buffered(data, backend).content_length == length


def test_limits_count_when_they_are_given(backend):
    assert len(parse_request(LARGE, backend).raw_headers) == 182
    with pytest.raises(RequestParseError) as caught:
        parse_request(LARGE, backend, limits=RequestLimits())
    assert caught.value.details["status"] == 431


def test_both_backends_are_introduced():
    assert arlen_http.parser_backend_name() == arlen_http.parser_backend_name("llhttp") == "httptools"
    for name in ("httptools", "h11"):
        assert arlen_http.parser_backend_available(name)
        assert arlen_http.parser_backend_version(name).count(".") >= 2


def test_h11_takes_the_place_of_an_absent_httptools(import_blocker: Callable[..., None]):
    import_blocker("httptools", forget=["arlen_http"])
    import arlen_http

    assert arlen_http.parser_backend_name() == "h11"
    assert not arlen_http.parser_backend_available()
    assert arlen_http.parser_backend_version() == "disabled"
    assert arlen_http.parse_request(POST).content == b"abc"


def test_without_any_backend_the_extra_is_named(import_blocker: Callable[..., None]):
    import_blocker("httptools", "h11", forget=["arlen_http"])
    import arlen_http

    with pytest.raises(arlen_http.MissingDependencyError, match=r"arlen-http\[h11\]"):
        arlen_http.parse_request(POST)
