"""Compressed responses."""

from __future__ import annotations

import asyncio
import sys
import zlib

import brotli
import pytest
from arlen_http import (
    ArlenHTTPError,
    CompressionSettings,
    FileResponse,
    Request,
    Response,
    ServerSettings,
    StreamResponse,
    compressed,
)
from arlen_http.asgi import to_asgi
from arlen_http.codings import accepted_codings, available_codings, coding_named
from arlen_http.errors import MissingDependencyError
from arlen_testkit.imports import import_blocker
from hypothesis import given
from hypothesis import strategies as st

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"All work and no play makes Jack a dull boy.\n" * 100
ON = CompressionSettings(enabled=True)


def ungzipped(data):
    return zlib.decompress(data, 31)


DECODERS = {"gzip": ungzipped, "br": brotli.decompress, "zstd": zstd.decompress}


@pytest.fixture
def fetch(answer):
    def fetch(app, *fields, method="GET", settings=ON):
        lines = [f"{method} / HTTP/1.1", "Host: a", "Connection: close", *fields, "", ""]
        head, _, body = answer(app, "\r\n".join(lines).encode(), compression=settings).partition(b"\r\n\r\n")
        status, *pairs = head.decode().split("\r\n")
        fields = dict(pair.split(": ", 1) for pair in pairs)
        if fields.get("transfer-encoding") == "chunked":
            body = unchunked(body)
        return int(status.split()[1]), fields, body

    return fetch


def unchunked(data):
    content = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        content, data = content + data[:length], data[length + 2 :]
    return content


@pytest.mark.parametrize(
    ("accept", "codings"),
    [
        ("", ()),
        ("gzip", ("gzip",)),
        ("gzip, br, zstd", ("zstd", "br", "gzip")),
        ("gzip;q=0.8, br;q=0.9", ("br", "gzip")),
        ("GZIP ; Q=1.0", ("gzip",)),
        ("*", ("zstd", "br", "gzip")),
        ("*;q=0.5, br;q=0", ("zstd", "gzip")),
        ("gzip;q=0", ()),
        ("gzip;q=0, *", ("zstd", "br")),
        ("identity", ()),
        ("identity;q=0.5, gzip;q=0.4, br;q=0.6", ("br",)),
        ("identity;q=0", ()),
        ("identity;q=0, gzip;q=0.1", ("gzip",)),
        ("*;q=0", ()),
        ("deflate, compress", ()),
        ("gzip;q=high, br;q=2", ()),
        (",, ;q=1", ()),
    ],
)
def test_the_client_chooses_among_what_is_offered(accept, codings):
    assert accepted_codings(accept, ("zstd", "br", "gzip")) == codings


@given(st.lists(st.binary(max_size=200)), st.sampled_from(sorted(DECODERS)))
def test_every_coding_can_be_undone_whole_and_in_pieces(pieces, name):
    coding, decoded = coding_named(name), DECODERS[name]
    encoder = coding.encoder()
    assert decoded(coding.encode(b"".join(pieces))) == b"".join(pieces)
    assert decoded(b"".join(map(encoder.piece, pieces)) + encoder.finish()) == b"".join(pieces)


def test_a_piece_can_be_decoded_on_arrival():
    arrived = {name: coding_named(name).encoder().piece(b"data: tick\n\n") for name in DECODERS}
    readers = {"gzip": zlib.decompressobj(31), "zstd": zstd.ZstdDecompressor()}
    assert brotli.Decompressor().process(arrived["br"]) == b"data: tick\n\n"
    assert all(reader.decompress(arrived[name]) == b"data: tick\n\n" for name, reader in readers.items())


@pytest.mark.parametrize("coding", sorted(DECODERS))
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_text_is_sent_in_the_coding_that_the_client_accepts(fetch, coding, asynchronous):
    def plain(request):
        return Response(TEXT, headers={"etag": '"v1"', "content-length": "1"})

    async def handle(request):
        return plain(request)

    status, fields, body = fetch(handle if asynchronous else plain, f"Accept-Encoding: {coding}")
    assert (status, fields["content-encoding"], fields["vary"]) == (200, coding, "Accept-Encoding")
    assert (fields["etag"], fields["content-length"]) == ('W/"v1"', str(len(body)))
    assert len(body) < len(TEXT) / 5
    assert DECODERS[coding](body) == TEXT


