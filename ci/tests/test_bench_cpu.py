import os
import subprocess
import sys

from ci.bench.cpu import Cores, descendants, pinned, process_tree, stat_fields, time_of

BUSY = "import os, sys, time\nwhile sum(os.times()[:2]) < 0.1: pass\nprint('done', flush=True)\nsys.stdin.read()"


def test_descendants_are_all_generations_and_nobody_else():
    assert descendants(1, {1: 0, 2: 1, 3: 2, 4: 9, 9: 0}) == {1, 2, 3}


def test_a_command_name_may_hold_blanks_and_brackets():
    assert stat_fields("17 (a (b) c) S 1 17") == ["S", "1", "17"]


def test_processes_started_inside_pinned_run_on_that_core_only():
    core = Cores.available().load
    before = os.sched_getaffinity(0)
    code = "import os; print(os.sched_getaffinity(0))"
    with pinned(core):
        printed = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True).stdout
    assert printed.strip() == str({core})
    assert os.sched_getaffinity(0) == before


def test_the_time_of_a_process_is_seen_from_outside():
    with subprocess.Popen((sys.executable, "-c", BUSY), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        tree = process_tree(process.pid)
        used = time_of(tree)
        process.stdin.close()
    assert tree == {process.pid}
    assert used.total >= 0.09


def test_a_process_that_ended_counts_nothing():
    with subprocess.Popen((sys.executable, "-c", "pass")) as process:
        process.wait()
    assert time_of({process.pid}).total == 0
