from collections import Counter

from arlen_data.routing.replicas import Replicas
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.dictionaries(st.sampled_from("abcde"), st.integers(1, 20), min_size=1),
    st.integers(1, 300),
)
def test_every_replica_gets_its_share_at_every_moment(weights, reads):
    replicas, served = Replicas(weights), Counter()
    for _ in range(reads):
        target = replicas.candidate(0.0)
        assert replicas.candidate(0.0) == target
        replicas.take(target, 0.0, 1.0)
        served[target] += 1
    for name, weight in weights.items():
        assert abs(served[name] - reads * weight / sum(weights.values())) < 5


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0, 3)), max_size=60))
def test_a_replica_is_ejected_if_and_only_if_its_last_connections_failed(history):
    replicas, failures, now = Replicas(dict.fromkeys("abc", 1)), dict.fromkeys("abc", 0), 0.0
    for target, answers, passed in history:
        now += passed
        replicas.take(target, now, 1.0)
        failures[target] = 0 if answers else failures[target] + 1
        if answers:
            replicas.answered(target)
        else:
            replicas.failed(target, now, 2, 1.0)
        ejected = {name for name, failed in failures.items() if failed >= 2}
        assert replicas.ejected() == ejected
        candidate = replicas.candidate(now)
        assert (candidate is None) == (len(ejected) == 3) or candidate in ejected
        assert candidate is None or candidate not in ejected or now >= 1.0


def test_one_read_at_a_time_probes_a_replica():
    replicas = Replicas({"a": 1, "b": 1})
    replicas.failed("a", 0.0, 1, 5.0)
    assert [replicas.candidate(now) for now in (4.9, 5.0)] == ["b", "a"]
    replicas.take("a", 5.0, 5.0)
    assert [replicas.candidate(now) for now in (5.0, 9.9, 10.0)] == ["b", "b", "a"]
