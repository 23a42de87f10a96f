"""What can go wrong between a publisher and its subscribers."""

from __future__ import annotations

from collections.abc import Mapping


class ArlenRealtimeError(Exception):
    """The base of every error that arlen-realtime raises.

    Attributes:
        code: a stable slug such as ``"blank_channel"``.
        details: facts for programs and logs; never the data of a message.
    """

    def __init__(self, message: str, *, code: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details: dict[str, object] = dict(details or {})


class HubError(ArlenRealtimeError):
    """A hub was used in a way that it has no answer to.

    Codes: ``blank_channel``, ``invalid_limit``, ``hub_closed``, ``not_subscribed``,
    ``already_subscribed``, ``unknown_overflow``.
    """


class SubscriptionRejected(ArlenRealtimeError):
    """A limit of the hub is reached. Codes: ``max_total_subscribers``, ``max_channel_subscribers``."""


class SlowConsumer(ArlenRealtimeError):
    """The subscriber did not keep up and its queue was full; it has been unsubscribed. Code: ``slow_consumer``."""
