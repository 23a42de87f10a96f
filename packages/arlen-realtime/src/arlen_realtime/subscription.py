"""The receiving end of a channel: a bounded queue that is an async iterator."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self, TypeAlias

from .errors import HubError, SlowConsumer
from .message import Message
from .roster import Roster

Overflow: TypeAlias = Literal["disconnect", "drop_oldest"]
"""What happens to a subscriber whose queue is full when a message comes.

``disconnect``: it gets what is queued, and then ``SlowConsumer``. ``drop_oldest``: the oldest queued message is lost.
"""


class Subscription:
    """Messages of one channel, from the moment the ``async with`` block is entered until it is left.

    Made by ``Hub.subscribe``. Iteration ends when the hub closes, after the messages that were queued by then.

    Attributes:
        dropped: how many messages were lost because the queue was full.
    """

    __slots__ = ("_arrived", "_ending", "_make_room", "_queue", "_queue_size", "_roster", "channel", "dropped")

    def __init__(self, channel: str, queue_size: int, overflow: Overflow, roster: Roster[Subscription]) -> None:
        self.channel = channel
        self.dropped = 0
        self._queue: deque[Message] = deque()
        self._queue_size = queue_size
        self._make_room = {"disconnect": self._disconnect, "drop_oldest": self._drop_oldest}[overflow]
        self._arrived = asyncio.Event()
        self._ending: Callable[[], Exception] | None = self._not_subscribed
        self._roster = roster

    @property
    def queued(self) -> int:
        """How many messages wait to be read."""
        return len(self._queue)

    def offer(self, message: Message) -> bool:
        """Queue a message; whether it was accepted. Never waits."""
        if len(self._queue) >= self._queue_size and not self._make_room():
            return False
        self._queue.append(message)
        self._arrived.set()
        return True

    def end(self) -> None:
        """Let the iteration end after the messages that are queued now."""
        self._leave(StopAsyncIteration)

    async def __aenter__(self) -> Self:
        self._roster.enter(self.channel, self)
        self._ending = None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self._not_subscribed)
        self._queue.clear()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """The next message.

        Raises:
            SlowConsumer: the queue overflowed under the policy ``disconnect``.
            HubError: code ``not_subscribed`` outside of the ``async with`` block.
        """
        while not self._queue:
            if self._ending is not None:
                raise self._ending()
            self._arrived.clear()
            await self._arrived.wait()
        return self._queue.popleft()

    def _leave(self, ending: Callable[[], Exception]) -> None:
        self._roster.leave(self.channel, self)
        self._ending = ending
        self._arrived.set()

    def _drop_oldest(self) -> bool:
        self._queue.popleft()
        self._count_drop()
        return True

    def _disconnect(self) -> bool:
        self._count_drop()
        self._leave(self._slow_consumer)
        return False

    def _count_drop(self) -> None:
        self.dropped += 1
        self._roster.dropped_messages += 1

    def _slow_consumer(self) -> Exception:
        return SlowConsumer(
            f"the subscriber of {self.channel} left {self._queue_size} messages unread and was disconnected; "
            "read faster, take a longer queue, or choose the policy drop_oldest",
            code="slow_consumer",
            details={"channel": self.channel, "queue_size": self._queue_size},
        )

    def _not_subscribed(self) -> Exception:
        return HubError(
            f'not subscribed to "{self.channel}"; read messages inside "async with hub.subscribe(...) as messages"',
            code="not_subscribed",
            details={"channel": self.channel},
        )
