"""TLS: the certificate, its faults and its renewal, and what a peer sees of them."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import ssl
from contextlib import suppress

import pytest
import trustme
import uvloop
from arlen_http import (
    FileResponse,
    Response,
    RuntimeLimits,
    Server,
    ServerSettings,
    ServerStartError,
    TLSSettings,
    system,
)
from cryptography.hazmat.primitives import serialization

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

AUTHORITY = trustme.CA()
OTHER_AUTHORITY = trustme.CA()
SERVER = AUTHORITY.issue_cert("127.0.0.1", "localhost")
RENEWED = AUTHORITY.issue_cert("127.0.0.1", "localhost")
CLIENT = OTHER_AUTHORITY.issue_cert("ada@example.org", common_name="ada")


def write(certificate, path):
    path.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))


@pytest.fixture
def files(tmp_path):
    """A certificate, its key and settings with both."""
    write(SERVER, tmp_path / "certificate.pem")
    SERVER.private_key_pem.write_to_path(tmp_path / "key.pem")
    return tmp_path


@pytest.fixture
def tls(files):
    """``tls(**settings)``: these settings, by default with the certificate and the key."""
    usual = {"certificate": str(files / "certificate.pem"), "key": str(files / "key.pem")}
    return lambda **settings: TLSSettings(**{**usual, **settings})


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def served(request, tls):
    """``served(story, app, **settings)``: run ``story(server)`` against a server with TLS."""

    async def main(story, app, settings):
        settings = {"port": 0, "tls": tls(), **settings}
        async with asyncio.timeout(20), Server(app, ServerSettings(**settings)) as server:
            return await story(server)

    def served(story, app=facts, **settings):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main(story, app, settings))

    return served


def facts(request):
    certificate = request.client_certificate
    return Response(f"{request.scheme} {request.url} {certificate and certificate['subject']}")


def client_context(*, certificate=None):
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    if certificate is not None:
        certificate.configure_cert(context)
    return context


async def connect(server, context=None, **options):
    port = server.sockets[0].getsockname()[1]
    return await asyncio.open_connection("127.0.0.1", port, ssl=context or client_context(), **options)


async def ask(server, context=None, data=LAST):
    reader, writer = await connect(server, context)
    writer.write(data)
    received = await reader.read()
    writer.close()
    return received


async def the_end(reader):
    """What is received until the server closes, perhaps over bytes that it has not read."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self):
        return self.now


def serial_of(writer):
    return writer.get_extra_info("peercert")["serialNumber"]


