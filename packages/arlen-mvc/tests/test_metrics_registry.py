"""Counters, gauges, histograms and timings: what they keep, what they refuse, what several processes make of them."""

import json
import threading

import pytest
from arlen_mvc.metrics import MetricsError, MetricsRegistry, merge
from hypothesis import given, settings
from hypothesis import strategies as st


def readings(metrics, name):
    [metric] = [metric for metric in metrics.snapshot() if metric["name"] == name]
    return {tuple(series["labels"]): series["values"] for series in metric["series"]}


def test_a_counter_keeps_each_combination_of_labels_apart():
    metrics = MetricsRegistry()
    orders = metrics.counter("orders_total", "Orders.", labels=("kind", "country"))
    orders.increment(kind="book", country="at")
    orders.increment(2, country="at", kind="book")
    orders.increment(kind="pen", country="at")
    assert readings(metrics, "orders_total") == {("book", "at"): [3.0], ("pen", "at"): [1.0]}


def test_a_gauge_goes_up_and_down_or_follows_a_function():
    metrics = MetricsRegistry()
    gauge = metrics.gauge("queue")
    gauge.set(7)
    gauge.add(-2)
    metrics.gauge("pool").follow(lambda: 3)
    assert readings(metrics, "queue") == {(): [5.0]}
    assert readings(metrics, "pool") == {(): [3.0]}


def test_a_histogram_counts_a_reading_in_the_bucket_whose_bound_it_does_not_exceed():
    metrics = MetricsRegistry()
    sizes = metrics.histogram("sizes", bounds=(1, 10))
    for size in (0.5, 1, 1.5, 10, 11):
        sizes.observe(size)
    assert readings(metrics, "sizes") == {(): [2, 2, 1, 24.0]}


def test_a_histogram_times_a_block_that_fails_too():
    metrics = MetricsRegistry()
    with pytest.raises(OSError), metrics.histogram("taken").time():
        raise OSError
    [values] = readings(metrics, "taken").values()
    assert sum(values[:-1]) == 1


def test_names_alone_count_too_and_empty_ones_count_nothing():
    metrics = MetricsRegistry()
    for name in ("", "seen"):
        metrics.increment(f"{name}", 2)
        metrics.timing(f"{name}_ms" if name else "", -5)
        metrics.timing(f"{name}_ms" if name else "", 10)
        metrics.set_gauge(f"{name}_now" if name else "", 4)
        metrics.add_gauge(f"{name}_now" if name else "", 1)
    assert {metric["name"] for metric in metrics.snapshot()} == {"seen", "seen_ms", "seen_now"}
    assert readings(metrics, "seen_ms") == {(): [2, 10.0, 0.0, 10.0]}
    assert readings(metrics, "seen_now") == {(): [5.0]}


def test_a_metric_is_made_once_and_kept_to_its_first_meaning():
    metrics = MetricsRegistry()
    assert metrics.counter("a_total", labels=("x",)) is metrics.counter("a_total", labels=["x"])
    for declare in (
        lambda: metrics.counter("a_total"),
        lambda: metrics.gauge("a_total", labels=("x",)),
        lambda: metrics.increment("a_total"),
    ):
        with pytest.raises(MetricsError, match="a_total") as caught:
            declare()
        assert caught.value.code == "metric_conflict"


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (lambda metrics: metrics.counter("a", labels=("le",)), "invalid_metric"),
        (lambda metrics: metrics.counter("a", labels=("b-c",)), "invalid_metric"),
        (lambda metrics: metrics.counter(""), "invalid_metric"),
        (lambda metrics: metrics.histogram("a", bounds=(2, 1)), "invalid_metric"),
        (lambda metrics: metrics.histogram("a", bounds=()), "invalid_metric"),
        (lambda metrics: metrics.counter("a").increment(-1), "counter_decreased"),
        (lambda metrics: metrics.counter("a", labels=("b",)).increment(), "invalid_labels"),
        (lambda metrics: metrics.counter("a", labels=("b",)).increment(b=1, c=2), "invalid_labels"),
        (lambda metrics: metrics.gauge("a").set(1, b=1), "invalid_labels"),
        (lambda metrics: metrics.gauge("a", labels=("b",)).follow(int), "invalid_labels"),
    ],
)
def test_a_metric_that_could_not_be_told_is_refused(use, code):
    with pytest.raises(MetricsError) as caught:
        use(MetricsRegistry())
    assert caught.value.code == code


