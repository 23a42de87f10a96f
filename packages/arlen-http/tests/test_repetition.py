"""Requests that repeat the fields of the one before them are read as if nothing had come before."""

import pytest
from arlen_http import RequestLimits, RequestRefused
from arlen_http.parser import RequestReader, backend_named

BACKENDS = {name: backend_named(name) for name in ("httptools", "h11")}

LINES = (
    b"GET / HTTP/1.1",
    b"POST /a?b=c HTTP/1.1",
    b"GET /a#b HTTP/1.1",
    b"GET /caf\xc3\xa9 HTTP/1.1",
    b"GET /a\x7fb HTTP/1.1",
    b"GET http://other/p HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"BREW / HTTP/1.1",
    b"get / HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET / HTTP/1.0",
    b"GET / HTTP/9.9",
    b"GET /",
    b"HTTP/1.1",
    b"GET HTTP/1.1",
)
FIELDS = (
    b"Host: a\r\n",
    b"Host:a\r\n",
    b"Host: a\r\nConnection: close\r\n",
    b"Host: a\r\nConnection: keep-alive\r\n",
    b"Host: a\r\nContent-Length: 0\r\n",
    b"Host: a\r\nX: HTTP/1.1\r\nHost:b\r\n",
    b"X: HTTP/1.1\r\nHost: a\r\n",
    b"",
)
HEADS = [line + b"\r\n" + fields + b"\r\n" for line in LINES for fields in FIELDS]


def meaning(reader, head):
    reader.feed(head)
    try:
        found = reader.next_head()
    except RequestRefused as refusal:
        return refusal.status, refusal.code
    assert found is not None
    return (
        *(found.method, found.raw_path, found.query_string, found.http_version, found.fields, found.last),
        *(found.keep_alive, found.body_length, found.expects_continue),
    )


def new_reader(backend):
    return RequestReader(BACKENDS[backend], RequestLimits())


@pytest.mark.parametrize("fields", FIELDS)
@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_a_head_means_the_same_whatever_came_before_it(backend, fields):
    befores = [before for before in HEADS if len(meaning(new_reader(backend), before)) > 2]
    for head in (line + b"\r\n" + fields + b"\r\n" for line in LINES):
        expected = meaning(new_reader(backend), head)
        for before in befores:
            reader = new_reader(backend)
            meaning(reader, before)
            assert meaning(reader, head) == expected, (before, head)


def test_fields_that_repeat_are_parsed_once():
    class Counting:
        name, version, count = "counting", "0", 0

        def fields(self, head):
            self.count += 1
            return BACKENDS["httptools"].fields(head)

    backend = Counting()
    reader = RequestReader(backend, RequestLimits())
    for path in (b"/a", b"/b?c", b"/"):
        assert meaning(reader, b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % path)[1] == path.decode().partition("?")[0]
    assert backend.count == 1


@pytest.mark.parametrize("length", [b"0", b"3"])
def test_a_body_is_announced_by_its_own_request_only(length):
    reader = new_reader("httptools")
    with_body = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %b\r\n\r\n" % length
    for _ in range(2):
        assert meaning(reader, with_body)[7] == int(length)
        if length != b"0":
            reader.feed(b"abc")
            assert reader.next_stretch() == b"abc"
