import os

import pytest

from ci.bench.catalogue import FLOOR, Subject
from ci.bench.cpu import Cores, CPUTime
from ci.bench.load import Generator, Load
from ci.bench.rounds import Bench, Effort, Sample, measure, quietest
from ci.bench.scenarios import ECHO, HEALTHZ
from ci.bench.server import running


def attempt(number, foreign_server, foreign_load=0.0):
    load = Load(requests=number, seconds=1.0, p50_ms=1.0, p99_ms=1.0, cpu=CPUTime())
    return Sample(1, "a", "healthz", number, load, CPUTime(), foreign_server, foreign_load)


@pytest.mark.parametrize(
    ("disturbances", "kept"),
    [
        ([(0.01, 0.01)], 1),
        ([(0.2, 0.0), (0.01, 0.01)], 2),
        ([(0.2, 0.0), (0.1, 0.0), (0.3, 0.0)], 2),
        ([(0.0, 0.2), (0.1, 0.0), (0.0, 0.15)], 2),
    ],
)
def test_the_first_quiet_attempt_is_kept_else_the_quietest(disturbances, kept):
    attempts = [attempt(number, *shares) for number, shares in enumerate(disturbances, 1)]
    assert quietest(attempts).tries == kept


def test_a_quiet_attempt_is_not_followed_by_another():
    attempts = iter([attempt(1, 0.0), attempt(2, 0.0)])
    assert quietest(attempts).tries == 1
    assert next(attempts).tries == 2


@pytest.fixture
def bench():
    return Bench(Cores.available(), Generator.own(), Effort(rounds=2, seconds=1, connections=2))


ABSENT = Subject("absent", "absent", ("-c", "pass"), ("arlen-no-such-distribution",))
BROKEN = Subject("broken", "broken", ("-c", "raise SystemExit('no licence on this machine')"), ("uvloop",))
LAZY = Subject("lazy", "lazy", ("-m", "http.server", "{port}", "--bind", "127.0.0.1"), ("uvloop",))


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (ABSENT, "arlen-no-such-distribution is not installed"),
        (BROKEN, "did not start: no licence on this machine"),
        (LAZY, "/healthz gives status 404 instead of 200"),
    ],
)
def test_a_subject_that_cannot_take_part_is_named_with_its_reason_and_not_tried_again(bench, subject, reason):
    heard = []
    found = measure(bench, [subject], (HEALTHZ,), heard.append)
    assert found.missing == {subject.name: reason}
    assert found.samples == []
    assert len([line for line in heard if line.startswith("round")]) == 1


def test_every_round_visits_every_scenario_of_a_subject(bench):
    found = measure(bench, [FLOOR], (HEALTHZ, ECHO), lambda line: None)
    assert [(sample.round, sample.scenario) for sample in found.samples] == [
        (1, "healthz"),
        (1, "echo"),
        (2, "healthz"),
        (2, "echo"),
    ]
    assert all(sample.load.requests and sample.server.total for sample in found.samples)
    assert len(found.idle_mb[FLOOR.name]) == 2


def test_a_server_is_gone_when_its_block_ends(bench):
    with running(FLOOR, bench.cores.server) as server:
        (pid,) = server.pids
        assert os.sched_getaffinity(pid) == {bench.cores.server}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
