"""One connection: bytes in, requests to the handler one after the other, responses out in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from typing import cast

from .body import NO_BODY
from .errors import ClientDisconnect, RequestRefused, ServerBusy
from .exchange import Exchange, write_whole
from .intake import Intake
from .pace import BodyPace
from .parser import RequestHead
from .peer import TransportPeer
from .refusals import MEMORY_EXHAUSTED, UNWRITABLE_HEAD, handler_timeout, refusal_bytes
from .request import Request
from .response import Response
from .send_buffer import keep_send_buffer_short
from .service import Service, logger
from .session import Session
from .stage import Stage
from .tails import HeadTails
from .upgrade import Upgrade
from .worker import Work, Worker, not_a_response

__all__ = ["Connection", "Meet"]

# Makes the peer of a transport.
Meet = Callable[[asyncio.BaseTransport], TransportPeer]

_IDLE, _HANDLING = Stage.IDLE, Stage.HANDLING


class Connection(Session):
    """The protocol of one accepted socket.

    A plain result is written at once. An awaitable, and a response that is written piece by piece, run in the
    connection's own task, which lives as long as the connection. Every request starts in the server's context: where
    one has left a context variable or a cancellation behind, the task is replaced.

    Args:
        meet: makes the peer of a transport.
    """

    __slots__ = (
        "_aborted",
        "_eof",
        "_exchange",
        "_intake",
        "_meet",
        "_peer",
        "_reader",
        "_request",
        "_stage",
        "_worker",
    )

    def __init__(self, service: Service, meet: Meet = TransportPeer) -> None:
        super().__init__(service)
        self._meet = meet
        self._reader = service.new_reader()
        self._stage = Stage.IDLE
        self._exchange: Exchange | None = None
        self._worker = Worker(service, self._complete, self._proceed)
        self._eof = False
        self._aborted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        keep_send_buffer_short(transport)
        self._peer = peer = self._meet(transport)
        peer.interim = self.write_interim
        self._intake = Intake(self, self._reader, self._transport, self._service.settings.timeouts)
        try:
            self._enter(peer.client and peer.client[0])
        except ServerBusy as busy:
            self._refuse(busy)

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            if self._stage is _IDLE:
                self._serve()
            else:
                self._continue()
        except MemoryError:
            self._give_up(MEMORY_EXHAUSTED)

    def _continue(self) -> None:
        """Bytes have arrived that do not begin a request."""
        match self._stage:
            case Stage.HEAD:
                self._serve()
            case Stage.GATHERING:
                self._intake.receive()
                self._dispatch_gathered()
                self._proceed()
            case Stage.HANDLING:
                if self._exchange is not None and self._exchange.complete:
                    self._leave_behind(self._exchange)
                elif self._intake.body is not None:
                    self._intake.receive()
                else:
                    self._intake.hold_back()
            case Stage.DROPPING:
                self._drop_body()
                self._proceed()

    def eof_received(self) -> bool:
        self._eof = True
        match self._stage:
            case Stage.HEAD | Stage.GATHERING:
                self._refuse(RequestRefused(400, "incomplete_request", "the peer closed within a request"))
                return True
            case Stage.HANDLING:
                if self._intake.body is not None or not self._reader.buffered:
                    self._peer_gone()
                if self._exchange is not None and self._exchange.complete:
                    self._leave_behind(self._exchange)
                return True
            case Stage.IDLE:
                return bool(self._reader.buffered)
            case _:
                return False

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._eof = True
        self._peer_gone()
        self._worker.dismiss()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stage is _IDLE:
            self._proceed()

    def _serve(self) -> None:
        """Answer requests until bytes are missing or one of them takes its time."""
        reader = self._reader
        while self._writable is None:
            try:
                head = reader.next_head()
            except RequestRefused as refusal:
                self._refuse(refusal)
                return
            if head is None:
                if reader.buffered and self._stage is not Stage.HEAD:
                    self._stage = Stage.HEAD
                    self.deadline = self._service.now + self._service.settings.timeouts.request_head
                return
            if head.body_length:
                self._begin_with_body(head)
            else:
                self._dispatch(Request(head, NO_BODY, self._peer))
            if self._stage is not _IDLE or not reader.buffered:
                return
        self._intake.hold_back()

    def _begin_with_body(self, head: RequestHead) -> None:
        service = self._service
        streams = service.streams
        self._stage = Stage.GATHERING
        self._worker.deadline = inf
        request = self._request = Request(head, self._intake.begin(head, gathering=not streams), self._peer)
        if service.body_limit is not None:
            try:
                self._reader.limit_body(service.most_body_bytes(request))
            except Exception as error:  # noqa: BLE001
                self._fail(error)
                return
        self._intake.receive()
        if streams:
            self._dispatch(self._request)
        else:
            self._dispatch_gathered()

    def _dispatch_gathered(self) -> None:
        """Call the handler if the body that it waits for has arrived; ask for it otherwise."""
        body = self._intake.body
        if body is None:
            self._dispatch(self._request)
        elif body.error is not None:
            self._fail(body.error)
        else:
            self._intake.body_wanted()

    def _dispatch(self, request: Request) -> None:
        self._request = request
        self._stage = _HANDLING
        service = self._service
        try:
            result = service.context.copy().run(service.handle, request)
            if type(result) is Response:
                self._respond(result)
            elif isinstance(result, Response):
                if result.in_memory:
                    self._respond(result)
                else:
                    self._run(result)
            elif hasattr(result, "__await__"):
                self._run(result)
            else:
                raise not_a_response(result)
        except Exception as error:  # noqa: BLE001
            self._fail(error)

    def _respond(self, response: Response) -> None:
        """Write a response that is all in memory, and go on to the next request."""
        service, request = self._service, self._request
        service.requests += 1
        keep_alive = write_whole(self._transport, request, response, response.body, service.tails, self.keeps_alive())
        if keep_alive and not response.after and self._intake.body is None:
            self._stage = _IDLE
            self.deadline = service.idle_deadline
        else:
            self._finish(response, keep_alive)

    def _finish(self, response: Response, keep_alive: bool) -> None:
        """The response is written."""
        if response.after:
            self._service.run_after(response.after)
        if not keep_alive:
            self._end()
        elif self._intake.body is not None:
            self._stage = Stage.DROPPING
            self._drop_body()
        else:
            self._stage = _IDLE
            self.deadline = self._service.idle_deadline

    def _proceed(self) -> None:
        """Go on with what has arrived while the last request was being answered."""
        if self._stage is not _IDLE or self._transport.is_closing():
            return
        if self._reader.buffered:
            try:
                self._serve()
            except MemoryError:
                self._give_up(MEMORY_EXHAUSTED)
        if self._stage is _IDLE:
            if (self._eof or self._service.draining) and not self._reader.buffered:
                self._close()
            else:
                self._intake.resume()

    def _refuse(self, refusal: RequestRefused) -> None:
        """Give the answer after which nothing of this connection is read."""
        service = self._service
        service.count(refusal)
        self._transport.write(refusal_bytes(refusal, service.tails))
        self._end()

    def _give_up(self, answer: bytes) -> None:
        """Say what was made beforehand, in want of memory for more."""
        if self._exchange is None or not self._exchange.begun:
            self._transport.write(answer)
            self._end()
        else:
            self.abort()

    def _fail(self, error: BaseException) -> None:
        """Answer for a handler that raised, as far as that can still be done."""
        begun = self._exchange is not None and self._exchange.begun
        gone = isinstance(error, ClientDisconnect)
        refused = isinstance(error, RequestRefused) and not begun
        if gone or begun or self._transport.is_closing():
            self.abort()
        elif isinstance(error, MemoryError):
            self._give_up(UNWRITABLE_HEAD)
        elif refused:
            self._refuse(cast("RequestRefused", error))
        else:
            self._respond(Response("internal server error\n", 500))
        self._exchange = None
        if not refused and not gone:
            logger.error("%r failed", self._request, exc_info=error)

    def _end(self) -> None:
        """Close, but let a peer that is still sending read the answer first."""
        self._stage = Stage.ENDED
        unread = self._intake.body is not None or self._reader.buffered or not self._admitted
        self._intake.body = None
        self._intake.resume()
        if unread and not self._eof:
            self._linger(len(self._reader.take_rest()))
        else:
            self._close()

    def abort(self) -> None:
        """Cut the connection now; whatever works for it is cancelled."""
        self._aborted = True
        self._transport.abort()
        self._worker.cancel()

    def _run(self, work: Work) -> None:
        worker = self._worker
        worker.run(work)
        self.deadline = worker.deadline if self._intake.body is None else min(self.deadline, worker.deadline)

    async def _complete(self, work: Work) -> None:
        try:
            response = work if isinstance(work, Response) else await work
            if not isinstance(response, Response):
                raise not_a_response(response)
            if response.in_memory:
                self._respond(response)
            else:
                await self._transmit(response)
        except asyncio.CancelledError as cancelled:
            if self._aborted:
                raise
            self._fail(handler_timeout() if self._worker.overdue else cancelled)
        except Exception as error:  # noqa: BLE001
            self._fail(error)
        except BaseException:
            self._transport.abort()
            raise

    async def _transmit(self, response: Response) -> None:
        exchange = self._exchange = Exchange(self, self._transport, self._request, response)
        service = self._service
        try:
            if service.turn is None:
                await response.send(exchange)
            else:
                async with service.turn:
                    await response.send(exchange)
        except (Exception, asyncio.CancelledError) as error:
            if self._exchange is exchange:
                raise
            logger.error("%r failed after its response", exchange.request, exc_info=error)
        else:
            if self._exchange is exchange:
                service.requests += 1
                self._transmitted(response, exchange)

    def completed(self, exchange: Exchange) -> None:
        """The last byte of a response is written; where somebody waits, do not wait for its `send` to return."""
        if not exchange.keep_alive or self._reader.buffered or self._intake.body is not None or self._eof:
            service = self._service
            service.loop.call_soon(self._leave_behind, exchange, context=service.context.copy())

    def _leave_behind(self, exchange: Exchange) -> None:
        """Go on without the `send` of a complete response: it does something after it."""
        if self._exchange is not exchange:
            return
        service, task = self._service, self._worker.leave()
        if task is not None:
            service.background.add(task)
            task.add_done_callback(service.background.discard)
        service.requests += 1
        self._transmitted(exchange.response, exchange)
        self._proceed()

    def _transmitted(self, response: Response, exchange: Exchange) -> None:
        """A response that was written piece by piece is complete."""
        if exchange.upgraded is None:
            self._finish(response, exchange.keep_alive)
        else:
            self._hand_over(exchange.upgraded)
        self._exchange = None

    def _hand_over(self, upgrade: Upgrade) -> None:
        """The transport belongs to another protocol from here on."""
        protocol = upgrade.protocol_factory()
        self._stage = Stage.ENDED
        self._worker.dismiss()
        self._intake.resume()
        self._continue_as(protocol, self._reader.take_rest())
        if self._eof and not self._transport.is_closing() and not protocol.eof_received():
            self._transport.close()

    @property
    def tails(self) -> HeadTails:
        return self._service.tails

    def keeps_alive(self) -> bool:
        """Whether the connection can go on after the current response."""
        if self._service.draining or not self._request.head.keep_alive:
            return False
        return self._intake.body is None or self._intake.can_drop

    def expect_body(self, pace: BodyPace) -> None:
        """More of the body has to arrive within its time."""
        self.deadline = min(pace.deadline(self._service.now), self._worker.deadline)

    def expect_nothing(self) -> None:
        """The peer has done, for now, what it has to do."""
        self.deadline = self._worker.deadline

    async def write_interim(self, head: RequestHead, answer: bytes) -> None:
        """Write an interim response, unless the final one has begun."""
        exchange = self._exchange
        current = self._stage is _HANDLING and head is self._request.head
        if current and (exchange is None or not exchange.begun):
            self._transport.write(answer)
            await self.drained()

    def _drop_body(self) -> None:
        """Read past a body that its handler has left unread."""
        try:
            self._intake.drop()
        except RequestRefused:
            self._end()
            return
        if self._intake.body is None:
            self._stage = _IDLE
            self.deadline = self._service.idle_deadline
        else:
            self._intake.expect_more()

    def expire(self) -> None:
        """The deadline has passed."""
        self.deadline = inf
        match self._stage:
            case Stage.IDLE:
                self._close()
            case Stage.HEAD | Stage.GATHERING:
                self._refuse(RequestRefused(408, "request_timeout", "the request did not arrive in time"))
            case Stage.HANDLING if self._worker.deadline <= self._service.now:
                self._time_out()
            case Stage.HANDLING if self._intake.body is not None:
                self._intake.fail(RequestRefused(408, "request_timeout", "the body did not arrive in time"))
            case _:
                self.abort()

    def _time_out(self) -> None:
        """The handler has taken too long, unless its response has begun."""
        self._worker.deadline = inf
        if self._exchange is None or not self._exchange.begun:
            self._worker.time_out()
        elif self._intake.body is not None:
            self._intake.expect_more()

    def drain(self) -> None:
        """The server stops: close unless a request is arriving or being answered, which is then the last one."""
        if self._exchange is not None and self._exchange.complete:
            self._leave_behind(self._exchange)
        elif self._stage is _IDLE and not self._reader.buffered:
            self._close()

    def _peer_gone(self) -> None:
        """Tell everyone who waits for the peer."""
        self._intake.fail(ClientDisconnect("the client went away before the end of its request"))
        self._peer.disconnect()
        if self._exchange is not None and self._exchange.response.ends_with_client:
            self.abort()
