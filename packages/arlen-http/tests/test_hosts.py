"""Which hosts are served."""

from __future__ import annotations

import pytest
from arlen_http import Request, RequestRefused, Response, ServerSettings, ServerStartError
from arlen_http.forwarding.hosts import only_hosts


def ok(request):
    return Response(b"ok")


@pytest.mark.parametrize(
    ("allowed", "host", "served"),
    [
        ("example.org", "example.org", True),
        ("example.org", "EXAMPLE.org:8080", True),
        ("example.org", "example.org.", True),
        ("Example.Org.", "example.org", True),
        ("example.org", "www.example.org", False),
        ("example.org", "example.org.evil.test", False),
        ("example.org", "badexample.org", False),
        ("example.org", "", False),
        ("example.org", "example.org:port", False),
        ("*.example.org", "www.example.org", True),
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "badexample.org", False),
        ("127.0.0.1", "127.0.0.1:3000", True),
        ("[::1]", "[::1]:3000", True),
        ("*", "anything.test", True),
        ("*", "", True),
    ],
)
def test_a_host_is_served_if_it_is_allowed(allowed, host, served):
    request = Request.build(headers={"host": host})
    handle = only_hosts([allowed], ok)
    if served:
        assert handle(request).body == b"ok"
    else:
        with pytest.raises(RequestRefused) as caught:
            handle(request)
        assert (caught.value.status, caught.value.code) == (400, "host_not_allowed")


@pytest.mark.parametrize("name", ["http://example.org", "example.org:80", "a*.example.org", "", "*."])
def test_what_is_not_a_name_is_refused_at_the_start(name):
    with pytest.raises(ServerStartError) as caught:
        only_hosts([name], ok)
    assert caught.value.code == "invalid_allowed_hosts"


def test_a_server_answers_400_to_other_hosts(answer):
    def ask(host):
        data = b"GET / HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % host
        return answer(ok, data, allowed_hosts=("example.org", "*.example.org"))

    assert ask(b"www.example.org").endswith(b"\r\n\r\nok")
    assert ask(b"example.org").endswith(b"\r\n\r\nok")
    refused = ask(b"evil.test")
    assert refused.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert refused.endswith(b"\r\n\r\nbad request\n")


def test_every_host_is_served_unless_some_are_named(answer):
    assert ServerSettings().allowed_hosts == ()
    assert answer(ok, b"GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n").endswith(b"ok")
