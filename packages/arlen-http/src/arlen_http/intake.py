"""What a connection takes in: bodies on their way from the reader to the handler, and no more than is wanted."""

from __future__ import annotations

import asyncio
from typing import Protocol

from .body import RequestBody
from .errors import RequestRefused
from .limits import Timeouts
from .pace import BodyPace
from .parser import RequestHead, RequestReader

__all__ = ["Expectant", "Intake"]

# Bytes that wait in memory before the socket is left alone: of a streamed body, or of requests behind the current one.
_MAX_WAITING_BYTES = 65_536
# The rest of a body that nobody reads is dropped up to this size, so that the connection can go on.
_MAX_DROPPED_BYTES = 65_536


class Expectant(Protocol):
    """Holds the peer to the time that it has."""

    def expect_body(self, pace: BodyPace) -> None:
        """More of the body has to arrive within its time."""

    def expect_nothing(self) -> None:
        """The peer has done, for now, what it has to do."""


class Intake:
    """The `BodySource` of a connection's requests.

    Attributes:
        body: that of the current request until its last byte has arrived.
    """

    __slots__ = ("_dropped", "_expectant", "_head", "_pace", "_paused", "_reader", "_timeouts", "_transport", "body")

    _head: RequestHead
    _pace: BodyPace

    def __init__(
        self, expectant: Expectant, reader: RequestReader, transport: asyncio.Transport, timeouts: Timeouts
    ) -> None:
        self._expectant = expectant
        self._reader = reader
        self._transport = transport
        self._timeouts = timeouts
        self._dropped = 0
        self._paused = False
        self.body: RequestBody | None = None

    def begin(self, head: RequestHead, *, gathering: bool) -> RequestBody:
        """The body of a request, before anything of it is read."""
        self._head = head
        self._pace = BodyPace(self._timeouts)
        self._dropped = 0
        body = self.body = RequestBody(self)
        body.gathering = gathering
        return body

    def receive(self) -> None:
        """Move what has arrived on to the body; one that is not lawful fails with its `RequestRefused`."""
        reader, body = self._reader, self.body
        assert body is not None, "the body is complete"
        try:
            while body.size < _MAX_WAITING_BYTES or body.gathering:
                stretch = reader.next_stretch()
                if not stretch:
                    break
                self._pace.received(len(stretch))
                body.feed(stretch)
        except RequestRefused as refusal:
            self._head.keep_alive = False
            body.fail(refusal)
            return
        if reader.body_complete:
            self.body = None
            self._expectant.expect_nothing()
            body.finish({name.decode(): value.decode() for name, value in reader.trailers})
        elif body.size < _MAX_WAITING_BYTES or body.gathering:
            self.expect_more()
        else:
            self._expect_nothing()
            self.pause()

    def expect_more(self) -> None:
        """Set the time by which more of the body has to arrive, if the peer knows that it is wanted."""
        if self._head.expects_continue:
            self._expect_nothing()
        else:
            self._expectant.expect_body(self._pace)

    def _expect_nothing(self) -> None:
        self._pace.stop()
        self._expectant.expect_nothing()

    def fail(self, error: Exception) -> None:
        """Nothing more will come of the current body, if there is one."""
        if self.body is not None:
            self._head.keep_alive = False
            self.body.fail(error)

    @property
    def can_drop(self) -> bool:
        """Whether what is left of the body is worth waiting for, so that the connection can go on."""
        remaining = self._reader.body_remaining
        return not self._head.expects_continue and (remaining is None or remaining <= _MAX_DROPPED_BYTES)

    def drop(self) -> None:
        """Read past a body that its handler has left unread; ``body`` is ``None`` when its end has been seen.

        Raises:
            RequestRefused: its framing is wrong, or there is too much of it.
        """
        self.resume()
        while stretch := self._reader.next_stretch():
            self._dropped += len(stretch)
            self._pace.received(len(stretch))
        if self._reader.body_complete:
            self.body = None
        elif self._dropped > _MAX_DROPPED_BYTES:
            raise RequestRefused(413, "body_not_read", "the rest of the body is too long to be dropped")

    def body_wanted(self) -> None:
        if self._head.expects_continue:
            self._head.expects_continue = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.expect_more()
        self.body_taken()

    def body_taken(self) -> None:
        paused = self._paused
        self.resume()
        if self.body is None:
            return
        if self._reader.buffered:
            self.receive()
        elif paused:
            self.expect_more()

    def hold_back(self) -> None:
        """Stop reading once enough waits behind the current request."""
        if self._reader.buffered > _MAX_WAITING_BYTES:
            self.pause()

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()