def warnings_in(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# What a peer sees.


def test_a_request_over_tls_is_answered_over_tls(served):
    async def story(server):
        assert server.url == f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return await ask(server)

    assert served(story).endswith(b"\r\n\r\nhttps https://a/ None")


def test_connections_are_kept_and_speak_http_1_1_by_name(served):
    async def story(server):
        context = client_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        reader, writer = await connect(server, context)
        for _ in range(3):
            writer.write(GET)
            await reader.readuntil(b"None")
        chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        writer.close()
        return chosen

    assert served(story) == "http/1.1"


@pytest.mark.parametrize("size", [100_000, 3_000_017])
def test_a_large_file_arrives_whole(served, tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "file.bin").write_bytes(content)
    received = served(ask, lambda request: FileResponse(tmp_path / "file.bin"))
    assert received.partition(b"\r\n\r\n")[2] == content


def test_a_body_that_is_streamed_to_the_server_arrives(served):
    async def size(request):
        return Response(str(len(await request.body())))

    data = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n" + bytes(900_000)
    assert served(lambda server: ask(server, data=data), size).endswith(b"\r\n\r\n900000")


@pytest.mark.parametrize(("minimum", "spoken"), [("1.2", "TLSv1.2"), ("1.3", None)])
def test_no_older_version_is_spoken_than_configured(served, tls, minimum, spoken):
    async def story(server):
        context = client_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            _, writer = await connect(server, context)
        except (ssl.SSLError, ConnectionError):
            return None
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        return version

    assert served(story, tls=tls(minimum_version=minimum)) == spoken


def test_a_client_certificate_is_demanded_and_shown(served, tls, files):
    OTHER_AUTHORITY.cert_pem.write_to_path(files / "clients.pem")

    async def story(server):
        known = await ask(server, client_context(certificate=CLIENT))
        refused = []
        for certificate in (None, SERVER):
            try:
                refused.append(await ask(server, client_context(certificate=certificate)))
            except (ssl.SSLError, ConnectionError):
                refused.append(b"")
        return known, refused

    known, refused = served(story, tls=tls(client_ca=str(files / "clients.pem")))
    assert b"'ada'" in known
    assert refused == [b"", b""]


@pytest.mark.parametrize(
    "data", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x00\x05hello", os.urandom(600)]
)
def test_a_failed_handshake_is_silent_and_ends_its_connection(served, data, caplog):
    async def story(server):
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        writer.write_eof()
        await the_end(reader)
        writer.close()
        return await ask(server)

    caplog.set_level(logging.INFO)
    assert b"200 OK" in served(story)
    assert warnings_in(caplog) == []


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_handshake_that_does_not_come_to_its_end_in_time_ends_its_connection(loop, tls, caplog):
    async def story():
        clock = Clock()
        settings = ServerSettings(port=0, tls=tls())
        async with asyncio.timeout(10), Server(facts, settings, clock=clock) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
            writer.write(b"\x16\x03\x01")
            ending = asyncio.ensure_future(the_end(reader))
            while not ending.done():
                clock.now += 11
                server.tick()
                await asyncio.sleep(0)
            writer.close()
            return ending.result(), server.stats().sessions

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(story()) == (b"", 0)
    assert warnings_in(caplog) == []


def test_whoever_is_one_too_many_is_told_so_over_tls(served):
    async def story(server):
        reader, writer = await connect(server)
        writer.write(GET)
        await reader.readuntil(b"None")
        refused = await ask(server)
        writer.write(LAST)
        answered = await reader.read()
        writer.close()
        return refused, answered

    refused, answered = served(story, runtime_limits=RuntimeLimits(max_concurrent_http_sessions=1))
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"http_session_limit" in refused
    assert b"200 OK" in answered


def test_handshakes_beyond_the_limit_of_connections_are_closed(served):
    async def story(server):
        address = server.sockets[0].getsockname()
        half_open = await asyncio.open_connection(*address)
        refused = await asyncio.open_connection(*address)
        received = await the_end(refused[0])
        half_open[1].close()
        refused[1].close()
        while True:
            try:
                return received, await ask(server)
            except (ssl.SSLError, ConnectionError):
                continue

    received, answered = served(story, runtime_limits=RuntimeLimits(max_concurrent_http_sessions=1))
    assert received == b""
    assert b"200 OK" in answered


def test_a_refusal_reaches_a_client_that_is_still_sending(served):
    data = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" + bytes(100_000)
    assert served(lambda server: ask(server, data=data)).startswith(b"HTTP/1.1 413 ")


def test_a_unix_socket_beside_it_speaks_no_tls(served, tmp_path):
    async def story(server):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
        writer.write(LAST)
        received = await reader.read()
        writer.close()
        return server.urls[1], received

    url, received = served(story, bind=("127.0.0.1:0", f"unix:{tmp_path}/s"))
    assert url == f"unix:{tmp_path}/s"
    assert received.endswith(b"http http://a/ None")


def test_the_proxy_protocol_comes_before_tls(served):
    async def story(server):
        port = server.sockets[0].getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(b"PROXY TCP4 203.0.113.9 192.0.2.2 1 443\r\n")
        client.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=client, ssl=client_context(), server_hostname="localhost")
        writer.write(LAST)
        received = await reader.read()
        writer.close()
        return received

    received = served(
        story,
        lambda request: Response(f"{request.scheme} {request.client}"),
        proxy_protocol=True,
        trusted_proxies=("127.0.0.1",),
    )
    assert received.endswith(b"\r\n\r\nhttps ('203.0.113.9', 1)")


# The end.


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def timed(request, tls):
    """``timed(story, app)``: run ``story(server, pass_seconds)`` against a server whose time passes when it says so."""

    async def main(story, app):
        clock = Clock()
        settings = ServerSettings(port=0, tls=tls(), graceful_shutdown_seconds=60)

        async def pass_seconds(seconds):
            clock.now += seconds
            server.tick()
            await asyncio.sleep(0)

        async with asyncio.timeout(10), Server(app, settings, clock=clock) as server:
            return await story(server, pass_seconds)

    def timed(story, app=facts):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main(story, app))

    return timed


def test_an_idle_client_that_does_not_answer_the_end_of_tls_does_not_hold_up_the_stop(timed):
    async def story(server, pass_seconds):
        reader, writer = await connect(server)
        writer.write(GET)
        await reader.readuntil(b"None")
        writer.transport.pause_reading()
        stopping = asyncio.ensure_future(server.stop())
        while not stopping.done():
            await pass_seconds(0.01)
        writer.transport.abort()

    timed(story)


def test_a_client_that_reads_its_last_answer_slowly_gets_all_of_it(timed):
    async def story(server, pass_seconds):
        reader, writer = await connect(server)
        writer.write(LAST)
        received = await reader.read(1)
        writer.transport.pause_reading()
        for _ in range(10):
            await pass_seconds(2)
        writer.transport.resume_reading()
        received += await reader.read()
        writer.close()
        return received

    assert timed(story, lambda request: Response(bytes(20_000_000))).endswith(b"\r\n\r\n" + bytes(20_000_000))


