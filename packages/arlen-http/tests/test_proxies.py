"""Whose word counts about the client, and which word."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import struct

import pytest
import uvloop
from arlen_http import Request, Response, Server, ServerSettings, ServerStartError
from arlen_http.forwarding.forwarded import NOT_FORWARDED, Forwarded
from arlen_http.forwarding.proxies import NOBODY, ProxyTrust
from arlen_http.parser import RequestHead
from hypothesis import given
from hypothesis import strategies as st

ALL = (
    "X-Forwarded-For",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "forwarded",
)


def trust(*proxies, headers=ALL, **settings):
    return ProxyTrust.of(ServerSettings(trusted_proxies=proxies, forwarded_headers=headers, **settings))


def head(*fields, host="own.test"):
    pairs = [(b"host", host.encode()), *((name.encode(), value.encode("latin-1")) for name, value in fields)]
    return RequestHead("GET", "/", "1.1", pairs)


# Who is trusted.


@pytest.mark.parametrize(
    ("proxies", "peer", "trusted"),
    [
        ((), ("127.0.0.1", 1), False),
        ((), "", False),
        (("127.0.0.1",), ("127.0.0.1", 1), True),
        (("127.0.0.1",), ("127.0.0.2", 1), False),
        (("127.0.0.1",), "", False),
        (("10.0.0.0/8", " 192.168.0.0/16 "), ("192.168.7.7", 1), True),
        (("10.0.0.0/8",), ("::ffff:10.1.2.3", 1, 0, 0), True),
        (("2001:db8::/32",), ("2001:db8::7", 1, 0, 0), True),
        (("fe80::/10",), ("fe80::1%eth0", 1, 0, 2), True),
        (("2001:db8::/32",), ("10.0.0.1", 1), False),
        (("unix",), "", True),
        (("unix",), b"\0abstract", True),
        (("unix",), ("127.0.0.1", 1), False),
        (("*",), ("203.0.113.1", 1), True),
        (("*",), ("2001:db8::7", 1, 0, 0), True),
        (("*",), "", True),
        (("*",), None, False),
    ],
)
def test_a_peer_is_trusted_if_it_is_listed(proxies, peer, trusted):
    assert trust(*proxies).includes(peer) is trusted


@pytest.mark.parametrize("item", ["localhost", "10.0.0.0/33", "10.0.0.1/8", "", "300.1.1.1", "unix:/run/x"])
def test_a_bad_item_is_named_at_the_start(item):
    with pytest.raises(ServerStartError) as caught:
        trust("127.0.0.1", item)
    assert caught.value.code == "invalid_trusted_proxies"
    assert f'"{item}"' in str(caught.value)


def test_an_unknown_field_is_named_at_the_start():
    with pytest.raises(ServerStartError) as caught:
        trust("*", headers=("x-real-ip",))
    assert caught.value.code == "invalid_forwarded_headers"
    assert '"x-real-ip"' in str(caught.value)


def test_the_proxy_protocol_needs_somebody_to_trust():
    with pytest.raises(ServerStartError) as caught:
        trust(proxy_protocol=True)
    assert caught.value.code == "invalid_trusted_proxies"
    assert trust(proxy_protocol=True, trusted_proxy=True).includes(("192.0.2.1", 1))


# Who the client is.


@pytest.mark.parametrize(
    ("field", "client"),
    [
        ("203.0.113.9", ("203.0.113.9", 0)),
        (" 203.0.113.9 ", ("203.0.113.9", 0)),
        ("203.0.113.9:4711", ("203.0.113.9", 4711)),
        ("203.0.113.9:70000", ("203.0.113.9", 0)),
        ("2001:DB8::0:9", ("2001:db8::9", 0)),
        ("[2001:db8::9]", ("2001:db8::9", 0)),
        ("[2001:db8::9]:4711", ("2001:db8::9", 4711)),
        ("::ffff:203.0.113.9", ("203.0.113.9", 0)),
        ("198.51.100.1, 203.0.113.9", ("203.0.113.9", 0)),
        ("198.51.100.1, 203.0.113.9, 10.0.0.7, 10.0.0.8", ("203.0.113.9", 0)),
        ("203.0.113.9,,10.0.0.8", ("203.0.113.9", 0)),
        ("203.0.113.9, unknown, 10.0.0.8, _hidden", ("203.0.113.9", 0)),
        ("10.0.0.9, 10.0.0.8", ("10.0.0.9", 0)),
        ("nonsense, 10.0.0.8", ("10.0.0.8", 0)),
        ("fe80::1%eth0", None),
        ("<script>", None),
        ("1.2.3", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_the_client_is_the_right_most_hop_that_is_not_trusted(field, client):
    assert trust("10.0.0.0/8").forwarded(head(("x-forwarded-for", field))).client == client


def test_repeated_fields_are_one_list():
    fields = head(
        ("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "10.1.1.1")
    )
    assert trust("10.0.0.0/8").forwarded(fields).client == ("203.0.113.9", 0)


def test_the_client_of_a_chain_in_which_everybody_is_trusted_is_the_left_most():
    chain = head(("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.8"))
    assert trust("*").forwarded(chain).client == ("198.51.100.1", 0)
    assert ProxyTrust.of(ServerSettings(trusted_proxy=True)).forwarded(chain).client == ("198.51.100.1", 0)


addresses = st.ip_addresses().map(str)


@given(st.lists(addresses, min_size=1), st.lists(st.ip_addresses(v=4, network="10.0.0.0/8").map(str)), st.text())
def test_what_a_client_writes_itself_never_hides_what_the_proxies_saw(forged, hops, noise):
    seen = "203.0.113.9"
    written = ", ".join([noise.encode("ascii", "ignore").decode(), *forged])
    common = head(("x-forwarded-for", ", ".join([written, seen, *hops])))
    standard = head(("forwarded", f"for={written}"), *(("forwarded", f"for={hop}") for hop in [seen, *hops]))
    assert trust("10.0.0.0/8").forwarded(common).client == (seen, 0)
    assert trust("10.0.0.0/8").forwarded(standard).client == (seen, 0)


# What else the proxies say.


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, NOT_FORWARDED),
        ({"x-forwarded-proto": "https"}, Forwarded(scheme="https")),
        ({"x-forwarded-proto": " HTTPS "}, Forwarded(scheme="https")),
        ({"x-forwarded-proto": "wss"}, Forwarded(scheme="https")),
        ({"x-forwarded-proto": "gopher"}, NOT_FORWARDED),
        ({"x-forwarded-proto": "https, http"}, Forwarded(scheme="http")),
        (
            {"x-forwarded-for": "203.0.113.9, 10.0.0.1", "x-forwarded-proto": "https, http"},
            Forwarded(("203.0.113.9", 0), "https"),
        ),
        (
            {"x-forwarded-for": "203.0.113.9, 10.0.0.1", "x-forwarded-proto": "https"},
            Forwarded(("203.0.113.9", 0), "https"),
        ),
        ({"x-forwarded-host": "shop.test"}, Forwarded(host="shop.test")),
        ({"x-forwarded-host": "shop.test:8443"}, Forwarded(host="shop.test:8443")),
        ({"x-forwarded-host": "shop.test/evil"}, NOT_FORWARDED),
        ({"x-forwarded-host": "forged.test, shop.test"}, Forwarded(host="shop.test")),
        ({"x-forwarded-port": "8443"}, Forwarded(host="own.test:8443")),
        ({"x-forwarded-port": "443", "x-forwarded-proto": "https"}, Forwarded(scheme="https", host="own.test")),
        ({"x-forwarded-host": "[::1]:1", "x-forwarded-port": "2"}, Forwarded(host="[::1]:2")),
        ({"x-forwarded-port": "0"}, NOT_FORWARDED),
        ({"x-forwarded-port": "99999"}, NOT_FORWARDED),
        ({"x-forwarded-port": "http"}, NOT_FORWARDED),
        ({"x-forwarded-port": "9" * 5000}, NOT_FORWARDED),
        ({"x-forwarded-prefix": "/shop/"}, Forwarded(prefix="/shop")),
        ({"x-forwarded-prefix": "/a/%C3%A4"}, Forwarded(prefix="/a/%C3%A4")),
        ({"x-forwarded-prefix": "//evil.test"}, NOT_FORWARDED),
        ({"x-forwarded-prefix": "shop"}, NOT_FORWARDED),
        ({"x-forwarded-prefix": "/"}, NOT_FORWARDED),
        ({"forwarded": "for=203.0.113.9"}, Forwarded(("203.0.113.9", 0))),
        (
            {"forwarded": 'For="[2001:db8::9]:4711"; Proto=https ;host="shop.test:8443";by=10.0.0.1'},
            Forwarded(("2001:db8::9", 4711), "https", "shop.test:8443"),
        ),
        (
            {"forwarded": "for=203.0.113.9;proto=https;host=shop.test, for=10.0.0.1;proto=http;host=inner.test"},
            Forwarded(("203.0.113.9", 0), "https", "shop.test"),
        ),
        ({"forwarded": 'for="203.0.113.9:_port"'}, Forwarded(("203.0.113.9", 0))),
        ({"forwarded": r'for="203.0.113.\9"'}, Forwarded(("203.0.113.9", 0))),
        ({"forwarded": 'for=", for=203.0.113.9;proto=https'}, Forwarded(("203.0.113.9", 0), "https")),
        ({"forwarded": "for=unknown;proto=https"}, Forwarded(scheme="https")),
        ({"forwarded": "for=203.0.113.9", "x-forwarded-for": "203.0.113.1"}, Forwarded(("203.0.113.9", 0))),
    ],
)
def test_the_words_of_a_trusted_proxy_are_understood(fields, expected):
    assert trust("10.0.0.0/8").forwarded(head(*fields.items())) == expected


def test_fields_that_the_proxies_do_not_set_do_not_count():
    fields = head(
        *((name, "/evil") for name in ALL[3:5]), ("x-forwarded-host", "evil.test"), ("forwarded", "for=192.0.2.1")
    )
    assert ProxyTrust.of(ServerSettings(trusted_proxies=("*",))).forwarded(fields) == NOT_FORWARDED
    only_standard = trust("*", headers=("forwarded",))
    assert only_standard.forwarded(head(("x-forwarded-for", "192.0.2.1"))) == NOT_FORWARDED
    assert NOBODY.forwarded(fields) == NOT_FORWARDED


@given(st.sampled_from(ALL), st.text(st.characters(codec="latin-1"), max_size=60))
def test_no_value_does_more_than_not_count(name, value):
    forwarded = trust("*").forwarded(head((name.lower(), value)))
    assert re.fullmatch(r"[\w.:%/\[\]\-~!$&'()*+,;=@]*", forwarded.prefix + forwarded.host, re.ASCII)
    assert not forwarded.prefix.startswith("//")


# What a handler sees of it.


def facts(request):
    return Response.json(
        {
            "client": request.client is not None,
            "remote": request.remote_address,
            "effective": request.effective_remote_address,
            "url": request.url,
        }
    )


REQUEST = (
    b"GET /x?y=z HTTP/1.1\r\nHost: own.test\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.9\r\n"
    b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\nX-Forwarded-Prefix: /shop\r\n\r\n"
)


@pytest.mark.parametrize(
    ("settings", "remote", "url"),
    [
        ({}, "127.0.0.1", "http://own.test/x?y=z"),
        ({"trusted_proxies": ("192.0.2.1",)}, "127.0.0.1", "http://own.test/x?y=z"),
        ({"trusted_proxies": ("127.0.0.1",)}, "203.0.113.9", "https://own.test/x?y=z"),
        ({"trusted_proxy": True}, "203.0.113.9", "https://own.test/x?y=z"),
        ({"trusted_proxies": ("127.0.0.1",), "forwarded_headers": ALL}, "203.0.113.9", "https://shop.test/shop/x?y=z"),
    ],
)
def test_a_request_is_what_the_client_asked_for_if_the_proxy_is_trusted(answer, settings, remote, url):
    body = answer(facts, REQUEST, **settings).partition(b"\r\n\r\n")[2]
    seen = Request.build(body=body).content
    assert f'"effective":"{remote}"'.encode() in seen
    assert f'"url":"{url}"'.encode() in seen
    assert b'"remote":"127.0.0.1"' in seen


def test_believing_everybody_is_warned_of(answer, caplog):
    answer(facts, REQUEST, trusted_proxy=True)
    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "trusted_proxies" in record.getMessage()


def test_an_asgi_application_sees_the_client(answer):
    async def app(scope, receive, send):
        said = f"{scope['client'][0]} {scope['scheme']} {scope['root_path']} {scope['path']}"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": said.encode()})

    trusting = {"trusted_proxies": ("127.0.0.1",), "forwarded_headers": ALL}
    assert answer(app, REQUEST, **trusting).endswith(b"\r\n\r\n203.0.113.9 https /shop /shop/x")
    assert answer(app, REQUEST).endswith(b"\r\n\r\n127.0.0.1 http  /x")


def test_a_trusted_peer_over_a_unix_socket_is_believed(run, tmp_path):
    async def story():
        settings = ServerSettings(bind=(f"unix:{tmp_path}/s",), trusted_proxies=("unix",))
        async with Server(facts, settings):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
            writer.write(REQUEST)
            received = await reader.read()
            writer.close()
            return received

    received = run(story())
    assert b'"effective":"203.0.113.9"' in received
    assert b'"remote":""' in received


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_peer_that_has_gone_is_not_taken_for_one_over_a_unix_socket(loop):
    seen = []

    def handle(request):
        seen.append(request.effective_remote_address)
        return Response(b"")

    async def story():
        async with Server(handle, ServerSettings(port=0, trusted_proxies=("unix",))) as server:
            with socket.create_connection(server.sockets[0].getsockname()) as client:
                client.sendall(REQUEST)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            async with asyncio.timeout(5):
                for _ in range(100):
                    await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(story())
    assert "203.0.113.9" not in seen
