"""When to try again."""

from __future__ import annotations

import random as system_random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Random: TypeAlias = Callable[[], float]
"""A number from 0 (inclusive) to 1 (exclusive)."""


class Jitter(StrEnum):
    """How chance spreads the delays of those that failed together."""

    NONE = "none"
    FULL = "full"
    """Anything from 0 to the delay."""
    EQUAL = "equal"
    """Half of the delay, and anything up to the other half."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, when, and after which errors.

    The delay after attempt ``n`` is ``min(cap, delay * factor ** (n - 1))`` seconds, spread by ``jitter``.

    Attributes:
        max_attempts: tries in all; below 1 acts as 1.
        delay: seconds after the first attempt; below 0 acts as 0.
        factor: 1 makes every delay the same.
        cap: seconds that no delay exceeds.
        retry_on: errors after which there is another try.
        discard_on: errors after which there is none, although they are of a kind in ``retry_on``.
    """

    max_attempts: int = 3
    delay: float = 5.0
    factor: float = 2.0
    cap: float = 3600.0
    jitter: Jitter = Jitter.NONE
    retry_on: tuple[type[BaseException], ...] = (Exception,)
    discard_on: tuple[type[BaseException], ...] = ()

    def delay_after(self, attempt: int, random: Random = system_random.random) -> float:
        """Seconds to wait after the attempt with this number, from 1."""
        try:
            grown = max(0.0, self.delay) * self.factor ** max(0, attempt - 1)
        except OverflowError:
            grown = self.cap
        delay = min(self.cap, grown)
        match self.jitter:
            case Jitter.NONE:
                return delay
            case Jitter.FULL:
                return delay * random()
            case Jitter.EQUAL:
                return delay / 2 + delay / 2 * random()

    def covers(self, error: BaseException) -> bool:
        """Whether there is another try after this error, if attempts are left."""
        return isinstance(error, self.retry_on) and not isinstance(error, self.discard_on)
