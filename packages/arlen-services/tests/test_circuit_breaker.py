"""Who does not answer is left alone for a while."""

import pytest
from arlen_services import CircuitBreaker


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("failures", [1, 3])
def test_it_opens_after_so_many_failures_in_a_row(failures):
    breaker = CircuitBreaker(failures=failures, clock=Clock())
    for _ in range(failures - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(failures):
        assert breaker.admits()
        breaker.failed()
    assert breaker.is_open
    assert not breaker.admits()
    assert breaker.refused == 1


def test_when_the_window_is_over_one_tries_for_all():
    clock = Clock()
    breaker = CircuitBreaker(window=5, clock=clock)
    breaker.failed()
    clock.now += 4.9
    assert not breaker.admits()
    clock.now += 0.1
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True] * 3
