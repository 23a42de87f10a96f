"""Where a server listens: addresses, paths, inherited descriptors."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import subprocess
import sys

import pytest
import uvloop
from arlen_http import Response, Server, ServerSettings, ServerStartError, TLSSettings, Upgrade
from arlen_http.listening import bound_sockets, url_of, urls_of

LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def ok(request):
    return Response(b"ok")


@pytest.fixture
def bound():
    """``bound(*addresses, **settings)``: sockets that are closed at the end."""
    sockets = []

    def bound(*addresses, **settings):
        made = bound_sockets(ServerSettings(bind=addresses, **settings))
        sockets.extend(made)
        return made

    yield bound
    for sock in sockets:
        sock.close()


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def serve(request):
    """``serve(story, *addresses, **settings)``: run ``story(server)`` on a loop of this kind."""

    async def main(story, app, settings):
        async with asyncio.timeout(10), Server(app, settings) as server:
            return await story(server)

    def serve(story, *addresses, app=ok, **settings):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main(story, app, ServerSettings(bind=addresses, **settings)))

    return serve


async def ask(sock):
    sock.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=sock)
    writer.write(LAST)
    received = await reader.read()
    writer.close()
    return received


def connected(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(path))
    return sock


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("127.0.0.1:0", "http://127.0.0.1:"),
        (" 127.0.0.1:0 ", "http://127.0.0.1:"),
        ("[::1]:0", "http://[::1]:"),
        ("localhost:0", "http://"),
        (":0", "http://"),
        ("0.0.0.0:0", "http://0.0.0.0:"),
    ],
)
def test_an_address_is_listened_on_and_port_0_becomes_the_chosen_one(bound, address, shown):
    sockets = bound(address)
    ports = {sock.getsockname()[1] for sock in sockets}
    assert len(ports) == 1
    assert all(url_of(sock).startswith(shown) and url_of(sock).endswith(f":{min(ports)}") for sock in sockets)
    assert min(ports) > 0


def test_tls_shows_in_the_url_of_tcp_only(bound, tmp_path):
    sockets = bound("127.0.0.1:0", f"unix:{tmp_path}/s")
    settings = ServerSettings(tls=TLSSettings(certificate="c.pem"))
    assert urls_of(sockets, settings) == [url_of(sockets[0], "https"), f"unix:{tmp_path}/s"]


def test_every_address_is_served(serve, tmp_path):
    inherited = socket.create_server(("127.0.0.1", 0))
    number = inherited.detach()

    async def story(server):
        first, second, third = server.sockets
        assert server.urls == [url_of(sock) for sock in (first, second, third)]
        assert server.url == server.urls[0]
        return [
            await ask(socket.create_connection(first.getsockname())),
            await ask(connected(tmp_path / "s")),
            await ask(socket.create_connection(third.getsockname())),
        ]

    answers = serve(story, "127.0.0.1:0", f"unix:{tmp_path}/s", f"fd://{number}")
    assert [answer[-2:] for answer in answers] == [b"ok"] * 3
    assert list(tmp_path.iterdir()) == []


class Inspector(asyncio.Protocol):
    """Tells a client whether small writes to it leave at once."""

    def connection_made(self, transport):
        accepted = transport.get_extra_info("socket")
        transport.write(b"nodelay %d" % accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        transport.close()


@pytest.mark.parametrize("settings", [{}, {"proxy_protocol": True, "trusted_proxies": ("127.0.0.1",)}])
def test_small_answers_leave_at_once(serve, settings):
    async def story(server):
        client = socket.create_connection(server.sockets[0].getsockname())
        client.sendall(b"PROXY UNKNOWN\r\n" if settings else b"")
        return await ask(client)

    def inspect(request):
        return Upgrade(Inspector, {"upgrade": "inspection"})

    assert serve(story, "127.0.0.1:0", app=inspect, **settings).endswith(b"nodelay 1")


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1", "::1:3000", "127.0.0.1:65536", "127.0.0.1:http", "fd://", "fd://x", "[::1]", "tcp://a:1"],
)
def test_what_is_not_an_address_is_told_with_what_one_looks_like(bound, address):
    with pytest.raises(ServerStartError) as caught:
        bound("127.0.0.1:0", address)
    assert caught.value.code == "invalid_bind"
    assert f'"{address}"' in str(caught.value)
    assert "unix:/path" in str(caught.value)


@pytest.mark.parametrize("address", ["300.0.0.1:80", "no such host:80", "203.0.113.7:0"])
def test_a_host_that_is_not_ours_is_told(bound, address):
    with pytest.raises(ServerStartError) as caught:
        bound(address)
    assert caught.value.code == "invalid_host"


def test_an_address_that_is_taken_is_told(bound, tmp_path):
    taken = [*bound("127.0.0.1:0"), *bound(f"unix:{tmp_path}/s")]
    for sock in taken:
        sock.listen()
        address = url_of(sock).removeprefix("http://")
        with pytest.raises(ServerStartError) as caught:
            bound(address)
        assert caught.value.code == "address_in_use"
        assert str(caught.value).startswith(f"{address} is in use")


def test_an_address_that_fails_leaves_no_socket_of_the_others(bound, tmp_path):
    with pytest.raises(ServerStartError):
        bound(f"unix:{tmp_path}/s", "300.0.0.1:80")
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_listened_on_where_one_of_its_addresses_is_there(bound, monkeypatch):
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    (sock,) = bound("both.test:0")
    assert sock.getsockname()[0] == "127.0.0.1"


# Paths.


def test_a_path_goes_with_its_socket(bound, tmp_path):
    (sock,) = bound(f"unix:{tmp_path}/s")
    assert (tmp_path / "s").is_socket()
    sock.close()
    assert not (tmp_path / "s").exists()


def test_a_path_that_another_server_has_taken_over_stays(bound, tmp_path):
    (old,) = bound(f"unix:{tmp_path}/s")
    (new,) = bound(f"unix:{tmp_path}/s")
    old.close()
    assert (tmp_path / "s").is_socket()
    new.close()
    assert not (tmp_path / "s").exists()


def test_a_path_stays_when_a_child_of_its_process_ends(bound, tmp_path):
    (sock,) = bound(f"unix:{tmp_path}/s")
    child = os.fork()
    if child == 0:
        sock.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert (tmp_path / "s").is_socket()


def test_the_path_of_an_inherited_socket_stays(serve, tmp_path):
    with socket.socket(socket.AF_UNIX) as parent:
        parent.bind(str(tmp_path / "s"))

        async def story(server):
            return await ask(connected(tmp_path / "s"))

        assert serve(story, f"fd://{os.dup(parent.fileno())}").endswith(b"ok")
    assert (tmp_path / "s").is_socket()


@pytest.mark.parametrize("mode", ["600", "0660", "666"])
def test_a_path_gets_its_permissions(bound, tmp_path, mode):
    bound(f"unix:{tmp_path}/s", unix_socket_mode=mode)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == int(mode, 8)


@pytest.mark.parametrize("mode", ["rw-rw----", "8", "888", "0o660", "66600"])
def test_what_is_not_a_mode_is_told(bound, tmp_path, mode):
    with pytest.raises(ServerStartError) as caught:
        bound(f"unix:{tmp_path}/s", unix_socket_mode=mode)
    assert caught.value.code == "invalid_unix_socket_mode"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_a_socket_is_left_alone(bound, tmp_path):
    (tmp_path / "s").write_text("mine")
    with pytest.raises(ServerStartError) as caught:
        bound(f"unix:{tmp_path}/s")
    assert caught.value.code == "address_in_use"
    assert (tmp_path / "s").read_text() == "mine"


def test_a_directory_that_is_not_there_is_told(bound, tmp_path):
    with pytest.raises(ServerStartError) as caught:
        bound(f"unix:{tmp_path}/none/s")
    assert caught.value.code == "bind_failed"
    assert f"unix:{tmp_path}/none/s" in str(caught.value)


# Descriptors.


def test_a_descriptor_that_is_not_a_stream_socket_is_told_and_left_open(bound, tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, (tmp_path / "file").open("w") as file:
        for number in (datagrams.fileno(), file.fileno(), 9999):
            with pytest.raises(ServerStartError) as caught:
                bound(f"fd://{number}")
            assert caught.value.code == "invalid_bind"
            assert f"fd://{number}" in str(caught.value)
        datagrams.getsockname()


def test_systemd_has_to_have_passed_a_socket_to_this_process(bound, monkeypatch):
    for environment in (
        {},
        {"LISTEN_PID": "1", "LISTEN_FDS": "1"},
        {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "0"},
    ):
        for name in ("LISTEN_PID", "LISTEN_FDS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ServerStartError) as caught:
            bound("systemd")
        assert "LISTEN_FDS" in str(caught.value)


def test_the_sockets_of_systemd_are_all_listened_on():
    activated = """if True:
        import os, socket, sys
        from arlen_http import ServerSettings
        from arlen_http.listening import bound_sockets, url_of
        first, second = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        urls = [url_of(first), url_of(second)]
        numbers = [os.dup2(first.fileno(), 13), os.dup2(second.fileno(), 14)]
        for place, number in enumerate(numbers, 3):
            os.dup2(number, place)
        os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"}
        sockets = bound_sockets(ServerSettings(bind=("systemd",)))
        assert [url_of(sock) for sock in sockets] == urls
        assert not any(sock.get_inheritable() for sock in sockets)
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", activated], check=True)
