"""Publish and subscribe within one process."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any, get_args

from .errors import HubError
from .message import Message
from .roster import Roster
from .subscription import Overflow, Subscription


@dataclass(frozen=True, slots=True)
class HubMetrics:
    """What a hub has done since it was made, and what it holds at this moment."""

    active_subscribers: int
    active_channels: int
    peak_subscribers: int
    total_subscriptions: int
    total_unsubscriptions: int
    rejected_subscriptions: int
    published_messages: int
    delivered_messages: int
    dropped_messages: int


class Hub:
    """Channels by name, for the tasks of one event loop. Publishing never waits for a subscriber.

    Channel names are trimmed and lower-cased: ``" Orders "`` and ``orders`` are one. ``queue_size`` and ``overflow``
    are what a subscriber gets that asks for nothing else. A limit of 0 is none.

    Raises:
        HubError: code ``invalid_limit`` for a queue of less than one message or a negative limit, ``unknown_overflow``.
    """

    __slots__ = ("_delivered", "_ids", "_overflow", "_published", "_queue_size", "_roster")

    def __init__(
        self,
        *,
        queue_size: int = 64,
        overflow: Overflow = "disconnect",
        max_total_subscribers: int = 0,
        max_subscribers_per_channel: int = 0,
    ) -> None:
        self._queue_size = _at_least(1, "queue_size", queue_size)
        self._overflow = _known(overflow)
        self._roster: Roster[Subscription] = Roster(
            _at_least(0, "max_total_subscribers", max_total_subscribers),
            _at_least(0, "max_subscribers_per_channel", max_subscribers_per_channel),
        )
        self._ids = count(1)
        self._published = self._delivered = 0

    def subscribe(
        self, channel: str, *, queue_size: int | None = None, overflow: Overflow | None = None
    ) -> Subscription:
        """The messages of a channel: ``async with hub.subscribe("orders") as messages``, then ``async for``.

        The subscription begins when the block is entered, which raises ``SubscriptionRejected`` at a limit and
        ``HubError`` (``hub_closed``) after ``close()``.

        Raises:
            HubError: code ``blank_channel``, ``invalid_limit`` or ``unknown_overflow``.
        """
        return Subscription(
            _name(channel),
            self._queue_size if queue_size is None else _at_least(1, "queue_size", queue_size),
            self._overflow if overflow is None else _known(overflow),
            self._roster,
        )

    async def publish(self, channel: str, data: Any, *, event: str | None = None) -> int:
        """Hand ``data`` to everyone who is subscribed at this moment, in the order in which they subscribed.

        Returns how many of them accepted it.

        Raises:
            HubError: code ``blank_channel`` or ``hub_closed``.
        """
        self._roster.refuse_when_closed()
        message = Message(next(self._ids), _name(channel), event, data)
        accepted = sum(subscription.offer(message) for subscription in self._roster.of(message.channel))
        self._published += 1
        self._delivered += accepted
        return accepted

    def subscriber_count(self, channel: str) -> int:
        """How many subscribers a channel has. Raises HubError, code ``blank_channel``."""
        return len(self._roster.of(_name(channel)))

    def metrics(self) -> HubMetrics:
        """The counts of this moment."""
        roster = self._roster
        return HubMetrics(
            active_subscribers=roster.active,
            active_channels=roster.channels,
            peak_subscribers=roster.peak,
            total_subscriptions=roster.subscribed,
            total_unsubscriptions=roster.unsubscribed,
            rejected_subscriptions=roster.rejected,
            published_messages=self._published,
            delivered_messages=self._delivered,
            dropped_messages=roster.dropped_messages,
        )

    @property
    def closed(self) -> bool:
        """Whether ``close()`` was called, so that nothing can be published or subscribed any more."""
        return self._roster.closed

    async def close(self) -> None:
        """End every subscription after the messages it has queued. Closing twice does no harm."""
        self._roster.closed = True
        for subscription in self._roster.everyone():
            subscription.end()


def _name(channel: str) -> str:
    name = channel.strip().lower()
    if not name:
        raise HubError("the name of a channel is blank; give it one", code="blank_channel")
    return name


def _at_least(minimum: int, option: str, value: int) -> int:
    if value < minimum:
        raise HubError(
            f"{option} is {value}; give at least {minimum}",
            code="invalid_limit",
            details={"option": option, "value": value},
        )
    return value


def _known(overflow: Overflow) -> Overflow:
    if overflow not in get_args(Overflow):
        raise HubError(
            f'the overflow policy "{overflow}" is unknown; give {" or ".join(get_args(Overflow))}',
            code="unknown_overflow",
            details={"overflow": overflow},
        )
    return overflow