def test_a_connection_is_not_cut_while_the_system_still_sends(timed, monkeypatch):
    async def story(server, pass_seconds):
        monkeypatch.setattr(system, "unconfirmed", lambda descriptor: 1)
        reader, writer = await connect(server)
        writer.write(GET)
        await reader.readuntil(b"None")
        writer.transport.pause_reading()
        stopping = asyncio.ensure_future(server.stop())
        for _ in range(1000):
            await pass_seconds(0.01)
        still_sending = not stopping.done()
        monkeypatch.undo()
        while not stopping.done():
            await pass_seconds(0.01)
        writer.transport.abort()
        return still_sending

    assert timed(story)


def test_the_system_tells_what_a_peer_has_not_taken():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as near:
        far, _ = server.accept()
        with far:
            before = system.unconfirmed(near.fileno())
            near.setblocking(False)
            with suppress(BlockingIOError):
                while True:
                    near.send(bytes(65_536))
            waiting = system.unconfirmed(near.fileno())
    assert (before, waiting > 0, system.unconfirmed(near.fileno())) == (0, True, 0)


# Renewal.


def renew(files):
    for name, source in (("certificate.pem", RENEWED.cert_chain_pems[0]), ("key.pem", RENEWED.private_key_pem)):
        source.write_to_path(files / "new")
        os.replace(files / "new", files / name)


def test_a_renewed_certificate_is_for_new_handshakes(served, files, caplog):
    async def story(server):
        reader, writer = await connect(server)
        renew(files)
        server.tick()
        _, later = await connect(server)
        serials = serial_of(writer), serial_of(later)
        writer.write(LAST)
        received = await reader.read()
        writer.close()
        later.close()
        return serials, received

    (before, after), received = served(story)
    assert before != after
    assert b"200 OK" in received
    assert warnings_in(caplog) == []


def test_a_certificate_can_be_renewed_at_once(served, files):
    async def story(server):
        _, writer = await connect(server)
        renew(files)
        server.reload_tls()
        _, later = await connect(server)
        writer.close()
        later.close()
        return serial_of(writer) != serial_of(later)

    assert served(story)


def test_a_broken_renewal_keeps_the_old_certificate_and_warns_once(served, files, caplog):
    async def story(server):
        (files / "key.pem").write_bytes(b"nonsense")
        for _ in range(3):
            server.tick()
        received = await ask(server)
        with pytest.raises(ServerStartError) as caught:
            server.reload_tls()
        SERVER.private_key_pem.write_to_path(files / "key.pem")
        server.tick()
        return received, caught.value.code, await ask(server)

    received, code, afterwards = served(story)
    assert b"200 OK" in received
    assert code == "invalid_tls"
    assert b"200 OK" in afterwards
    (warning,) = warnings_in(caplog)
    assert str(files / "key.pem") in warning


def test_a_file_that_is_gone_for_a_while_is_taken_up_again(served, files, caplog):
    async def story(server):
        shutil.move(files / "certificate.pem", files / "away")
        server.tick()
        shutil.move(files / "away", files / "certificate.pem")
        server.tick()
        return await ask(server)

    assert b"200 OK" in served(story)
    assert len(warnings_in(caplog)) == 1


# Faults at the start.


def failure(tls_settings):
    app_started = []

    class App:
        async def start(self):
            app_started.append(True)

        def handle(self, request):
            return Response(b"")

    with pytest.raises(ServerStartError) as caught:
        asyncio.run(Server(App(), ServerSettings(port=0, tls=tls_settings)).start())
    assert caught.value.code == "invalid_tls"
    assert app_started == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["certificate", "key", "client_ca"])
@pytest.mark.parametrize(
    "content", [None, b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_bad_file_is_named(tls, tmp_path, name, content):
    path = tmp_path / "bad.pem"
    if content is not None:
        path.write_bytes(content)
    message = failure(tls(**{name: str(path)}))
    assert message.startswith(f"tls.{name}: ")
    assert str(path) in message


def test_a_key_of_another_certificate_is_named(tls, tmp_path):
    RENEWED.private_key_pem.write_to_path(tmp_path / "other.pem")
    message = failure(tls(key=str(tmp_path / "other.pem")))
    assert "other.pem does not belong to the certificate" in message


def test_a_key_may_have_a_password_and_be_in_the_certificates_file(served, tls, tmp_path):
    key = serialization.load_pem_private_key(SERVER.private_key_pem.bytes(), None)
    both = tmp_path / "both.pem"
    locked = serialization.BestAvailableEncryption(b"secret")
    both.write_bytes(
        b"".join(blob.bytes() for blob in SERVER.cert_chain_pems)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    assert b"200 OK" in served(ask, tls=tls(certificate=str(both), key="", password="secret"))
    for password in ("", "wrong"):
        assert "tls.password" in failure(tls(certificate=str(both), key="", password=password))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (TLSSettings(key="key.pem"), "tls.certificate"),
        (TLSSettings(client_ca="ca.pem"), "tls.certificate"),
    ],
)
def test_settings_without_a_certificate_are_not_ignored(settings, said):
    assert said in failure(settings)


def test_an_unknown_version_is_named(tls):
    assert '"1.1"' in failure(tls(minimum_version="1.1"))
