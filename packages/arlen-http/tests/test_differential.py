"""The two backends are one parser: whatever arrives, and however it is cut, they read the same or refuse alike.

``ARLEN_DIFFERENTIAL_EXAMPLES=20000`` looks longer, and elsewhere every time.
"""

from __future__ import annotations

import os
from itertools import pairwise

from arlen_http import BufferedRequest, RequestParseError, parse_buffered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = os.environ.get("ARLEN_DIFFERENTIAL_EXAMPLES")

profile = settings(
    max_examples=int(EXAMPLES or 400),
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

# Bytes that mean something to one parser or another, beside those that mean nothing to any.
telling = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\t", b" ", b":", b";", b",", b"\0", b"\x0b", b"\x7f", b"\xc3", b"\xff"]
)
token = st.text("abcXYZ-_!#$%&'*+.^`|~0", min_size=1, max_size=8).map(str.encode)
value = st.one_of(token, st.binary(max_size=6), st.lists(st.one_of(token, telling), max_size=4).map(b"".join))

names = st.one_of(
    token,
    st.sampled_from(
        [b"Host", b"content-length", b"Transfer-Encoding", b"Connection", b"Expect", b"Upgrade", b"Cookie"]
    ),
)
known_values = st.sampled_from(
    [
        b"a",
        b"0",
        b"3",
        b"+3",
        b"3, 3",
        b"chunked",
        b"gzip, chunked",
        b"close",
        b"keep-alive, Close",
        b"Upgrade",
        b"websocket",
        b"100-continue",
        b" \t x \t ",
        b"",
    ]
)
field = st.tuples(names, st.sampled_from([b": ", b":", b" :", b":\t"]), st.one_of(known_values, value)).map(b"".join)

methods = st.sampled_from(
    [b"GET", b"POST", b"HEAD", b"OPTIONS", b"PATCH", b"CONNECT", b"BREW", b"get", b"M-SEARCH", b"PRI"]
)
targets = st.sampled_from([b"/", b"/a?b=c", b"*", b"http://h/p?q", b"h:1", b"/a#b", b"/\xc3\xa9", b"//x", b"http://h"])
versions = st.sampled_from([b" HTTP/1.1", b" HTTP/1.0", b"", b" HTTP/2.0", b" http/1.1", b" ICE/1.0", b" HTTP/1.1 "])
line = st.tuples(methods, st.just(b" "), targets, versions).map(b"".join)
line_end = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\n ", b"\r\n\t", b"\r\r\n"])

body = st.one_of(
    st.just(b""),
    st.binary(max_size=5),
    st.lists(st.sampled_from([b"3\r\nabc\r\n", b"0\r\n", b"\r\n", b"A;x=y\r\n", b"X: y\r\n", b"abc"]), max_size=5).map(
        b"".join
    ),
)


@st.composite
def messages(draw):
    """A request that is nearly lawful, in the places where parsers differ."""
    parts = [draw(line), draw(line_end)]
    if draw(st.integers(0, 9)):
        parts += [b"Host: h", draw(line_end)]
    for _ in range(draw(st.integers(0, 4))):
        parts += [draw(field), draw(line_end)]
    return b"".join([*parts, draw(line_end), draw(body)])


@st.composite
def mutated(draw):
    """A stream of requests in which some bytes are not what was sent."""
    data = b"".join(draw(st.lists(messages(), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(data)))
        data = data[:place] + draw(st.one_of(telling, st.binary(max_size=2))) + data[place + draw(st.integers(0, 2)) :]
    return data


def parsed(data, backend):
    """The first request in full, or code and status of the refusal."""
    try:
        found: BufferedRequest = parse_buffered(data, backend)
    except RequestParseError as error:
        return error.code, error.details["status"]
    return *found[1:], found.request and parts(found.request)


def parts(request):
    return (
        request.method,
        request.raw_path,
        request.query_string,
        request.http_version,
        request.raw_headers,
        request.content,
        request.trailers,
        request.query.items(),
        request.cookies,
    )


@profile
@given(data=messages())
def test_both_backends_understand_a_message_alike(data):
    assert parsed(data, "httptools") == parsed(data, "h11")


@profile
@given(data=mutated())
def test_both_backends_understand_a_mutated_stream_alike(data):
    assert parsed(data, "httptools") == parsed(data, "h11")


@profile
@given(data=mutated(), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_both_backends_read_a_stream_alike_however_it_is_cut(outcomes, data, cuts):
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert outcomes("httptools", *pieces) == outcomes("h11", *pieces)