def test_the_server_prefers_as_it_is_configured(fetch):
    settings = CompressionSettings(enabled=True, algorithms=("gzip", "br"))
    fields = fetch(lambda request: Response(TEXT), "Accept-Encoding: zstd, br, gzip", settings=settings)[1]
    assert fields["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "respond",
    [
        lambda: Response(TEXT[:1000]),
        lambda: Response(TEXT, content_type="image/png"),
        lambda: Response(TEXT, content_type=""),
        lambda: Response(TEXT, 206, {"content-range": f"bytes 0-{len(TEXT) - 1}/9999"}),
        lambda: Response(TEXT, headers={"content-encoding": "identity"}),
        lambda: Response(TEXT, headers={"cache-control": "public, No-Transform"}),
        lambda: Response(TEXT, headers={"accept-ranges": "bytes"}),
    ],
)
def test_what_would_not_gain_or_must_not_change_is_left_alone(fetch, respond):
    expected = respond()
    status, fields, body = fetch(lambda request: respond(), "Accept-Encoding: gzip")
    assert (status, body) == (expected.status, expected.body)
    assert "vary" not in fields
    assert fields.get("content-encoding", "identity") == "identity"


def test_constant_fields_count_like_others(fetch):
    def handle(request):
        response = Response(TEXT)
        response.constant_headers = b'X-A: "b"\r\nETag: "v1"\r\nCache-Control: no-transform\r\n'
        if request.headers.get("x-transform"):
            response.constant_headers = response.constant_headers.replace(b"no-transform", b"no-store")
        return response

    assert "content-encoding" not in fetch(handle, "Accept-Encoding: gzip")[1]
    fields = fetch(handle, "Accept-Encoding: gzip", "X-Transform: 1")[1]
    assert (fields["content-encoding"], fields["ETag"], fields["X-A"]) == ("gzip", 'W/"v1"', '"b"')


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_stays_without(fetch, status):
    _, fields, body = fetch(lambda request: Response(TEXT, status), "Accept-Encoding: gzip")
    assert (body, "content-encoding" in fields) == (b"", False)


def test_a_response_without_a_coding_still_says_that_it_depends_on_the_field(fetch):
    _, fields, body = fetch(lambda request: Response(TEXT, headers={"vary": "Cookie"}))
    assert (fields["vary"], body) == ("Cookie, Accept-Encoding", TEXT)


def test_a_response_that_is_used_again_is_compressed_again(fetch):
    shared = Response(TEXT)
    for coding, decoded in DECODERS.items():
        assert decoded(fetch(lambda request: shared, f"Accept-Encoding: {coding}")[2]) == TEXT
    assert fetch(lambda request: shared)[2] == TEXT


@pytest.mark.parametrize("respond", [lambda: Response(TEXT), lambda: StreamResponse([TEXT])])
def test_head_tells_what_get_would(fetch, respond):
    got = fetch(lambda request: respond(), "Accept-Encoding: gzip")
    head = fetch(lambda request: respond(), "Accept-Encoding: gzip", method="HEAD")
    assert (head[0], head[2]) == (200, b"")
    assert {**head[1], "date": ""} == {**got[1], "date": ""}


@pytest.mark.parametrize("coding", sorted(DECODERS))
@pytest.mark.parametrize("length", [None, len(TEXT) * 3])
def test_a_stream_is_compressed_as_it_goes(fetch, coding, length):
    def handle(request):
        return StreamResponse([TEXT] * 3, headers={"etag": '"v1"'}, length=length)

    _, fields, body = fetch(handle, f"Accept-Encoding: {coding}")
    assert (fields["content-encoding"], fields["etag"]) == (coding, 'W/"v1"')
    assert "content-length" not in fields
    assert len(body) < len(TEXT)
    assert DECODERS[coding](body) == TEXT * 3


def test_a_length_that_was_declared_for_a_stream_is_that_of_the_original(fetch):
    headers = {"content-length": str(len(TEXT) * 3)}
    _, fields, body = fetch(lambda request: StreamResponse([TEXT] * 3, headers=headers), "Accept-Encoding: gzip")
    assert (ungzipped(body), "content-length" in fields) == (TEXT * 3, False)


