"""What bytes mean, on both backends, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

HOST = b"Host: a\r\n"


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def get(*lines: bytes, line: bytes = b"GET / HTTP/1.1") -> bytes:
    return line + b"\r\n" + b"".join(field + b"\r\n" for field in lines) + b"\r\n"


ACCEPTED = {
    "small": (get(b"Host: a"), [("GET", "/", b"")]),
    "query": (get(b"Host: a", line=b"GET /p/%20?a=1?b HTTP/1.1"), [("GET", "/p/%20", b"")]),
    "no version": (get(b"Host: a", line=b"GET /healthz"), [("GET", "/healthz", b"")]),
    "no version, body": (b"POST /x\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", [("POST", "/x", b"ab")]),
    "http/1.0 without host": (get(line=b"GET / HTTP/1.0"), [("GET", "/", b"")]),
    "absolute target": (get(b"Host: b", line=b"GET http://h:80/p?q HTTP/1.1"), [("GET", "/p", b"")]),
    "absolute target, no path": (get(b"Host: b", line=b"GET http://h?q HTTP/1.1"), [("GET", "/", b"")]),
    "asterisk": (get(b"Host: a", line=b"OPTIONS * HTTP/1.1"), [("OPTIONS", "*", b"")]),
    "length": (post(b"Content-Length: 3", body=b"abc"), [("POST", "/", b"abc")]),
    "length, space around": (post(b"Content-Length: \t3 ", body=b"abc"), [("POST", "/", b"abc")]),
    "chunked": (
        post(b"Transfer-Encoding: Chunked", body=b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"),
        [("POST", "/", b"abc0123456789")],
    ),
    "chunks that look like ends": (
        post(b"Transfer-Encoding: chunked", body=b"7\r\n\r\n0\r\n\r\n\r\n0\r\nX: y\r\n\r\n"),
        [("POST", "/", b"\r\n0\r\n\r\n")],
    ),
    "upgrade with a body": (
        post(b"Connection: upgrade", b"Upgrade: websocket", b"Content-Length: 19", body=b"GET / HTTP/1.1\r\n\r\n!"),
        [("POST", "/", b"GET / HTTP/1.1\r\n\r\n!")],
    ),
    "pipelined": (
        get(b"Host: a") + post(b"Content-Length: 1", body=b"x") + b"\r\n" + get(b"Host: a", line=b"HEAD /z HTTP/1.1"),
        [("GET", "/", b""), ("POST", "/", b"x"), ("HEAD", "/z", b"")],
    ),
    "after a closing request": (
        get(b"Host: a", b"Connection: close") + get(b"Host: a"),
        [("GET", "/", b""), ("GET", "/", b"")],
    ),
    "empty host": (get(b"Host:"), [("GET", "/", b"")]),
    "ipv6 host": (get(b"Host: [::1]:80"), [("GET", "/", b"")]),
    "utf-8 value": (get(b"Host: a", "X: é".encode()), [("GET", "/", b"")]),
}

REFUSED = {
    "no host": (get(), 400),
    "two hosts": (get(b"Host: a", b"Host: a"), 400),
    "bad host": (get(b"Host: a b"), 400),
    "bad host, path": (get(b"Host: a/b"), 400),
    "http/0.9": (get(b"Host: a", line=b"GET / HTTP/0.9"), 505),
    "http/1.2": (get(b"Host: a", line=b"GET / HTTP/1.2"), 505),
    "http/2.0": (get(b"Host: a", line=b"GET / HTTP/2.0"), 505),
    "http/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "rtsp": (get(b"Host: a", line=b"GET / RTSP/1.0"), 400),
    "ice": (get(b"Host: a", line=b"SOURCE / ICE/1.0"), 400),
    "lower-case version": (get(b"Host: a", line=b"GET / http/1.1"), 400),
    "lower-case method": (get(b"Host: a", line=b"get / HTTP/1.1"), 400),
    "two spaces": (get(b"Host: a", line=b"GET  / HTTP/1.1"), 400),
    "tab": (get(b"Host: a", line=b"GET\t/ HTTP/1.1"), 400),
    "space in target": (get(b"Host: a", line=b"GET /a b HTTP/1.1"), 400),
    "fragment": (get(b"Host: a", line=b"GET /a#b HTTP/1.1"), 400),
    "relative target": (get(b"Host: a", line=b"GET x HTTP/1.1"), 400),
    "userinfo": (get(b"Host: a", line=b"GET http://u@h/ HTTP/1.1"), 400),
    "raw utf-8 target": (get(b"Host: a", line="GET /é HTTP/1.1".encode()), 400),
    "unknown method": (get(b"Host: a", line=b"BREW / HTTP/1.1"), 501),
    "connect": (get(b"Host: a", line=b"CONNECT a:1 HTTP/1.1"), 501),
    "both framings": (post(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "both framings, turned": (post(b"Transfer-Encoding: chunked", b"Content-Length: 3", body=b"abc"), 400),
    "repeated length": (post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"), 400),
    "listed length": (post(b"Content-Length: 3, 3", body=b"abc"), 400),
    "signed length": (post(b"Content-Length: +3", body=b"abc"), 400),
    "negative length": (post(b"Content-Length: -3"), 400),
    "empty length": (post(b"Content-Length:"), 400),
    "word length": (post(b"Content-Length: abc"), 400),
    "length in other digits": (post("Content-Length: ٣".encode(), body=b"abc"), 400),
    "huge length": (post(b"Content-Length: 999999999999999999999999999"), 413),
    "length above the limit": (post(b"Content-Length: 1048577"), 413),
    "length above the limit in a bad head": (post(b"Content-Length: 1048577", b"bad header: x"), 413),
    "unknown coding": (post(b"Transfer-Encoding: gzip, chunked"), 501),
    "unknown coding alone": (post(b"Transfer-Encoding: xchunked"), 501),
    "chunked twice": (post(b"Transfer-Encoding: chunked, chunked"), 400),
    "chunked in two fields": (post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), 400),
    "chunked not last": (post(b"Transfer-Encoding: chunked, gzip"), 400),
    "empty coding": (post(b"Transfer-Encoding:"), 400),
    "coding in 1.0": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "unknown expectation": (post(b"Expect: fish", b"Content-Length: 1"), 417),
    "chunk size zz": (post(b"Transfer-Encoding: chunked", body=b"zz\r\n"), 400),
    "chunk size 0x3": (post(b"Transfer-Encoding: chunked", body=b"0x3\r\nabc\r\n0\r\n\r\n"), 400),
    "chunk size with space": (post(b"Transfer-Encoding: chunked", body=b"3 \r\nabc\r\n0\r\n\r\n"), 400),
    "chunk size overflow": (post(b"Transfer-Encoding: chunked", body=b"ffffffffffffffff1\r\n"), 400),
    "chunk size above limit": (post(b"Transfer-Encoding: chunked", body=b"ffffffffffffffff\r\n"), 413),
    "chunk line with lf": (post(b"Transfer-Encoding: chunked", body=b"3\nabc\r\n0\r\n\r\n"), 400),
    "lf in extension": (post(b"Transfer-Encoding: chunked", body=b"3;a\nb\r\nabc\r\n0\r\n\r\n"), 400),
    "chunk too long": (post(b"Transfer-Encoding: chunked", body=b"3\r\nabcd\r\n0\r\n\r\n"), 400),
    "long chunk line": (post(b"Transfer-Encoding: chunked", body=b"3;" + b"x" * 2000), 400),
    "long trailer": (post(b"Transfer-Encoding: chunked", body=b"0\r\nX: " + b"y" * 9000), 431),
    "bad trailer": (post(b"Transfer-Encoding: chunked", body=b"0\r\nbad name: x\r\n\r\n"), 400),
    "trailer with lf": (post(b"Transfer-Encoding: chunked", body=b"0\r\nX: y\n\r\n"), 400),
    "lf only": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "bare cr": (get(b"Host: a", b"X: a\rb"), 400),
    "nul": (get(b"Host: a", b"X: a\x00b"), 400),
    "control byte": (get(b"Host: a", b"X: a\x01b"), 400),
    "del": (get(b"Host: a", b"X: a\x7fb"), 400),
    "folded line": (get(b"Host: a", b"X: a", b" b"), 400),
    "space before colon": (get(b"Host : a"), 400),
    "no colon": (get(b"Host: a", b"foo"), 400),
    "empty name": (get(b"Host: a", b": x"), 400),
    "not utf-8": (get(b"Host: a", b"X: \xff"), 400),
    "utf-8 name": (get(b"Host: a", "é: x".encode()), 400),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "too many fields": (get(b"Host: a", *(b"X: y" for _ in range(100))), 431),
    "long line": (get(b"Host: a", line=b"GET /" + b"a" * 5000 + b" HTTP/1.1"), 431),
    "long line, endless": (b"GET /" + b"a" * 5000, 431),
    "long head": (get(b"Host: a", b"X: " + b"a" * 40_000), 431),
    "long head, endless": (b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000, 431),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_lawful_request_is_read_whole_and_byte_by_byte(backend, outcomes, case):
    data, expected = ACCEPTED[case]
    whole = outcomes(backend, data)
    assert [(method, path, body) for method, path, _, _, _, _, body, _ in whole] == expected
    assert outcomes(backend, *(bytes([byte]) for byte in data)) == whole
    for cut in range(1, len(data)):
        assert outcomes(backend, data[:cut], data[cut:]) == whole


@pytest.mark.parametrize("case", REFUSED)
def test_an_unlawful_request_is_refused_with_one_status_however_it_is_cut(backend, outcomes, case):
    data, status = REFUSED[case]
    assert outcomes(backend, data) == [(status,)]
    cuts = range(1, len(data)) if len(data) < 1000 else range(1, len(data), 997)
    for cut in cuts:
        assert outcomes(backend, data[:cut], data[cut:]) == [(status,)], cut


@pytest.mark.parametrize(
    ("lines", "line", "keep_alive"),
    [
        ([], b"GET / HTTP/1.1", True),
        ([b"Connection: close"], b"GET / HTTP/1.1", False),
        ([b"Connection: keep-alive, Close"], b"GET / HTTP/1.1", False),
        ([b"Connection: keep-alive", b"Connection: close"], b"GET / HTTP/1.1", False),
        ([], b"GET / HTTP/1.0", False),
        ([b"Connection: Keep-Alive"], b"GET / HTTP/1.0", True),
        ([], b"GET /", True),
    ],
)
def test_the_connection_goes_on_as_the_request_says(backend, outcomes, lines, line, keep_alive):
    assert outcomes(backend, get(b"Host: a", *lines, line=line))[0][4] is keep_alive


def test_an_absolute_target_replaces_the_host(backend, outcomes):
    [(_, _, query, _, _, fields, _, _)] = outcomes(backend, ACCEPTED["absolute target"][0])
    assert (query, fields) == ("q", [(b"host", b"h:80")])


def test_trailers_are_kept_apart(backend, outcomes):
    data = post(b"Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\nDigest: a \r\nHost: evil\r\n\r\n")
    [(_, _, _, _, _, fields, body, trailers)] = outcomes(backend, data)
    assert body == b"x"
    assert trailers == [(b"digest", b"a"), (b"host", b"evil")]
    assert (b"host", b"evil") not in fields


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (get(b"Host: 127.0.0.1", b"Connection: close", line=b"GET /healthz HTTP/1.1"), None),
        (get(b"Host: 127.0.0.1", b"Content-Length: abc", line=b"GET /healthz HTTP/1.1"), 400),
        (get(b"Host: 127.0.0.1", b"Content-Length: 17", line=b"GET /healthz HTTP/1.1") + b"1234567890abcdefg", 413),
        (get(b"Host: 127.0.0.1", b"X-Big:" + b"a" * 96, line=b"GET /healthz HTTP/1.1"), 431),
        (get(b"Host: 127.0.0.1", line=b"GET /" + b"a" * 80 + b" HTTP/1.1"), 431),
    ],
)
def test_small_limits_hold(backend, outcomes, data, status):
    limits = {"max_request_line_bytes": 48, "max_header_bytes": 80, "max_body_bytes": 16}
    result = outcomes(backend, data, **limits)
    assert result[0][0] == (status or "GET")


@pytest.mark.parametrize(("size", "refused"), [(16, False), (17, True)])
@pytest.mark.parametrize("framing", ["length", "one chunk", "two chunks"])
def test_the_body_limit_counts_decoded_bytes(backend, outcomes, size, refused, framing):
    body = b"x" * size
    if framing == "length":
        data = post(b"Content-Length: %d" % size, body=body)
    elif framing == "one chunk":
        data = post(b"Transfer-Encoding: chunked", body=b"%x\r\n%b\r\n0\r\n\r\n" % (size, body))
    else:
        chunks = b"8\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (body[:8], size - 8, body[8:])
        data = post(b"Transfer-Encoding: chunked", body=chunks)
    result = outcomes(backend, data, max_body_bytes=16)
    assert result == [(413,)] if refused else result[0][6] == body


@pytest.mark.parametrize("spare", [0, -1])
def test_limits_of_the_head_are_exact(backend, outcomes, spare):
    data = get(b"Host: a")
    accepted = spare == 0
    line = outcomes(backend, data, max_request_line_bytes=len(b"GET / HTTP/1.1") + spare)
    head = outcomes(backend, data, max_header_bytes=len(data) + spare)
    count = outcomes(backend, get(b"Host: a", b"X: y"), max_header_count=2 + spare)
    assert [result != [(431,)] for result in (line, head, count)] == [accepted] * 3


def test_limits_count_each_pipelined_message_alone(backend, outcomes):
    data = get(b"Host: a")
    assert len(outcomes(backend, data * 50, max_header_bytes=len(data))) == 50


# Laws that hold for any bytes.

TOKENS = st.sampled_from(
    [
        b"GET",
        b"POST",
        b" ",
        b"  ",
        b"/",
        b"/a%20b?c",
        b"*",
        b"http://h/",
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"Host: a",
        b"Host:",
        b"Content-Length: ",
        b"content-length:3",
        b"Transfer-Encoding: chunked",
        b"Connection: upgrade",
        b"Upgrade: x",
        b"Expect: 100-continue",
        b"X: y ",
        b": ",
        b"\t",
        b"\x00",
        b"\x7f",
        b"\xc3\xa9",
        b"\xff",
        b"3\r\nabc\r\n",
        b"0\r\n",
        b"a",
        b'"',
        b"{|}",
        b"`^<>",
        b"\\",
    ]
)
NOISE = st.lists(TOKENS | st.binary(max_size=3), max_size=30).map(b"".join)
FIELD = st.sampled_from(
    [b"Host: a", b"Content-Length: 3", b"Transfer-Encoding: chunked", b"Connection: close", b"Expect: 100-continue"]
) | st.builds(lambda name, value: name + b":" + value, st.binary(min_size=1, max_size=3), st.binary(max_size=6))
NEARLY = st.builds(
    lambda method, target, fields, rest: (
        b"%b %b HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n%b" % (method, target, b"\r\n".join(fields), rest)
    ),
    st.sampled_from([b"GET", b"POST", b"OPTIONS", b"FOO"]),
    st.sampled_from([b"/", b"*"]) | st.binary(max_size=4).map(lambda tail: b"/" + tail),
    st.lists(FIELD, min_size=1, max_size=3),
    NOISE,
)


@settings(max_examples=400, deadline=None)
@given(NOISE | NEARLY)
def test_both_backends_agree_on_any_bytes(outcomes, data):
    assert outcomes("httptools", data) == outcomes("h11", data)


@settings(max_examples=200, deadline=None)
@given(NOISE | NEARLY, st.data())
def test_where_bytes_are_cut_changes_no_request_and_lets_no_refused_one_pass(outcomes, data, cuts):
    def told(found):
        return [outcome if len(outcome) > 1 else "refused" for outcome in found]

    cut = cuts.draw(st.integers(0, len(data)))
    assert told(outcomes("httptools", data[:cut], data[cut:])) == told(outcomes("httptools", data))
