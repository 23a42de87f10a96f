"""One connection: bytes in, requests to the handler one after the other, responses out in the same order."""

from __future__ import annotations

import asyncio
from math import inf
from typing import cast

from .body import NO_BODY
from .errors import ClientDisconnect, RequestRefused
from .exchange import LARGE_BODY_BYTES, Exchange, write_whole
from .intake import Intake
from .parser import RequestHead, RequestReader
from .peer import TransportPeer
from .request import Request
from .response import Response, content_type_line
from .response_head import LENGTH_LINES, encoded_head
from .service import Service, logger
from .stage import Stage
from .status import CONTENT_STATUS_LINES
from .tails import HeadTails
from .upgrade import Upgrade
from .worker import Work, Worker, not_a_response

__all__ = ["Connection"]

# How long, in seconds, and how much of what a refused peer still sends is dropped, so that it can read why.
_LINGER_SECONDS = 1
_MAX_LINGER_BYTES = 65_536

_IDLE, _HANDLING = Stage.IDLE, Stage.HANDLING


class Connection(asyncio.Protocol):
    """The protocol of one accepted socket.

    A plain result is written at once. An awaitable, and a response that is written piece by piece, run in the
    connection's own task, which lives as long as the connection. Every request starts in the server's context: where
    one has left a context variable or a cancellation behind, the task is replaced.

    Attributes:
        deadline: when `expire` is due, on the server's clock.
    """

    __slots__ = (
        "_aborted",
        "_eof",
        "_exchange",
        "_intake",
        "_lingered",
        "_peer",
        "_reader",
        "_request",
        "_service",
        "_stage",
        "_transport",
        "_worker",
        "_writable",
        "deadline",
    )

    def __init__(self, service: Service) -> None:
        self._service = service
        self._reader = RequestReader(service.backend, service.limits)
        self._stage = Stage.IDLE
        self._exchange: Exchange | None = None
        self._worker = Worker(service, self._complete, self._proceed)
        self._writable: asyncio.Future[None] | None = None
        self._lingered = 0
        self._eof = False
        self._aborted = False
        self.deadline = service.idle_deadline

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._peer = TransportPeer(transport)
        self._intake = Intake(self, self._reader, self._transport)
        self._service.connections.add(self)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        if self._stage is _IDLE:
            self._serve()
        else:
            self._continue()

    def _continue(self) -> None:
        """Bytes have arrived that do not begin a request."""
        match self._stage:
            case Stage.HEAD:
                self._serve()
            case Stage.GATHERING:
                self._intake.receive()
                self._dispatch_gathered()
            case Stage.HANDLING:
                if self._intake.body is not None:
                    self._intake.receive()
                else:
                    self._intake.hold_back()
            case Stage.DROPPING:
                self._drop_body()
                self._proceed()
            case Stage.LINGERING:
                self._lingered += len(self._reader.take_rest())
                if self._lingered > _MAX_LINGER_BYTES:
                    self._transport.abort()

    def eof_received(self) -> bool:
        self._eof = True
        match self._stage:
            case Stage.HEAD | Stage.GATHERING:
                self._refuse(RequestRefused(400, "incomplete_request", "the peer closed within a request"))
                return True
            case Stage.HANDLING:
                if not self._reader.buffered:
                    self._peer_gone()
                return True
            case Stage.IDLE:
                return bool(self._reader.buffered)
            case _:
                return False

    def connection_lost(self, error: Exception | None) -> None:
        self._service.forget(self)
        self._eof = True
        self._peer_gone()
        self.resume_writing()
        self._worker.dismiss()

    def pause_writing(self) -> None:
        self._writable = self._service.loop.create_future()

    def resume_writing(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)
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
        streams = self._service.streams
        self._stage = Stage.GATHERING
        body = self._intake.begin(head, gathering=not streams)
        self._request = Request(head, body, self._peer)
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
        request, service, body = self._request, self._service, response.body
        tails, size, keep_alive = service.tails, len(body), self.keeps_alive()
        line = CONTENT_STATUS_LINES.get(response.status)
        if line is None or response.has_headers or request.method == "HEAD" or size > LARGE_BODY_BYTES:
            keep_alive = write_whole(self._transport, request, response, body, tails, keep_alive)
        else:
            self._transport.write(
                b"".join(
                    (
                        line,
                        content_type_line(response.content_type),
                        response.constant_headers,
                        LENGTH_LINES[size] if size < 1024 else b"content-length: %d\r\n" % size,
                        tails.keep_alive if keep_alive else tails.close,
                        body,
                    )
                )
            )
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
            self._serve()
        if self._stage is _IDLE:
            if (self._eof or self._service.draining) and not self._reader.buffered:
                self._transport.close()
            else:
                self._intake.resume()

    def _refuse(self, refusal: RequestRefused) -> None:
        """Give the answer after which nothing of this connection is read."""
        body = refusal.text.encode()
        framing = b"content-length: %d\r\n" % len(body)
        head = encoded_head(Response(body, refusal.status), framing, self._service.tails, "close")
        self._transport.write(head + body)
        self._end()

    def _fail(self, error: BaseException) -> None:
        """Answer for a handler that raised, as far as that can still be done."""
        exchange, self._exchange = self._exchange, None
        begun = exchange is not None and exchange.begun
        if isinstance(error, ClientDisconnect):
            self.abort()
            return
        refused = isinstance(error, RequestRefused) and not begun
        if not refused:
            logger.error("%r failed", self._request, exc_info=error)
        if begun or self._transport.is_closing():
            self.abort()
        elif refused:
            self._refuse(cast("RequestRefused", error))
        else:
            self._respond(Response("internal server error\n", 500))

    def _end(self) -> None:
        """Close, but let a peer that is still sending read the answer first (RFC 9112 section 9.6)."""
        self._stage = Stage.LINGERING
        unread = self._intake.body is not None or self._reader.buffered
        self._intake.body = None
        if unread and not self._eof and self._transport.can_write_eof():
            self._lingered = len(self._reader.take_rest())
            self.deadline = self._service.now + _LINGER_SECONDS
            self._transport.write_eof()
            self._intake.resume()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection now; whatever works for it is cancelled."""
        self._aborted = True
        self._transport.abort()
        self._worker.cancel()

    def _run(self, work: Work) -> None:
        if self._intake.body is None:
            self.deadline = inf
        self._worker.run(work)

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
            self._fail(cancelled)
        except Exception as error:  # noqa: BLE001
            self._fail(error)
        except BaseException:
            self._transport.abort()
            raise

    async def _transmit(self, response: Response) -> None:
        exchange = self._exchange = Exchange(self, self._transport, self._request, response.ends_with_client)
        await response.send(exchange)
        self._exchange = None
        if exchange.upgraded is None:
            self._finish(response, exchange.keep_alive)
        else:
            self._hand_over(exchange.upgraded)

    def _hand_over(self, upgrade: Upgrade) -> None:
        """The transport belongs to another protocol from here on."""
        self._service.forget(self)
        self._worker.dismiss()
        self._stage = Stage.LINGERING
        self._intake.resume()
        upgrade.take_over(self._transport, self._reader.take_rest())

    @property
    def tails(self) -> HeadTails:
        return self._service.tails

    def keeps_alive(self) -> bool:
        """Whether the connection can go on after the current response."""
        if self._service.draining or not self._request.head.keep_alive:
            return False
        return self._intake.body is None or self._intake.can_drop

    async def drained(self) -> None:
        """Wait until the peer can take more.

        Raises:
            ClientDisconnect: it has gone.
        """
        if self._writable is not None:
            await self._writable
        if self._transport.is_closing():
            raise ClientDisconnect("the client went away while it was answered")

    def expect_body(self) -> None:
        """More of the body has to arrive within its time."""
        self.deadline = self._service.now + self._service.settings.timeouts.request_body_idle

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
            self.expect_body()

    def expire(self) -> None:
        """The deadline has passed."""
        self.deadline = inf
        match self._stage:
            case Stage.IDLE:
                self._transport.close()
            case Stage.HEAD | Stage.GATHERING:
                self._refuse(RequestRefused(408, "request_timeout", "the request did not arrive in time"))
            case Stage.HANDLING if self._intake.body is not None:
                self._intake.fail(RequestRefused(408, "request_timeout", "the body did not arrive in time"))
            case _:
                self.abort()

    def drain(self) -> None:
        """The server stops: close unless a request is arriving or being answered, which is then the last one."""
        if self._stage is _IDLE and not self._reader.buffered:
            self._transport.close()

    def _peer_gone(self) -> None:
        """Tell everyone who waits for the peer."""
        self._intake.fail(ClientDisconnect("the client went away before the end of its request"))
        self._peer.disconnect()
        if self._exchange is not None and self._exchange.ends_with_client:
            self.abort()
