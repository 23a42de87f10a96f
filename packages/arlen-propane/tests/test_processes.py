"""Real managers with real workers."""

import os
import re
import signal
import socket
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_a_worker_that_is_killed_is_replaced_and_term_ends_all(propane):
    manager = propane("hello:handle", "--workers", "2", "--port", "0", "--respawn-delay-ms", "0")
    port = manager.until("manager_started")["port"]
    killed = manager.until("worker_ready", times=2)["pid"]
    assert manager.get(port).isdecimal()

    os.kill(int(killed), signal.SIGKILL)
    exited = manager.until("worker_exited")
    assert (exited["pid"], exited["status"], exited["restart_action"]) == (killed, "137", "respawn")
    assert manager.until("worker_started")["reason"] == "respawn_after_exit"
    manager.until("worker_ready")
    assert manager.get(port) != killed

    manager.signal(signal.SIGTERM)
    status, lines, errors = manager.end()
    assert (status, errors) == (0, "")
    assert sum("event=http_worker_stopped" in line and "status=0" in line for line in lines) == 2
    assert (
        lines[-1] == f"propane:lifecycle event=manager_stopped manager_pid={manager.pid} reason=signal_term exit_code=0"
    )


def test_a_connection_waits_in_the_backlog_while_no_worker_lives(propane):
    manager = propane("hello:handle", "--workers", "1", "--port", "0", "--respawn-delay-ms", "0")
    port = manager.until("manager_started")["port"]
    only = manager.until("worker_ready")["pid"]
    os.kill(int(only), signal.SIGSTOP)
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as waiting:
        os.kill(int(only), signal.SIGKILL)
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert waiting.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_connection_waits_for_the_first_worker_too(propane):
    manager = propane("hello:handle", "--workers", "1", "--port", "0")
    assert manager.get(manager.until("manager_started")["port"]).isdecimal()


def test_workers_do_not_outlive_a_killed_manager(propane):
    manager = propane("hello:handle", "--workers", "2", "--port", "0")
    manager.until("worker_ready", times=2)
    manager.signal(signal.SIGKILL)
    status, _, _ = manager.end()
    assert status == -signal.SIGKILL


def test_an_application_that_cannot_start_ends_the_manager_with_one_clear_line(propane):
    status, lines, errors = propane("missing:app", "--workers", "1", "--port", "0", "--respawn-delay-ms", "0").end()
    assert status == 1
    assert errors.splitlines()[-1] == (
        "propane: workers failed to start 3 times in a row; the last one ended with exit_1"
    )
    assert errors.count('there is no module "missing"') == 3
    assert sum("event=worker_started" in line for line in lines) == 3


def test_a_taken_port_is_one_clear_line(propane):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, lines, errors = propane("hello:handle", "--port", str(port)).end()
    assert (status, lines) == (1, [])
    assert errors == f"propane: 127.0.0.1:{port} is in use by another program; choose another port\n"


def test_an_unknown_accessory_is_one_clear_line(propane, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/app.toml").write_text("[shop]\n[propane_accessories]\nwrker_count = 2\n")
    status, _, errors = propane("hello:handle", "--port", "0").end()
    assert status == 1
    assert errors == (
        "propane: config/app.toml:3: unknown key propane_accessories.wrker_count;"
        " did you mean propane_accessories.worker_count?\n"
    )


def test_the_example_of_the_readme_runs(propane, tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (command,) = re.findall(r"^propane (shop:.*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    (tmp_path / "shop.py").write_text(example)
    manager = propane(*command.split(), "--port", "0")
    port = manager.until("manager_started")["port"]
    manager.until("worker_ready")
    assert manager.get(port) == "Hello from the shop"
    manager.signal(signal.SIGINT)
    assert manager.end()[0] == 0


SETTLED = """\
from arlen_http import RequestLimits, Response, ServerSettings


class App:
    server_settings = ServerSettings(request_limits=RequestLimits(max_body_bytes=3))

    async def handle(self, request):
        return Response(await request.body())


app = App()
"""


def test_an_application_that_knows_its_server_settings_is_served_by_them(propane, tmp_path):
    (tmp_path / "settled.py").write_text(SETTLED)
    manager = propane("settled:app", "--workers", "1", "--port", "0")
    port = manager.until("manager_started")["port"]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nfour")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
