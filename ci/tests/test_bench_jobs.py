import json
import sys
from pathlib import Path

import pytest

from ci.bench.jobs.subjects import SUBJECTS, script
from ci.bench.suites.jobs import JOBS, RATIOS, ProgramFailed, Throughput, absolute, figures_of

ROUND = {"jobs_per_second": 100.0, "cpu_us": 10.0, "enqueue_us": 5.0, "idle_cpu_percent": 0.1}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: f"{subject.name} on {subject.store}")
def test_every_subject_has_a_program_and_jobs_enough_for_its_single_ones(subject):
    compile(Path(script(subject.program)).read_text(encoding="utf-8"), subject.program, "exec")
    assert subject.jobs >= 1000
    assert subject.command("redis://x", 7, 1.5)[-3:] == ["redis://x", "7", "1.5"]


@pytest.mark.parametrize("ratio", RATIOS, ids=lambda ratio: ratio.key)
def test_every_ratio_stands_on_two_subjects_of_one_store(ratio):
    names = {subject.name for subject in SUBJECTS if subject.store is ratio.store}
    assert {"arlen", ratio.against} <= names


def test_a_ratio_is_that_of_the_medians():
    [ratio] = [ratio for ratio in RATIOS if ratio.key == "jobs.redis_vs_taskiq"]
    own = [ROUND | {"jobs_per_second": rate} for rate in (300.0, 400.0, 900.0)]
    found = {("arlen", ratio.store): own, ("taskiq", ratio.store): [ROUND] * 3}
    measured = ratio.measured(found)
    assert (measured.value, measured.lowest, measured.highest) == (4.0, 3.0, 9.0)
    assert {figure.key for figure in absolute(found)} == {"jobs.redis_cpu_us", "jobs.redis_idle_cpu_percent"}
    assert ratio.measured({}) is None


def test_the_figures_of_a_program_are_the_last_object_that_it_prints():
    command = [sys.executable, "-c", f"print('banner'); print({json.dumps(ROUND)!r})"]
    assert figures_of(command, 0) == ROUND


def test_a_program_that_fails_is_left_out_with_its_last_words():
    with pytest.raises(ProgramFailed, match="no server"):
        figures_of([sys.executable, "-c", "raise SystemExit('no server')"], 0)


def test_the_suite_measures_throughput_and_growth():
    assert JOBS.parts == ["throughput", "growth"]
    assert Throughput().subjects[0] == "arlen"
