"""WebSockets (RFC 6455) by the websockets library: messages on one side, frames on a transport on the other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import cast

from arlen_http.errors import ClientDisconnect, MissingDependencyError
from arlen_http.request import Request
from arlen_http.response import Response

try:
    from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
    from websockets.frames import Frame, Opcode
    from websockets.http11 import Request as Handshake
    from websockets.server import ServerProtocol
except ImportError as error:
    raise MissingDependencyError('websockets is not installed; install "arlen-http[websockets]"') from error

__all__ = ["Closed", "HandshakeRefused", "WebSocket"]

MAX_MESSAGE_BYTES = 1_048_576
# Seconds from one ping to the next, and until its pong has to be there.
PING_SECONDS = 20
# Seconds that a peer gets to answer a close.
CLOSE_SECONDS = 10
# What waits to be received before the socket is left alone, and what a message counts for beside its length.
MAX_WAITING_BYTES = 65_536
MESSAGE_OVERHEAD_BYTES = 64

_DEFLATE = ServerPerMessageDeflateFactory(
    server_max_window_bits=12, client_max_window_bits=12, compress_settings={"memLevel": 5}
)
_HANDSHAKE_FIELDS = (b"host", b"connection", b"upgrade", b"origin")

logger = logging.getLogger("arlen.http.websocket")


class HandshakeRefused(Exception):
    """The request is no opening handshake of version 13.

    Attributes:
        response: what to answer.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response.body)
        self.response = response


