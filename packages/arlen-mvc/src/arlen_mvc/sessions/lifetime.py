"""How long a session lasts."""

from __future__ import annotations

from dataclasses import dataclass

from .settings import SessionSettings

_RENEWALS_PER_IDLE_TIME = 10


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The limits of a session's life, in seconds; 0 is no limit."""

    max_age: int
    idle: int = 0
    absolute: int = 0

    @classmethod
    def of(cls, settings: SessionSettings) -> Lifetime:
        return cls(settings.max_age_seconds, settings.idle_timeout_seconds, settings.absolute_timeout_seconds)

    def end(self, now: float, began: float) -> float:
        """When a session that is written now will end."""
        ends = now + min(self.max_age, self.idle or self.max_age)
        return min(ends, began + self.absolute) if self.absolute else ends

    def is_over(self, now: float, began: float, ends: float) -> bool:
        """Whether a session that was to end at ``ends`` has ended."""
        return ends <= now or (self.absolute > 0 and began + self.absolute <= now)

    def is_worth_renewing(self, now: float, began: float, ends: float) -> bool:
        """Whether a session that is in use would end noticeably later if it were written now.

        Without an idle timeout, use does not prolong a session. With one, it does in steps of a tenth of it, so that
        not every request has to write.
        """
        return self.idle > 0 and self.end(now, began) - ends > self.idle / _RENEWALS_PER_IDLE_TIME
