import pytest

from ci.bench.cpu import CPUTime
from ci.bench.figures import Figure, cells, evaluate, p99, ratios, ratios_per_cpu, spread
from ci.bench.load import Load
from ci.bench.rounds import Sample


def sample(subject, rate, *, round=1, p99_ms=2.0, foreign=0.0, cpu=1.0, scenario="healthz"):
    load = Load(requests=rate, seconds=1.0, p50_ms=1.0, p99_ms=p99_ms, cpu=CPUTime(0.2, 0.3))
    return Sample(
        round=round,
        subject=subject,
        scenario=scenario,
        tries=1,
        load=load,
        server=CPUTime(cpu * 0.75, cpu * 0.25),
        foreign_server=foreign,
        foreign_load=0.0,
    )


def test_a_cell_is_the_median_of_the_clean_rounds():
    found = cells([sample("a", rate, round=round) for round, rate in enumerate([100, 300, 200], 1)])
    cell = found["a", "healthz"]
    assert (cell.rate, cell.slowest, cell.fastest, cell.rounds, cell.disturbed) == (200, 100, 300, 3, False)


def test_a_disturbed_round_does_not_reach_the_median():
    found = cells([sample("a", 100), sample("a", 10, round=2, foreign=0.4), sample("a", 120, round=3)])
    assert (found["a", "healthz"].rate, found["a", "healthz"].rounds) == (110, 2)


def test_when_every_round_was_disturbed_all_count_and_the_cell_says_so():
    found = cells([sample("a", 100, foreign=0.4), sample("a", 50, round=2, foreign=0.4)])
    assert (found["a", "healthz"].rate, found["a", "healthz"].disturbed) == (75, True)


def test_times_per_request_come_from_the_servers_processor_time():
    cell = cells([sample("a", 1000, cpu=0.1)])["a", "healthz"]
    assert cell.rate_per_cpu == pytest.approx(10_000)
    assert (cell.user_us, cell.kernel_us) == (pytest.approx(75), pytest.approx(25))


FASTER = Figure("x.a_vs_best", "healthz", "a", ("b", "c"))


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([sample("a", 300), sample("b", 100), sample("c", 150)], {"x.a_vs_best": 2.0}),
        ([sample("a", 300), sample("b", 100)], {"x.a_vs_best": 3.0}),
        ([sample("a", 300)], {}),
        ([sample("b", 100)], {}),
        ([sample("a", 300), sample("b", 100, scenario="blob")], {}),
    ],
)
def test_a_ratio_is_against_the_best_that_was_measured_and_absent_without_both_sides(samples, expected):
    assert ratios([FASTER], cells(samples)) == expected


def test_a_ratio_of_latencies_is_below_one_when_the_first_is_better():
    figure = Figure("x.p99", "healthz", "a", ("b",), metric=p99)
    found = cells([sample("a", 1, p99_ms=1.0), sample("b", 1, p99_ms=4.0)])
    assert ratios([figure], found) == {"x.p99": 0.25}
    assert ratios_per_cpu([figure], found) == {}


def test_ratios_per_cpu_second_forgive_a_server_that_was_waiting():
    found = cells([sample("a", 100, cpu=0.5), sample("b", 100, cpu=1.0)])
    assert ratios([FASTER], found) == {"x.a_vs_best": 1.0}
    assert ratios_per_cpu([FASTER], found) == {"x.a_vs_best": 2.0}


def test_a_figure_that_rests_on_a_disturbed_cell_says_so():
    calm, wild = sample("a", 200), sample("b", 100, foreign=0.4)
    assert [figure.disturbed for figure in evaluate([FASTER], [calm, wild])] == [True]
    assert [figure.disturbed for figure in evaluate([FASTER], [calm, sample("b", 100)])] == [False]
    assert evaluate([FASTER], [calm]) == []


def test_the_spread_is_the_ratio_of_the_worst_and_the_best_round():
    samples = [sample("a", 200), sample("b", 100), sample("a", 300, round=2), sample("b", 100, round=2)]
    assert spread([FASTER], samples) == {"x.a_vs_best": (2.0, 3.0)}
