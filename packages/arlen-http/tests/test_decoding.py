"""Request bodies that were sent compressed."""

from __future__ import annotations

import zlib

import pytest
from arlen_http import BodyNotReadError, HTTPSettings, RequestLimits, Response

ON = HTTPSettings(decode_content=True)
TEXT = b'{"a": "' + b"x" * 5000 + b'"}'


def gzipped(data):
    return zlib.compress(data, wbits=31)


CODED = {
    "gzip": gzipped(TEXT),
    "x-gzip": gzipped(TEXT[:7]) + gzipped(TEXT[7:]),
    "Deflate": zlib.compress(TEXT),
}


async def echo(request):
    return Response(await request.body(), headers={"x-fields": ",".join(request.headers)})


def echo_complete(request):
    return Response(request.content)


async def echo_stream(request):
    return Response(b"".join([piece async for piece in request.stream()]))


async def read_json(request):
    return Response((await request.json())["a"])


async def read_form(request):
    return Response((await request.form())["a"])


@pytest.fixture
def post(answer):
    def post(app, body, *fields, pieces=1, **settings):
        lines = ["POST / HTTP/1.1", "Host: a", "Connection: close", f"Content-Length: {len(body)}", *fields, "", ""]
        size = len(body) // pieces + 1
        parts = [body[start : start + size] for start in range(0, len(body), size)]
        head, _, content = answer(app, "\r\n".join(lines).encode(), *parts, **settings).partition(b"\r\n\r\n")
        return int(head.split()[1]), head, content

    return post


@pytest.mark.parametrize("coding", sorted(CODED))
@pytest.mark.parametrize("app", [echo, echo_complete, echo_stream])
@pytest.mark.parametrize("pieces", [1, 7])
def test_a_coded_body_is_read_as_what_it_encodes(post, coding, app, pieces):
    status, _, content = post(app, CODED[coding], f"Content-Encoding: {coding}", pieces=pieces, http=ON)
    assert (status, content == TEXT) == (200, True)


def test_the_handler_does_not_see_the_coding(post):
    _, head, _ = post(echo, CODED["gzip"], "Content-Encoding: gzip", http=ON)
    assert b"x-fields: host,connection\r\n" in head


def test_every_way_to_understand_a_body_takes_it_decoded(post):
    assert post(read_json, CODED["gzip"], "Content-Encoding: gzip", http=ON)[2] == b"x" * 5000
    form = ("Content-Encoding: gzip", "Content-Type: application/x-www-form-urlencoded")
    assert post(read_form, gzipped(b"a=1"), *form, http=ON)[2] == b"1"
    form = ("Content-Encoding: gzip", "Content-Type: multipart/form-data; boundary=B")
    body = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--\r\n'
    assert post(read_form, gzipped(body), *form, http=ON)[2] == b"1"


@pytest.mark.parametrize("app", [echo, echo_complete, echo_stream])
@pytest.mark.parametrize("pieces", [1, 7])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzipped(b"x" * 10_001), 413),
        (gzipped(b"x" * 1_000_000), 413),
        (gzipped(b"x") * 400, 200),
        (gzipped(TEXT)[:-1], 400),
        (gzipped(TEXT) + b"rest", 400),
        (b"not gzip at all", 400),
    ],
)
def test_the_limit_holds_for_what_is_decoded_and_faults_are_refused(post, app, pieces, body, status):
    limits = RequestLimits(max_body_bytes=10_000)
    found = post(app, body, "Content-Encoding: gzip", pieces=pieces, http=ON, request_limits=limits)[0]
    assert found == status


@pytest.mark.parametrize("app", [read_json, read_form])
@pytest.mark.parametrize(
    ("coding", "settings"),
    [("gzip", HTTPSettings()), ("br", ON), ("gzip, gzip", ON), ("compress", HTTPSettings())],
)
def test_a_body_in_another_coding_is_not_understood(post, app, coding, settings):
    kind = "Content-Type: multipart/form-data; boundary=B"
    assert post(app, b"{}", f"Content-Encoding: {coding}", kind, http=settings)[0] == 415


@pytest.mark.parametrize("settings", [HTTPSettings(), ON])
def test_identity_is_no_coding(post, settings):
    assert post(read_json, b'{"a": "b"}', "Content-Encoding: Identity", http=settings)[2] == b"b"


def test_bytes_are_handed_on_as_they_were_sent_unless_they_are_to_be_decoded(post):
    assert post(echo, CODED["gzip"], "Content-Encoding: gzip")[2] == CODED["gzip"]


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("read", "read", TEXT),
        ("read", "stream", TEXT),
        ("stream", "stream", "body_consumed"),
        ("stream", "read", "body_consumed"),
    ],
)
def test_a_decoded_body_that_is_streamed_is_gone(converse, first, second, outcome):
    outcomes = []

    async def read(request):
        return await request.body()

    async def stream(request):
        return b"".join([piece async for piece in request.stream()])

    ways = {"read": read, "stream": stream}

    async def handle(request):
        assert await ways[first](request) == TEXT
        try:
            outcomes.append(await ways[second](request))
        except BodyNotReadError as error:
            outcomes.append(error.code)
        return Response()

    async def story(talk):
        async with talk.connection() as (reader, writer):
            fields = f"Content-Encoding: gzip\r\nContent-Length: {len(CODED['gzip'])}\r\nConnection: close"
            writer.write(f"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{fields}\r\n\r\n".encode())
            await reader.readuntil(b"100 Continue\r\n\r\n")
            writer.write(CODED["gzip"])
            await reader.read()

    converse(handle, story, http=ON)
    assert outcomes == [outcome]
