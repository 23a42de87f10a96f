"""Child processes: ready when they say so, told apart when they fail, and never left behind."""

import signal
import socket
import sys
import textwrap
from pathlib import Path

import pytest
from arlen_testkit.errors import ProcessError
from arlen_testkit.processes import Line, Port, free_port, serve_process

ANNOUNCE = "print('listening on http://127.0.0.1:1234/', flush=True)"
FOREVER = "import signal; signal.pause()"


def script(*lines: str) -> list[str]:
    return [sys.executable, "-c", "\n".join(textwrap.dedent(line) for line in lines)]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    """Wait, bounded, for a process that is not our child."""
    with serve_process(script(FOREVER), ready=_Gone(pid)):
        return True


class _Gone:
    def __init__(self, pid: int) -> None:
        self._pid = pid

    def url(self, output: object) -> str | None:
        return None if alive(self._pid) else ""

    def __str__(self) -> str:
        return f"the end of process {self._pid}"


def test_the_url_is_what_the_server_announces() -> None:
    with serve_process(script(ANNOUNCE, FOREVER)) as server:
        assert server.url == "http://127.0.0.1:1234"
        assert "listening on" in str(server.output)


def test_a_server_that_says_nothing_is_ready_when_its_port_accepts() -> None:
    port = free_port()
    listen = f"import socket; s = socket.create_server(('127.0.0.1', {port}))"
    with serve_process(script(listen, FOREVER), ready=Port(port)) as server:
        assert server.url == f"http://127.0.0.1:{port}"


def test_later_lines_are_awaited_one_after_the_other() -> None:
    on_hangup = "import signal; signal.signal(signal.SIGHUP, lambda *_: print('reloaded', flush=True))"
    with serve_process(script(on_hangup, ANNOUNCE, "while True: signal.pause()")) as server:
        server.signal(signal.SIGHUP)
        first = server.output.wait_for("^reloaded$")
        server.signal(signal.SIGHUP)
        second = server.output.wait_for("^reloaded$", start=first.end())
        assert second.start() > first.start()


def test_a_line_counts_only_when_it_is_complete() -> None:
    halves = "import sys, signal; sys.stdout.write('listening on http://127.0.0.1:80'); sys.stdout.flush()"
    with pytest.raises(ProcessError) as caught, serve_process(script(halves, FOREVER), timeout=0.5):
        pass
    assert caught.value.code == "timed_out"


def test_a_process_that_ends_early_is_reported_with_its_output_and_status() -> None:
    refusing = script("import sys; print('no such setting: colour', file=sys.stderr); sys.exit(2)")
    with pytest.raises(ProcessError, match="no such setting: colour") as caught, serve_process(refusing):
        pass
    assert caught.value.code == "exited"
    assert caught.value.details["status"] == 2


def test_a_process_that_never_becomes_ready_is_stopped_and_reported() -> None:
    slow = script("import os; print('warming up', os.getpid())", FOREVER)
    with pytest.raises(ProcessError, match="warming up") as caught, serve_process(slow, timeout=0.5):
        pass
    assert caught.value.code == "timed_out"
    assert not alive(int(str(caught.value.details["output"]).split()[-1]))


def test_a_process_that_ends_as_soon_as_it_is_ready_does_not_count_as_running() -> None:
    with pytest.raises(ProcessError) as caught, serve_process(script(ANNOUNCE), ready=_AtItsEnd()):
        pass
    assert caught.value.code == "exited"


class _AtItsEnd:
    def url(self, output: object) -> str | None:
        process = output._process  # type: ignore[attr-defined]
        process.wait()
        return ""

    def __str__(self) -> str:
        return "its end"


def test_an_unknown_command_is_named() -> None:
    with (
        pytest.raises(ProcessError, match="no-such-program") as caught,
        serve_process(["no-such-program", "--port", "1"]),
    ):
        pass
    assert caught.value.code == "not_started"


def test_the_exit_status_of_a_graceful_stop_can_be_read() -> None:
    graceful = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))"
    with serve_process(script(graceful, ANNOUNCE, "signal.pause()")) as server:
        server.signal(signal.SIGTERM)
        assert server.wait() == 7


def test_waiting_for_the_end_of_a_running_process_is_bounded() -> None:
    with serve_process(script(ANNOUNCE, FOREVER)) as server, pytest.raises(ProcessError) as caught:
        server.wait(timeout=0.1)
    assert caught.value.code == "timed_out"


def test_a_process_that_ignores_the_signal_is_killed_with_its_children() -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    child = "import os; pid = os.fork() or signal.pause(); print('child', pid, flush=True)"
    with serve_process(script(deaf, child, ANNOUNCE, "signal.pause()"), stop_timeout=0.2) as server:
        offspring = int(server.output.wait_for(r"child (\d+)")[1])
        assert alive(offspring)
    assert server.process.returncode == -signal.SIGKILL
    assert ends(offspring)


def test_a_failing_block_stops_the_process_too() -> None:
    with pytest.raises(ZeroDivisionError), serve_process(script(ANNOUNCE, FOREVER)) as server:
        raise ZeroDivisionError
    assert server.process.returncode == -signal.SIGTERM


def test_when_the_starter_is_killed_the_server_is_stopped() -> None:
    starter = f"""
        import sys, os, signal
        from arlen_testkit.processes import serve_process
        with serve_process([sys.executable, "-c", {(ANNOUNCE + chr(10) + FOREVER)!r}]) as server:
            print("started", server.process.pid, flush=True)
            signal.pause()
        """
    with serve_process(script(starter), ready=Line("^started")) as outer:
        pid = int(outer.output.wait_for(r"started (\d+)")[1])
        outer.signal(signal.SIGKILL)
        assert outer.wait() == -signal.SIGKILL
        assert ends(pid)


def test_environment_and_directory_reach_the_process(tmp_path: Path) -> None:
    tell = "import os; print('listening on', os.environ['COLOUR'] + os.getcwd(), flush=True)"
    with serve_process(script(tell, FOREVER), cwd=tmp_path, env={"COLOUR": "red"}) as server:
        assert server.url == f"red{tmp_path.resolve()}"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_free_port_can_be_bound(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, free_port(host)), family=family) as listener:
        assert listener.getsockname()[0] == host
