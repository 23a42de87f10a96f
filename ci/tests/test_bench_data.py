import json
import subprocess
import sys
from contextlib import contextmanager

import pytest

from ci.bench.data.__main__ import measured
from ci.bench.data.tasks import LAST, Task, WrongResult, compiling, lookups
from ci.bench.data.work import Places, fill
from ci.bench.goals import AtMost
from ci.bench.root import ROOT
from ci.bench.suites.data import RATIOS, RUNS, Ratio, rate_over, time_over

NOWHERE = Places("", "")


def times(*seconds):
    return [{"seconds": each, "cpu": each / 2} for each in seconds]


def finding(found):
    @contextmanager
    def finders(places, workers):
        yield [lambda id: found] * workers

    return finders


@pytest.mark.parametrize(("over", "value"), [(time_over, 2.0), (rate_over, 0.5)])
def test_a_ratio_is_of_the_medians_of_all_rounds(over, value):
    ratio = Ratio("data.copy", "copy", "psycopg", over, AtMost(3))
    figure = ratio.measured({("copy", "arlen"): times(2, 4, 8), ("copy", "psycopg"): times(1, 2, 8)})
    assert (figure.value, figure.per_cpu, figure.goal) == (value, value, AtMost(3))
    assert (figure.lowest, figure.highest) == (min(1.0, value), max(1.0, value))


def test_a_ratio_whose_other_side_was_not_measured_is_none():
    ratio = Ratio("data.copy", "copy", "psycopg", time_over)
    assert ratio.measured({("copy", "arlen"): times(1)}) is None


def test_every_ratio_has_a_key_of_its_own():
    assert len({ratio.key for ratio in RATIOS}) == len(RATIOS)


def test_the_runs_of_one_task_stand_side_by_side():
    tasks = [task for task, _ in RUNS]
    changes = [task for task, before in zip(tasks, [None, *tasks], strict=False) if task != before]
    assert len(changes) == len(set(changes))


@pytest.mark.parametrize("workers", [1, 8])
def test_a_wrong_row_is_refused_before_it_is_timed(workers):
    with pytest.raises(WrongResult, match="None instead of"), lookups(finding(None), workers).opened(NOWHERE):
        pass


def test_a_statement_with_too_few_parameters_is_refused():
    with pytest.raises(WrongResult), compiling(lambda number: ("JOIN JOIN ORDER BY", ()), 5).opened(NOWHERE):
        pass


@pytest.mark.parametrize("workers", [1, 8])
def test_workers_share_the_look_ups(workers):
    asked = []

    @contextmanager
    def finders(places, workers):
        yield [lambda id: asked.append(id) or LAST] * workers

    task = lookups(finders, workers)
    with task.opened(NOWHERE) as work:
        asked.clear()
        work()
    assert len(asked) == task.operations


def test_the_time_of_one_operation_is_that_of_a_call_over_its_operations():
    @contextmanager
    def opened(places):
        yield lambda: sum(range(1000))

    few, many = (measured(Task(operations, opened), NOWHERE)["seconds"] for operations in (1, 1_000_000))
    assert many < few


@pytest.mark.parametrize(
    ("library", "task"),
    [("arlen", "compile"), ("arlen", "compile_hit"), ("arlen", "sqlite_lookup"), ("stdlib", "sqlite_lookup")],
)
def test_a_library_does_the_work(library, task, tmp_path):
    file = tmp_path / "people.sqlite3"
    fill(file)
    command = (sys.executable, "-m", "ci.bench.data", library, task, "", str(file))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"seconds", "cpu"}