class Closed(Exception):
    """No more messages will come.

    Attributes:
        code: why (RFC 6455 section 7.4): 1005 when the peer gave no code, 1006 when it vanished.
        reason: what the peer said of it.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class WebSocket(asyncio.Protocol):
    """The server's end of a WebSocket, with permessage-deflate where the client offers it.

    Args:
        request: an opening handshake.

    Attributes:
        fields: those of the answer that accepts the handshake.

    Raises:
        HandshakeRefused: 400 or 426.
    """

    def __init__(self, request: Request) -> None:
        self._frames = ServerProtocol(extensions=[_DEFLATE], max_size=MAX_MESSAGE_BYTES, logger=logger)
        self.fields = self._shake_hands(request)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._messages: deque[str | bytes] = deque()
        self._waiting_bytes = 0
        self._parts: list[bytes] = []
        self._is_text = False
        self._closed: Closed | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._reading = True
        self._pong_due = False
        self._timer: asyncio.TimerHandle | None = None

    def _shake_hands(self, request: Request) -> list[tuple[str, str]]:
        """Let the library judge the handshake; what it would write itself is written by the server."""
        version = request.headers.get("sec-websocket-version")
        if version is not None and version != "13":
            headers = {"sec-websocket-version": "13"}
            raise HandshakeRefused(Response("this server speaks version 13 of WebSocket\n", 426, headers))
        lines = [b"%b / HTTP/%b" % (request.method.encode(), request.http_version.encode())]
        for name, value in request.raw_headers:
            if name in _HANDSHAKE_FIELDS or name.startswith(b"sec-websocket-"):
                lines.append(b"%b: %b" % (name, value))
        self._frames.receive_data(b"\r\n".join(lines) + b"\r\n\r\n")
        events = self._frames.events_received()
        if not events:
            raise HandshakeRefused(Response(f"not a WebSocket handshake: {self._frames.handshake_exc}\n", 400))
        answer = self._frames.accept(cast("Handshake", events[0]))
        fields = [(name.lower(), value) for name, value in answer.headers.raw_items()]
        if answer.status_code != 101:
            kept = [field for field in fields if field[0] in ("upgrade", "allow")]
            raise HandshakeRefused(Response(bytes(answer.body or b""), answer.status_code, kept))
        self._frames.send_response(answer)
        self._frames.data_to_send()
        return [field for field in fields if field[0] not in ("connection", "date")]

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._writable.set()
        self._timer = self._loop.call_later(PING_SECONDS, self.keep_alive)

    def data_received(self, data: bytes) -> None:
        self._frames.receive_data(data)
        self._take_events()

    def eof_received(self) -> bool:
        self._frames.receive_eof()
        self._take_events()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._writable.set()
        self._end(1006, "")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What the application calls.

    async def receive(self) -> str | bytes:
        """The next message.

        Raises:
            Closed: there is none.
        """
        while not self._messages:
            if self._closed is not None:
                raise self._closed
            self._arrival = self._arrival or self._loop.create_future()
            await asyncio.shield(self._arrival)
        message = self._messages.popleft()
        self._waiting_bytes -= len(message) + MESSAGE_OVERHEAD_BYTES
        if not self._reading and self._waiting_bytes <= MAX_WAITING_BYTES:
            self._reading = True
            self._live_transport.resume_reading()
        return message

    async def send(self, message: str | bytes) -> None:
        """Send a message, and wait until the peer can take more.

        Raises:
            ClientDisconnect: the WebSocket is closed.
        """
        await self._writable.wait()
        if self._closed is not None:
            raise ClientDisconnect("the WebSocket is closed")
        if isinstance(message, str):
            self._frames.send_text(message.encode())
        else:
            self._frames.send_binary(message)
        self._flush()
        await self._writable.wait()

    async def opened(self) -> None:
        """Return when the handshake is answered, or has come to nothing."""
        await self._writable.wait()

    def abandon(self) -> None:
        """The handshake was not accepted: this is no WebSocket."""
        self._end(1006, "")
        self._writable.set()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close, unless that has happened; the peer gets a while to answer."""
        if self._closed is not None or self._transport is None:
            return
        self._frames.send_close(code, reason)
        self._end(code, reason)
        self._flush()
        self._close_within(CLOSE_SECONDS)

    def keep_alive(self) -> None:
        """Once every `PING_SECONDS`: see that the last ping was answered, and send another.

        While the application is too slow for its messages nothing is read, no pong either.
        """
        if self._pong_due and self._reading:
            self._frames.fail(1011, "keepalive ping timeout")
            self._flush()
            self._end(1011, "keepalive ping timeout")
            self._close_within(CLOSE_SECONDS)
            return
        self._pong_due = True
        self._frames.send_ping(b"")
        self._flush()
        self._timer = self._loop.call_later(PING_SECONDS, self.keep_alive)

    # How frames become messages.

    def _take_events(self) -> None:
        for event in self._frames.events_received():
            self._take_frame(cast("Frame", event))
        sent, received = self._frames.close_sent, self._frames.close_rcvd
        self._flush()
        if close := received or sent:
            self._end(close.code, close.reason)

    def _take_frame(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                self._is_text = frame.opcode is Opcode.TEXT
                self._take_part(frame)
            case Opcode.CONT:
                self._take_part(frame)
            case Opcode.PONG:
                self._pong_due = False

    def _take_part(self, frame: Frame) -> None:
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return
        data, self._parts = b"".join(self._parts), []
        if not self._is_text:
            self._take_message(data)
            return
        try:
            self._take_message(data.decode())
        except UnicodeDecodeError:
            self._frames.fail(1007, "invalid UTF-8")

    def _take_message(self, message: str | bytes) -> None:
        if self._closed is not None:
            return
        self._messages.append(message)
        self._waiting_bytes += len(message) + MESSAGE_OVERHEAD_BYTES
        self._announce()
        if self._reading and self._waiting_bytes > MAX_WAITING_BYTES:
            self._reading = False
            self._live_transport.pause_reading()

    # How it ends.

    def _end(self, code: int, reason: str) -> None:
        if self._closed is None:
            self._closed = Closed(code, reason)
            self._announce()

    def _announce(self) -> None:
        arrival, self._arrival = self._arrival, None
        if arrival is not None and not arrival.done():
            arrival.set_result(None)

    def _flush(self) -> None:
        transport = self._live_transport
        for data in self._frames.data_to_send():
            if data:
                transport.write(data)
            elif transport.can_write_eof() and not transport.is_closing():
                transport.write_eof()
                self._close_within(CLOSE_SECONDS)
            else:
                transport.close()

    def _close_within(self, seconds: float) -> None:
        """Cut the connection after a while; until then what the peer still sends is read past."""
        if not self._reading and not self._live_transport.is_closing():
            self._reading = True
            self._live_transport.resume_reading()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._live_transport.abort)

    @property
    def _live_transport(self) -> asyncio.Transport:
        assert self._transport is not None, "the WebSocket is not open yet"
        return self._transport
