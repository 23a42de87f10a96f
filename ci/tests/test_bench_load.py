import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ci.bench.cpu import Cores, CPUTime
from ci.bench.load import Generator, LoadError, parse
from ci.bench.root import ROOT
from ci.bench.scenarios import Question
from ci.bench.subjects.content import HOST

WRK = """Running 2s test @ http://127.0.0.1:8000/healthz
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   223.61us  245.10us   6.32ms   94.43%
    Req/Sec   136.61k    10.69k  146.80k    90.00%
  271812 requests in 2.00s, 30.85MB read
Requests/sec: 135871.03
{"requests": 271812, "errors": 0, "duration_us": 2000514, "p50_us": 187, "p99_us": 1207}
"""


def test_the_last_line_of_a_generator_is_its_result():
    load = parse(WRK, CPUTime(1.5, 0.4))
    assert (load.requests, load.p50_ms, load.p99_ms) == (271812, 0.187, 1.207)
    assert load.rate == pytest.approx(135871, rel=1e-3)
    assert load.cpu.total == pytest.approx(1.9)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("", "no summary"),
        ("unable to connect to 127.0.0.1:1 Connection refused\n", "no summary"),
        ('{"requests": 10, "errors": 3, "duration_us": 1, "p50_us": 1, "p99_us": 1}', "3 errors in 10 answers"),
        ('{"requests": 0, "errors": 0, "duration_us": 1, "p50_us": 0, "p99_us": 0}', "0 errors in 0 answers"),
    ],
)
def test_a_run_with_errors_or_without_answers_is_no_result(output, reason):
    with pytest.raises(LoadError, match=reason):
        parse(output, CPUTime())


@pytest.fixture
def floor():
    """A subject on a port of its own choice, as the harness starts it."""
    from ci.bench.catalogue import FLOOR
    from ci.bench.server import running

    with running(FLOOR, Cores.available().server) as server:
        yield server


@pytest.mark.parametrize("generator", [Generator.own(), Generator.installed()], ids=["own", "installed"])
def test_every_generator_reports_answers_latencies_and_its_own_cpu_time(floor, generator):
    load = generator.run(floor.port, Question("/healthz"), core=Cores.available().load, connections=2, seconds=1)
    assert load.requests > 100
    assert 0 < load.p50_ms <= load.p99_ms
    assert load.cpu.total > 0


@pytest.mark.parametrize("generator", [Generator.own(), Generator.installed()], ids=["own", "installed"])
def test_every_generator_sends_method_fields_and_body(generator):
    def answer(listener, heard):
        while not heard:  # wrk tries the address with a connection of its own
            connection, _ = listener.accept()
            with connection:
                while asked := connection.recv(65536):
                    heard.append(asked)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    heard = []
    question = Question("/api/pay", "POST", {"X-Token": "a: b", "Content-Type": "text/plain"}, b'{"amount": "1 2"}')
    with socket.create_server((HOST, 0)) as listener, ThreadPoolExecutor(1) as pool:
        answering = pool.submit(answer, listener, heard)
        generator.run(listener.getsockname()[1], question, core=Cores.available().load, connections=1, seconds=1)
        answering.result(10)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/pay HTTP/1.1\r\n")
    assert {b"X-Token: a: b", b"Content-Type: text/plain", b"Content-Length: 17"} < set(head.split(b"\r\n"))
    assert body == question.body


def test_our_own_generator_counts_error_answers(floor):
    command = (sys.executable, "-m", "ci.bench.generator", f"http://{HOST}:{floor.port}/absent", "--seconds", "0.1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    with pytest.raises(LoadError, match="errors in"):
        parse(done.stdout, CPUTime())
