"""Who is subscribed to what, within which limits, and the counts of it."""

from __future__ import annotations

from typing import Generic, TypeVar

from .errors import HubError, SubscriptionRejected

S = TypeVar("S")


class Roster(Generic[S]):
    """The subscribers of each channel, in the order in which they came. A limit of 0 is none."""

    __slots__ = (
        "_channels",
        "_max_per_channel",
        "_max_total",
        "closed",
        "dropped_messages",
        "peak",
        "rejected",
        "subscribed",
        "unsubscribed",
    )

    def __init__(self, max_total: int, max_per_channel: int) -> None:
        self._max_total = max_total
        self._max_per_channel = max_per_channel
        self._channels: dict[str, dict[S, None]] = {}
        self.closed = False
        self.subscribed = self.unsubscribed = self.peak = self.rejected = self.dropped_messages = 0

    @property
    def active(self) -> int:
        return self.subscribed - self.unsubscribed

    @property
    def channels(self) -> int:
        return len(self._channels)

    def of(self, channel: str) -> tuple[S, ...]:
        return tuple(self._channels.get(channel, ()))

    def everyone(self) -> list[S]:
        return [subscriber for subscribers in self._channels.values() for subscriber in subscribers]

    def enter(self, channel: str, subscriber: S) -> None:
        self.refuse_when_closed()
        subscribers = self._channels.get(channel, {})
        if subscriber in subscribers:
            raise HubError(
                f'already subscribed to "{channel}"; call subscribe() again for a second subscription',
                code="already_subscribed",
                details={"channel": channel},
            )
        if self._max_total and self.active >= self._max_total:
            raise self._rejection("max_total_subscribers", self._max_total, channel)
        if self._max_per_channel and len(subscribers) >= self._max_per_channel:
            raise self._rejection("max_channel_subscribers", self._max_per_channel, channel)
        self._channels.setdefault(channel, {})[subscriber] = None
        self.subscribed += 1
        self.peak = max(self.peak, self.active)

    def leave(self, channel: str, subscriber: S) -> None:
        """Nothing to do for a subscriber that is not here."""
        subscribers = self._channels.get(channel, {})
        if subscriber not in subscribers:
            return
        del subscribers[subscriber]
        self.unsubscribed += 1
        if not subscribers:
            del self._channels[channel]

    def refuse_when_closed(self) -> None:
        if self.closed:
            raise HubError("the hub is closed; nothing is published or subscribed any more", code="hub_closed")

    def _rejection(self, code: str, limit: int, channel: str) -> SubscriptionRejected:
        self.rejected += 1
        return SubscriptionRejected(
            f'no room for another subscriber of "{channel}": the limit of {limit} is reached; retry later or raise it',
            code=code,
            details={"channel": channel, "limit": limit},
        )
