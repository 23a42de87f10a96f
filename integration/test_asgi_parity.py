"""Starlette and FastAPI applications behave under Arlen's server as they do under uvicorn."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from arlen_testkit.processes import Port, RunningServer, free_port, serve_process
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

APPS = Path(__file__).parent / "apps"
# What every server says in its own way, or of itself.
OWN_WORDS = {"connection", "date", "server"}

Both = dict[str, RunningServer]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    files = tmp_path_factory.mktemp("files")
    (files / "big.txt").write_bytes(b"0123456789" * 30_000)
    (files / "index.html").write_text("<p>hello</p>")
    commands = {
        "arlen": [sys.executable, "-m", "arlen_http", "parity_app:app"],
        "uvicorn": [sys.executable, "-m", "uvicorn", "parity_app:app", "--ws", "websockets-sansio"],
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(_served(command, files)) for name, command in commands.items()}


def _served(command: list[str], files: Path) -> Any:
    port = free_port()
    environment = {"PARITY_FILES": str(files)}
    return serve_process([*command, "--port", str(port)], ready=Port(port), cwd=APPS, env=environment)


def told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, fields and content, without what differs from one answer of a server to the next."""
    left_out = OWN_WORDS | ({"transfer-encoding"} if answer.request.method == "HEAD" else set())
    headers = [pair for pair in answer.headers.multi_items() if pair[0] not in left_out]
    content = answer.content
    if boundary := re.search("boundary=(.+)", answer.headers.get("content-type", "")):
        headers = [(name, value.replace(boundary[1], "BOUNDARY")) for name, value in headers]
        content = content.replace(boundary[1].encode(), b"BOUNDARY")
    headers = [(name, ", ".join(sorted(value.split(", "))) if name == "allow" else value) for name, value in headers]
    headers = [(name, re.sub("(?<=expires=)[^;]+", "NOW", value)) for name, value in headers]
    return answer.status_code, sorted(headers), content


REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "get": ("GET", "/echo?a=1&b=%20", {"headers": {"X-Own": "café".encode()}}),
    "get with repeated fields": ("GET", "/echo", {"headers": [("x-a", "1"), ("x-a", "2"), ("cookie", "a=b")]}),
    "head": ("HEAD", "/echo", {}),
    "head of a stream": ("HEAD", "/stream", {}),
    "head of a file": ("HEAD", "/file", {}),
    "options": ("OPTIONS", "/echo", {}),
    "wrong method": ("POST", "/stream", {}),
    "unknown path": ("GET", "/nowhere", {}),
    "encoded path": ("GET", "/echo/caf%C3%A9/a%2Fb%20c", {}),
    "body": ("POST", "/echo", {"content": b"abc" * 1000}),
    "empty body": ("POST", "/echo", {}),
    "put": ("PUT", "/echo", {"content": b"x"}),
    "large body": ("POST", "/echo", {"content": b"z" * 1_000_000}),
    "large upload": ("POST", "/upload", {"content": b"z" * 1_000_000}),
    "stream": ("GET", "/stream", {}),
    "large": ("GET", "/large", {}),
    "large stream of known length": ("GET", "/large-stream", {}),
    "server-sent events": ("GET", "/sse", {}),
    "failure": ("GET", "/fail", {}),
    "failure in background": ("GET", "/fail-in-background", {}),
    "http exception": ("GET", "/refuse", {}),
    "redirect": ("GET", "/redirect", {}),
    "slash redirect": ("GET", "/echo/?x=1", {"follow_redirects": False}),
    "cookies": ("GET", "/cookies", {"headers": {"cookie": "a=b; c=d"}}),
    "form": ("POST", "/form", {"data": {"a": "1", "b": "é"}}),
    "multipart": ("POST", "/form", {"data": {"a": "1"}, "files": {"f": ("ü.txt", b"content")}}),
    "file": ("GET", "/file", {}),
    "file range": ("GET", "/file", {"headers": {"range": "bytes=10-19"}}),
    "file ranges": ("GET", "/file", {"headers": {"range": "bytes=0-1,299990-"}}),
    "unsatisfiable range": ("GET", "/file", {"headers": {"range": "bytes=900000-"}}),
    "static": ("GET", "/static/big.txt", {}),
    "static index": ("GET", "/static/", {}),
    "static condition": ("GET", "/static/big.txt", {"headers": {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}}),
    "static missing": ("GET", "/static/none.txt", {}),
    "no content": ("GET", "/empty/204", {}),
    "not modified": ("GET", "/empty/304", {}),
    "empty": ("GET", "/empty/200", {}),
    "own headers": ("GET", "/closes", {}),
    "middleware": ("GET", "/stamped", {}),
    "gzip": ("GET", "/gzipped", {"headers": {"accept-encoding": "gzip"}}),
    "validated": ("GET", "/api/items/7?limit=3", {}),
    "invalid path": ("GET", "/api/items/x", {}),
    "invalid query": ("GET", "/api/items/7?limit=30", {}),
    "model": ("POST", "/api/items", {"json": {"name": "tea", "price": 2.5}}),
    "invalid model": ("POST", "/api/items", {"json": {"name": "tea"}}),
    "openapi": ("GET", "/api/openapi.json", {}),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_an_answer_is_the_same(both: Both, case: str) -> None:
    method, target, options = REQUESTS[case]
    answers = [told(httpx.request(method, server.url + target, **options)) for server in both.values()]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("target", ["/upload", "/conversation/", "/echo"])