def test_label_values_that_clients_choose_cannot_fill_the_memory(caplog):
    metrics = MetricsRegistry()
    seen = metrics.counter("seen_total", labels=("agent",), max_series=3)
    for number in range(100):
        seen.increment(agent=number)
    read = readings(metrics, "seen_total")
    assert read == {("0",): [1], ("1",): [1], ("2",): [1], ("_other",): [97]}
    assert [record.message for record in caplog.records] == [
        "a metric has too many series; further ones are counted as _other"
    ]


def test_no_count_is_lost_between_threads():
    metrics = MetricsRegistry()
    counter = metrics.counter("hits_total", labels=("way",))

    def count():
        for _ in range(2000):
            counter.increment(way="same")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert readings(metrics, "hits_total") == {("same",): [16000]}


def test_a_reader_that_fails_takes_only_its_own_reading_away(caplog):
    metrics = MetricsRegistry()
    metrics.increment("fine")
    metrics.gauge("broken").follow(lambda: 1 / 0)
    metrics.collect(lambda: 1 / 0)
    assert [metric["name"] for metric in metrics.snapshot()] == ["fine"]
    assert len(caplog.records) == 2


operations = st.lists(
    st.tuples(
        st.sampled_from(["counter", "gauge", "most", "histogram", "timing"]),
        st.sampled_from("ab"),
        st.integers(0, 1000),
    ),
    max_size=30,
)


def apply(metrics, done):
    for kind, label, number in done:
        match kind:
            case "counter":
                metrics.counter("c", labels=("l",)).increment(number, l=label)
            case "gauge":
                metrics.gauge("g", labels=("l",)).add(number, l=label)
            case "most":
                gauge = metrics.gauge("m", labels=("l",), aggregate="max")
                gauge.set(max(number, *[0, *readings_of(gauge, label)]), l=label)
            case "histogram":
                metrics.histogram("h", labels=("l",), bounds=(10, 100)).observe(number, l=label)
            case "timing":
                metrics.timing(f"t{label}", number)
    return metrics.snapshot()


def readings_of(gauge, label):
    return [series["values"][0] for series in gauge.snapshot()["series"] if series["labels"] == [label]]


def as_sets(snapshot):
    return {
        (metric["name"], tuple(series["labels"]), tuple(series["values"]))
        for metric in snapshot
        for series in metric["series"]
    }


@settings(deadline=None)
@given(st.lists(operations, min_size=1, max_size=4))
def test_several_processes_together_count_what_one_would_have_counted(parts):
    together = merge(json.loads(json.dumps(apply(MetricsRegistry(), part))) for part in parts)
    alone = apply(MetricsRegistry(), [each for part in parts for each in part])
    assert as_sets(together) == as_sets(alone)


def test_processes_that_count_different_things_are_not_added_up():
    ours, theirs = MetricsRegistry(), MetricsRegistry()
    ours.increment("a")
    theirs.set_gauge("a", 1)
    with pytest.raises(MetricsError) as caught:
        merge([ours.snapshot(), theirs.snapshot()])
    assert caught.value.code == "unlike_snapshots"


def test_merging_leaves_the_snapshots_as_they_are():
    metrics = MetricsRegistry()
    metrics.increment("a")
    snapshot = metrics.snapshot()
    merge([snapshot, snapshot])
    assert snapshot == metrics.snapshot()