@pytest.mark.parametrize("options", [{"content_type": "image/png"}, {"length": 3}])
def test_a_stream_that_would_not_gain_is_left_alone(fetch, options):
    _, fields, body = fetch(lambda request: StreamResponse(["abc"], **options), "Accept-Encoding: gzip")
    assert (body, "content-encoding" in fields) == (b"abc", False)


def test_an_event_arrives_before_the_next_one_exists(converse):
    seen = asyncio.Event()

    async def events():
        yield b"data: 1\n\n"
        await seen.wait()
        yield b"data: 2\n\n"

    async def story(talk):
        reader = zlib.decompressobj(31)
        async with talk.connection() as (stream, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n")
            await stream.readuntil(b"\r\n\r\n")
            first = reader.decompress(await chunk(stream))
            seen.set()
            return first, reader.decompress(await chunk(stream))

    async def chunk(stream):
        size = int(await stream.readline(), 16)
        return (await stream.readexactly(size + 2))[:-2]

    app = lambda request: StreamResponse(events(), content_type="text/event-stream")  # noqa: E731
    assert converse(app, story, compression=ON) == (b"data: 1\n\n", b"data: 2\n\n")


def test_callbacks_after_a_compressed_response_are_called(fetch):
    called = []

    def handle(request):
        response = StreamResponse([TEXT]) if request.headers.get("x-stream") else Response(TEXT)
        response.after = (lambda: called.append(response.status),)
        return response

    fetch(handle, "Accept-Encoding: gzip")
    fetch(handle, "Accept-Encoding: gzip", "X-Stream: 1")
    assert called == [200, 200]


def test_a_file_keeps_its_ranges_and_validators(fetch, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT)
    _, fields, body = fetch(lambda request: FileResponse(path), "Accept-Encoding: gzip")
    assert (body, fields["accept-ranges"], "content-encoding" in fields) == (TEXT, "bytes", False)


def test_a_part_of_a_file_that_another_response_writes_is_compressed(fetch, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT)

    class Excerpt(Response):
        in_memory = False

        async def send(self, writer):
            with path.open("rb") as file:
                await writer.begin(self, len(TEXT) - 44)
                await writer.write_file(file, 44, len(TEXT) - 44)
                await writer.end()

    assert ungzipped(fetch(lambda request: Excerpt(), "Accept-Encoding: gzip")[2]) == TEXT[44:]


def test_an_asgi_application_is_compressed_too(fetch):
    async def guest(scope, receive, send):
        if scope["type"] == "http":
            headers = [(b"content-type", b"text/plain"), (b"etag", b'"v1"'), (b"content-length", b"%d" % len(TEXT))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": TEXT})

    _, fields, body = fetch(guest, "Accept-Encoding: br")
    assert (fields["content-encoding"], fields["etag"], fields["content-length"]) == ("br", 'W/"v1"', str(len(body)))
    assert brotli.decompress(body) == TEXT


def test_it_works_under_another_server(run):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"accept-encoding", b"br")],
    }
    run(to_asgi(lambda request: Response(TEXT), ServerSettings(compression=ON))(scope, receive, send))
    assert dict(sent[0]["headers"])[b"content-encoding"] == b"br"
    assert brotli.decompress(b"".join(message["body"] for message in sent[1:])) == TEXT


def test_it_serves_alone():
    handle = compressed(lambda request: Response(TEXT))
    assert ungzipped(handle(Request.build(headers={"accept-encoding": "gzip"})).body) == TEXT


def test_nothing_is_compressed_unless_it_is_enabled(fetch):
    fields = fetch(lambda request: Response(TEXT), "Accept-Encoding: gzip", settings=ServerSettings().compression)[1]
    assert "content-encoding" not in fields


def test_codings_without_their_library_are_left_out():
    with import_blocker("brotli", "backports.zstd", "compression.zstd", "isal", forget=["arlen_http"]):
        from arlen_http import codings

        found = codings.available_codings(("zstd", "br", "gzip"))
        assert list(found) == ["gzip"]
        assert ungzipped(found["gzip"].encode(TEXT)) == TEXT
        with pytest.raises(codings.coding.MissingDependencyError, match=r"arlen-http\[compression\]"):
            codings.coding_named("br")


def test_an_unknown_coding_is_refused():
    with pytest.raises(ArlenHTTPError, match="there are gzip, br and zstd") as caught:
        available_codings(("gzip", "lzma"))
    assert caught.value.code == "unknown_coding"
    assert not isinstance(caught.value, MissingDependencyError)
