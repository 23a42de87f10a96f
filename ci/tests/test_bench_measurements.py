import pytest

from ci.bench.catalogue import ARLEN_BARE, ARLEN_UPLOAD, FLOOR
from ci.bench.cpu import Cores, CPUTime
from ci.bench.figures import Cell, Measured, rate_per_cpu
from ci.bench.goals import AtLeast, AtMost
from ci.bench.load import Generator, Load
from ci.bench.measurements import Options
from ci.bench.measurements.flatness import Flatness, flatness
from ci.bench.measurements.idle_connections import IdleConnections
from ci.bench.measurements.slow_clients import Comparison, SlowClients, judged
from ci.bench.measurements.uploads import UploadGrowth, worst
from ci.bench.rounds import Effort, Sample
from ci.bench.scenarios import HEALTHZ
from ci.bench.suites import SUITES


def level(rate, *, busy=1.0, generator=0.5):
    load = Load(requests=rate, seconds=1.0, p50_ms=1.0, p99_ms=2.0, cpu=CPUTime(generator, 0.0))
    return Cell.of([Sample(1, "a", "b", 1, load, CPUTime(busy / 2, busy / 2), 0.0, 0.0)])


@pytest.mark.parametrize(
    ("by_level", "expected"),
    [
        ({1: level(50), 8: level(100), 32: level(80)}, 0.5),
        ({1: level(50, busy=0.5), 8: level(100), 32: level(80)}, 0.8),
        ({1: level(90, busy=0.95), 8: level(100)}, 0.9),
        ({8: level(100), 32: level(40, busy=0.5)}, 0.4),
        ({1: level(50, busy=0.5), 8: level(100)}, None),
        ({}, None),
    ],
)
def test_flatness_is_the_worst_rate_over_the_best_without_a_single_connection_that_left_the_server_idle(
    by_level, expected
):
    assert flatness(by_level) == expected


def test_flatness_by_processor_time_forgives_a_server_that_was_kept_from_working():
    by_level = {8: level(100), 32: level(50, busy=0.5)}
    assert (flatness(by_level), flatness(by_level, rate_per_cpu)) == (0.5, 1.0)


def comparison(quiet_ms, beside_ms, foreign=0.0):
    quiet, beside = (
        Load(requests=1, seconds=1.0, p50_ms=1.0, p99_ms=ms, cpu=CPUTime()) for ms in (quiet_ms, beside_ms)
    )
    return Comparison(quiet, beside, foreign)


@pytest.mark.parametrize(
    ("seen", "value", "disturbed"),
    [
        ([comparison(1.0, 3.0), comparison(2.0, 3.0)], 2.25, False),
        ([comparison(1.0, 3.0), comparison(8.0, 2.0, foreign=0.3)], 3.0, False),
        ([comparison(8.0, 2.0, foreign=0.3)], 0.25, True),
    ],
)
def test_slow_clients_are_judged_by_the_normal_clients_slowest_hundredth_in_the_clean_rounds(seen, value, disturbed):
    figure = judged("x", seen, AtMost(2))
    assert (figure.value, figure.disturbed) == (value, disturbed)


def test_the_growth_that_counts_is_the_larger_of_the_framings_in_each_round():
    assert worst([[1.0, 5.0], [2.0, 3.0]]) == [2.0, 5.0]


def test_a_figure_of_single_rounds_is_their_median_and_shows_their_range():
    assert Measured.median("x", [3.0, 1.0, 2.0], AtMost(2)) == Measured("x", 2.0, AtMost(2), lowest=1.0, highest=3.0)


@pytest.mark.parametrize(("goal", "met"), [(AtLeast(2), [False, True, True]), (AtMost(2), [True, True, False])])
def test_a_goal_is_met_by_its_own_value_and_beyond(goal, met):
    assert [goal.met_by(value) for value in (1.9, 2.0, 2.1)] == met


def options(*subjects):
    return Options(Effort(rounds=1, seconds=0.05, connections=2), Cores.available(), Generator.own(), subjects)


MEASUREMENTS = [
    Flatness("flatness", "flatness", FLOOR, (), HEALTHZ, levels=(2, 4), goal=AtLeast(0.85)),
    SlowClients("slow-clients", "slowloris", ARLEN_BARE, HEALTHZ, goal=AtMost(2), clients=20),
    IdleConnections("idle", {"idle": FLOOR}, HEALTHZ, goal=AtMost(10_240), count=50),
    UploadGrowth("uploads", "growth", ARLEN_UPLOAD, (), goal=AtMost(16), size=2),
]


@pytest.mark.parametrize("measurement", MEASUREMENTS, ids=lambda measurement: measurement.name)
def test_a_measurement_gives_its_figure_and_a_table(measurement):
    section = measurement.run(options(), lambda line: None)
    assert section.missing == {}
    assert len(section.figures) == 1
    assert section.tables[0].startswith(measurement.name)


@pytest.mark.parametrize("measurement", MEASUREMENTS, ids=lambda measurement: measurement.name)
def test_a_measurement_whose_server_is_not_chosen_gives_no_figure(measurement):
    section = measurement.run(options("nobody"), lambda line: None)
    assert (list(section.figures), section.missing) == ([], {})


def test_a_part_of_a_suite_has_a_name_of_its_own():
    suite = SUITES["http"].only(["files", "flatness"])
    assert (suite.name, suite.parts) == ("http-files-flatness", ["files", "flatness"])
    assert suite.subjects[0] == ARLEN_BARE.name


def test_no_two_figures_share_a_key_and_no_two_parts_a_name():
    for suite in SUITES.values():
        assert len(set(suite.parts)) == len(suite.parts)
