"""A WebSocket of an ASGI application, from its handshake on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from arlen_http.errors import ClientDisconnect, RequestRefused
from arlen_http.log import logger
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.upgrade import Upgrade
from arlen_http.writer import ResponseWriter

from .fields import Fields, split_fields
from .response import ASGIProtocolError, caused_by_disconnect
from .types import ASGIApp, Message, Scope

if TYPE_CHECKING:
    from .websocket import WebSocket

__all__ = ["WebSocketResponse", "WebSocketSession"]

# RFC 6455 section 7.4.1.
_NORMAL, _GOING_AWAY, _INTERNAL_ERROR = 1000, 1001, 1011


class WebSocketSession:
    """One call of an application, with its ``receive`` and ``send``; it lives as long as the WebSocket.

    Attributes:
        request: the handshake.
        answer: what to answer it, once the application has accepted or denied the WebSocket.
    """

    def __init__(self, app: ASGIApp, scope: Scope, request: Request, websocket: WebSocket) -> None:
        self._app = app
        self._scope = scope
        self._websocket = websocket
        self._expected = _UNANSWERED
        self._connect_heard = False
        self._denial = Response(content_type="")
        self.request = request
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Call the application; a WebSocket that is open when it returns is closed."""
        code = _INTERNAL_ERROR
        try:
            await self._app(self._scope, self._receive, self._send)
            code = _NORMAL
        except Exception as error:  # noqa: BLE001
            if not self.answer.done():
                self.answer.set_exception(error)
            elif not caused_by_disconnect(error):
                logger.error("%r failed", self.request, exc_info=error)
        finally:
            if not self.answer.done():
                self.answer.set_exception(ASGIProtocolError("the application has left a WebSocket unanswered"))
            self._websocket.close(code)

    def abandon(self) -> None:
        """The handshake has come to nothing; the application hears of a disconnect."""
        self.answer.cancel()
        self._websocket.abandon()

    def go_away(self) -> None:
        """The server stops."""
        if self.answer.done():
            self._websocket.close(_GOING_AWAY)
        else:
            self.answer.set_exception(RequestRefused(503, "stopping", "the server stops"))

    async def _receive(self) -> Message:
        from .websocket import Closed

        if not self._connect_heard:
            self._connect_heard = True
            return {"type": "websocket.connect"}
        try:
            message = await self._websocket.receive()
        except Closed as closed:
            return {"type": "websocket.disconnect", "code": closed.code, "reason": closed.reason}
        return {"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message}

    def _send(self, message: Message) -> Coroutine[Any, Any, None]:
        take = self._expected.get(message["type"])
        if take is None:
            expected = " or ".join(self._expected) or "nothing"
            raise ASGIProtocolError(f"the application sent {message['type']}; expected at this point: {expected}")
        return take(self, message)

    def _give(self, answer: Response) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    async def _accept(self, message: Message) -> None:
        response = Upgrade(lambda: self._websocket, self._websocket.fields)
        subprotocol = message.get("subprotocol")
        if subprotocol is not None:
            if subprotocol not in self._scope["subprotocols"]:
                raise ASGIProtocolError(f"the client has not offered the subprotocol {subprotocol!r}")
            response.headers.append("sec-websocket-protocol", subprotocol)
        _add_fields(response, message.get("headers", ()))
        self._expected = _OPEN
        self._give(response)
        await self._websocket.opened()

    async def _refuse(self, message: Message) -> None:
        self._deny(Response(b"", 403, content_type=""))

    async def _begin_denial(self, message: Message) -> None:
        self._denial.status = message["status"]
        _add_fields(self._denial, message.get("headers", ()))
        self._expected = _DENYING

    async def _go_on_denying(self, message: Message) -> None:
        self._denial.body += message.get("body", b"")
        if not message.get("more_body", False):
            self._deny(self._denial)

    def _deny(self, answer: Response) -> None:
        self._expected = _CLOSED
        self._give(answer)
        self._websocket.abandon()

    async def _send_content(self, message: Message) -> None:
        text, data = message.get("text"), message.get("bytes")
        if data is not None:
            await self._websocket.send(bytes(data))
        elif text is not None:
            await self._websocket.send(str(text))
        else:
            raise ASGIProtocolError("a websocket.send has neither bytes nor text")

    async def _close(self, message: Message) -> None:
        self._expected = _CLOSED
        await self._websocket.opened()
        self._websocket.close(message.get("code", _NORMAL), message.get("reason") or "")


class WebSocketResponse(Response):
    """The answer to a handshake, as soon as the application has one.

    Args:
        tasks: where the task of the session is kept while it runs.
        seconds: how long the application may take.
    """

    __slots__ = ("_seconds", "_session", "_tasks")

    in_memory: ClassVar[bool] = False
    ends_with_client: ClassVar[bool] = False

    def __init__(
        self, session: WebSocketSession, tasks: dict[asyncio.Task[None], WebSocketSession], seconds: float
    ) -> None:
        super().__init__(content_type="")
        self._session = session
        self._tasks = tasks
        self._seconds = seconds

    async def send(self, writer: ResponseWriter) -> None:
        session = self._session
        task = asyncio.create_task(session.run())
        self._tasks[task] = session
        task.add_done_callback(self._tasks.pop)
        try:
            answer = await self._answer(task)
            answer.constant_headers += self.constant_headers
            await answer.send(writer)
        except BaseException:
            session.abandon()
            raise

    async def _answer(self, task: asyncio.Task[None]) -> Response:
        session = self._session
        gone = asyncio.ensure_future(session.request.wait_disconnected())
        try:
            await asyncio.wait((session.answer, gone), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if session.request.is_disconnected():
            raise ClientDisconnect("the client went away before its WebSocket was accepted")
        if session.answer.done():
            return session.answer.result()
        task.cancel()
        logger.error("%r: the application has not answered the handshake within %s s", session.request, self._seconds)
        raise RequestRefused(503, "websocket_handshake_timeout", "the handshake was not answered in time")


def _add_fields(response: Response, fields: Fields) -> None:
    lines, apart = split_fields(fields)
    response.constant_headers += lines
    for name, value in apart:
        response.headers.append(name.decode(), value.decode("latin-1"))


# What an application may send, by how far its WebSocket is.
_Expected = Mapping[str, Callable[[WebSocketSession, Message], Coroutine[Any, Any, None]]]
_UNANSWERED: _Expected = {
    "websocket.accept": WebSocketSession._accept,
    "websocket.close": WebSocketSession._refuse,
    "websocket.http.response.start": WebSocketSession._begin_denial,
}
_DENYING: _Expected = {"websocket.http.response.body": WebSocketSession._go_on_denying}
_OPEN: _Expected = {
    "websocket.send": WebSocketSession._send_content,
    "websocket.close": WebSocketSession._close,
}
_CLOSED: _Expected = {}
