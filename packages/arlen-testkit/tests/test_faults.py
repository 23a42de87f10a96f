"""Plans of faults: read as they are meant, refused when they cannot happen, and carried out call by call."""

import errno
import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from arlen_testkit.errors import FaultError
from arlen_testkit.faults import Fault, parse_plan, serve_with_faults
from arlen_testkit.faults.sockets import FaultyListener
from arlen_testkit.faults.trigger import Trigger

APP = """
from arlen_http import Response

def handle(request):
    return Response("hello")
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def test_a_plan_is_a_list_of_faults() -> None:
    assert parse_plan("io.send=EAGAIN@1; fs.open=EINTR@2x3;alloc.read_buffer=MEMORY@1;io.recv=DELAY:20@4;") == (
        Fault("io.send", "EAGAIN", 1),
        Fault("fs.open", "EINTR", 2, 3),
        Fault("alloc.read_buffer", "MEMORY", 1),
        Fault("io.recv", "DELAY:20", 4),
    )


def test_a_fault_is_written_as_it_is_read() -> None:
    plan = "io.send=EAGAIN@1;fs.open=EINTR@2x3"
    assert ";".join(map(str, parse_plan(plan))) == plan


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ("io.send", "seam=FAULT@first"),
        ("io.send=EAGAIN", "seam=FAULT@first"),
        ("io.sned=EAGAIN@1", "there are io.accept"),
        ("io.send=EAGIAN@1", "cannot happen"),
        ("io.send=EAGAIN@0", "counted from 1"),
        ("io.send=EAGAIN@1x0", "counted from 1"),
        ("fs.open=SHORT@1", "cannot happen"),
        ("io.accept=EOF@1", "cannot happen"),
        ("alloc.read_buffer=EAGAIN@1", "cannot happen"),
        ("io.send=SHORT:3@1", "cannot happen"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_why(plan: str, word: str) -> None:
    with pytest.raises(FaultError, match=word) as caught:
        parse_plan(plan)
    assert caught.value.code == "invalid_plan"


def test_faults_strike_from_the_moment_of_arming_at_the_calls_that_they_name(tmp_path: Path) -> None:
    hits = tmp_path / "hits"
    trigger = Trigger(parse_plan("io.recv=SHORT@2x2"), hits)
    assert [trigger.pull("io.recv") for _ in range(3)] == ["", "", ""]
    trigger.armed = True
    assert [trigger.pull("io.recv") for _ in range(5)] == ["", "SHORT", "SHORT", "", ""]
    assert trigger.pull("io.send") == ""
    written = [json.loads(line) for line in hits.read_text().splitlines()]
    assert [(hit["seam"], hit["fault"], hit["n"]) for hit in written] == [
        ("io.recv", "SHORT", 2),
        ("io.recv", "SHORT", 3),
    ]


@pytest.mark.parametrize(
    ("kind", "error"), [("EINTR", InterruptedError), ("EAGAIN", BlockingIOError), ("EMFILE", OSError)]
)
def test_a_name_of_errno_is_raised_as_the_system_would(tmp_path: Path, kind: str, error: type[OSError]) -> None:
    trigger = Trigger(parse_plan(f"fs.open={kind}@1"), tmp_path / "hits")
    trigger.armed = True
    with pytest.raises(error) as caught:
        trigger.pull("fs.open")
    assert caught.value.errno == getattr(errno, kind)


@pytest.mark.parametrize(
    ("plan", "calls"),
    [
        ("io.recv=SHORT@1;io.recv=EOF@3", [b"a", b"bcd", b""]),
        ("io.recv=EINTR@2", [b"abcd", InterruptedError]),
    ],
)
def test_an_accepted_socket_reads_as_planned(tmp_path: Path, plan: str, calls: list[object]) -> None:
    trigger = Trigger(parse_plan(plan), tmp_path / "hits")
    with FaultyListener.bound(trigger, ("127.0.0.1", 0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()) as client, listener.accept()[0] as accepted:
            trigger.armed = True
            client.sendall(b"abcd")
            for expected in calls:
                if isinstance(expected, bytes):
                    assert accepted.recv(100) == expected
                else:
                    with pytest.raises(InterruptedError):
                        accepted.recv(100)


@pytest.mark.parametrize(("plan", "sent"), [("io.send=SHORT@1", 1), ("io.send=EOF@1", 0), ("io.send=SHORT@2", 5)])
def test_an_accepted_socket_writes_as_planned_gathered_or_not(tmp_path: Path, plan: str, sent: int) -> None:
    for write in ("send", "sendmsg"):
        trigger = Trigger(parse_plan(plan), tmp_path / "hits")
        with FaultyListener.bound(trigger, ("127.0.0.1", 0)) as listener:
            listener.listen()
            with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
                trigger.armed = True
                data = b"abcde" if write == "send" else [b"abc", b"de"]
                assert getattr(accepted, write)(data) == sent


def test_a_server_fails_as_planned_and_tells_what_has_struck(app: Path) -> None:
    with serve_with_faults("app:handle", "alloc.response_head=MEMORY@2", cwd=app) as server, httpx.Client() as client:
        assert client.get(server.url).status_code == 200
        server.arm()
        assert [client.get(server.url).status_code for _ in range(3)] == [200, 500, 200]
        [hit] = server.hits()
        assert (hit["seam"], hit["fault"], hit["n"]) == ("alloc.response_head", "MEMORY", 2)


def test_a_fault_that_is_not_reached_is_a_failure(app: Path) -> None:
    def serve_once() -> None:
        with serve_with_faults("app:handle", "io.sendfile=EINVAL@1;io.send=SHORT@1", cwd=app) as server:
            server.arm()
            httpx.get(server.url)

    with pytest.raises(FaultError, match=r"io\.sendfile=EINVAL@1") as caught:
        serve_once()
    assert caught.value.code == "fault_not_reached"


def test_a_block_that_fails_says_so_and_not_that_a_fault_was_missed(app: Path) -> None:
    with pytest.raises(ZeroDivisionError), serve_with_faults("app:handle", "io.send=SHORT@1", cwd=app):
        raise ZeroDivisionError


def test_the_command_refuses_a_plan_in_one_line(app: Path) -> None:
    command = [sys.executable, "-m", "arlen_testkit.faults", "--plan", "io.sned=EAGAIN@1", "--", "app:handle"]
    done = subprocess.run(command, cwd=app, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("arlen-testkit faults: there is no seam io.sned")
