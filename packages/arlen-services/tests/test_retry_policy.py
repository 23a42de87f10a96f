import pytest
from arlen_services.resilience.policy import Jitter, RetryPolicy
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (RetryPolicy(delay=5, factor=1), [5, 5, 5]),
        (RetryPolicy(delay=2, factor=3, cap=10), [2, 6, 10]),
        (RetryPolicy(delay=-1), [0, 0, 0]),
        (RetryPolicy(delay=8, jitter=Jitter.FULL), [2, 4, 8]),
        (RetryPolicy(delay=8, jitter=Jitter.EQUAL), [5, 10, 20]),
    ],
)
def test_delays_grow_as_the_policy_says(policy, delays):
    assert [policy.delay_after(attempt, lambda: 0.25) for attempt in (1, 2, 3)] == delays


@given(st.integers(1, 10_000), st.sampled_from(Jitter), st.floats(0, 1, exclude_max=True), st.floats(1, 100))
def test_no_delay_exceeds_the_cap_or_is_negative(attempt, jitter, chance, factor):
    policy = RetryPolicy(delay=1, factor=factor, cap=60, jitter=jitter)
    assert 0 <= policy.delay_after(attempt, lambda: chance) <= 60


@pytest.mark.parametrize(
    ("error", "covered"), [(KeyError(), True), (IndexError(), False), (ValueError(), False), (SystemExit(), False)]
)
def test_a_policy_covers_what_it_names_except_what_it_excludes(error, covered):
    assert RetryPolicy(retry_on=(LookupError,), discard_on=(IndexError,)).covers(error) is covered