def test_a_chunked_body_arrives_and_is_answered_the_same(both: Both, target: str) -> None:
    answers = [httpx.post(server.url + target, content=iter([b"ab", b"", b"c" * 100_000])) for server in both.values()]
    assert told(answers[0]) == told(answers[1])


def test_a_conversation_goes_both_ways_at_once(both: Both) -> None:
    for server in both.values():
        with _open(server) as client:
            client.sendall(b"POST /conversation/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            assert _read_until(client, b"ABC").startswith(b"HTTP/1.1 200 OK")
            client.sendall(b"3\r\ndef\r\n0\r\n\r\n")
            assert b"DEF" in _read_until(client, b"0\r\n\r\n")


@pytest.mark.parametrize("target", ["/fail-late", "/too-long/", "/too-short/"])
def test_a_response_that_goes_wrong_is_cut(both: Both, target: str) -> None:
    for server in both.values():
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(server.url + target)
        assert httpx.get(server.url + "/stream").status_code == 201


@pytest.mark.parametrize(("target", "event"), [("/endless", "the stream has ended"), ("/waits", "the client has gone")])
def test_the_application_notices_a_client_that_goes(both: Both, eventually: Any, target: str, event: str) -> None:
    for server in both.values():
        before = httpx.get(server.url + "/events").json().count(event)
        with _open(server) as client:
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            if target == "/endless":
                _read_until(client, b"....")
        eventually(lambda: httpx.get(server.url + "/events").json().count(event) > before)  # noqa: B023


def test_a_background_task_does_not_hold_its_connection(both: Both, eventually: Any) -> None:
    for server in both.values():
        with httpx.Client(base_url=server.url) as client:
            assert client.get("/background").text == "answered"
            assert client.get("/events").status_code == 200
            assert client.get("/go-on").text == "gone on"
        eventually(lambda: "the background task has run" in httpx.get(server.url + "/events").json())  # noqa: B023


def test_pipelined_requests_go_on_beside_a_background_task(both: Both) -> None:
    for server in both.values():
        with _open(server) as client:
            client.sendall(b"GET /background HTTP/1.1\r\nHost: a\r\n\r\nGET /go-on HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"answered" in _read_until(client, b"gone on")


# WebSockets


def socket_at(server: RunningServer, target: str, **options: Any) -> ClientConnection:
    return connect(server.url.replace("http", "ws") + target, **options)


def test_a_websocket_echoes_text_bytes_and_fragments(both: Both) -> None:
    for server in both.values():
        with socket_at(server, "/ws/echo") as websocket:
            for message in ("text", "", "ü" * 40_000, b"bytes", b"", b"\0" * 126, b"x" * 65_535, b"x" * 65_536):
                websocket.send(message)
                assert websocket.recv() == message
            websocket.send(iter(["one ", "two ", "three"]))
            assert websocket.recv() == "one two three"
            websocket.ping().wait(5)


def test_what_a_websocket_is_told_and_answers_is_the_same(both: Both) -> None:
    transcripts = []
    for server in both.values():
        with socket_at(server, "/ws/json?a=1", subprotocols=["other", "chat"]) as websocket:
            answer = websocket.response
            assert answer is not None
            own = [(name.lower(), value) for name, value in answer.headers.raw_items()]
            told = [pair for pair in own if pair[0] in ("x-own", "set-cookie", "sec-websocket-extensions", "upgrade")]
            websocket.send('{"x": 1}')
            messages = [websocket.recv(), websocket.recv()]
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv()
            transcripts.append((websocket.subprotocol, sorted(told), messages, closed.value.rcvd))
    assert transcripts[0] == transcripts[1]


@pytest.mark.parametrize("target", ["/ws/refused", "/ws/denied", "/ws/silent", "/ws/fails-first", "/ws/nowhere"])
def test_a_websocket_that_is_not_accepted_is_answered_the_same(both: Both, target: str) -> None:
    answers = []
    for server in both.values():
        with pytest.raises(InvalidStatus) as refused, socket_at(server, target):
            pass
        response = refused.value.response
        answers.append((response.status_code, response.headers.get("retry-after"), response.body))
    if answers[0][0] != 500:
        assert answers[0] == answers[1]
    assert answers[0][0] == answers[1][0]


def test_a_close_reaches_the_application_with_its_code_and_reason(both: Both, eventually: Any) -> None:
    for server in both.values():
        with socket_at(server, "/ws/echo") as websocket:
            websocket.close(4321, "enough")
        eventually(lambda: "disconnect 4321 enough" in httpx.get(server.url + "/events").json())  # noqa: B023


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x05hello", 1002),
        (b"\x81\x81\0\0\0\0\xff", 1007),
        (b"\x81\xff" + (2**25).to_bytes(8) + b"\0\0\0\0", 1009),
        (b"\x83\x80\0\0\0\0", 1002),
    ],
    ids=["unmasked", "invalid UTF-8", "oversize", "unknown opcode"],
)
def test_a_wrong_frame_closes_its_websocket_only(both: Both, frame: bytes, code: int) -> None:
    for server in both.values():
        with socket_at(server, "/ws/echo") as websocket:
            websocket.socket.sendall(frame)
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == code
        assert httpx.get(server.url + "/stream").status_code == 201


def _open(server: RunningServer) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=10)


def _read_until(client: socket.socket, end: bytes) -> bytes:
    received = b""
    while end not in received:
        stretch = client.recv(65_536)
        assert stretch, f"the server closed after {received!r}"
        received += stretch
    return received
