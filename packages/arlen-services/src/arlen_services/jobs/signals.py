"""What a handler raises to say more than that it failed."""

from __future__ import annotations


class JobSignal(Exception):
    """The base of what the worker understands; none of them is an error of the handler."""


class RetryJob(JobSignal):
    """Try again ``after`` so many seconds, or when the task's policy says; the attempt is spent."""

    def __init__(self, after: float | None = None, message: str = "the handler asked for another attempt") -> None:
        super().__init__(message)
        self.after = after


class SnoozeJob(JobSignal):
    """Try again after so many seconds; no attempt is spent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"snoozed for {seconds:g} seconds")
        self.seconds = seconds


class DiscardJob(JobSignal):
    """Put the job to the dead letters, with this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
