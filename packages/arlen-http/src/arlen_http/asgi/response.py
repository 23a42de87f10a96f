"""A response that an ASGI application makes while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any, ClassVar

from arlen_http import system
from arlen_http.errors import ArlenHTTPError, ClientDisconnect, RequestRefused
from arlen_http.log import logger
from arlen_http.request import Request
from arlen_http.response import Response
from arlen_http.writer import ResponseWriter

from .fields import Fields, field_lines, split_fields
from .types import ASGIApp, Message, Scope

__all__ = ["ASGIProtocolError", "ASGIResponse", "caused_by_disconnect"]


class ASGIProtocolError(ArlenHTTPError):
    """The application sent what the ASGI specification does not allow at that point."""

    code = "asgi_protocol"


class ASGIResponse(Response):
    """One call of an application, with its ``receive`` and ``send``.

    The head is written with the first piece of the body, as the specification asks; a short response leaves at once.
    """

    __slots__ = (
        "_app",
        "_body_heard",
        "_expected",
        "_length",
        "_over",
        "_refusal",
        "_request",
        "_scope",
        "_stretches",
        "_trailers_follow",
        "_writer",
    )

    in_memory: ClassVar[bool] = False
    ends_with_client: ClassVar[bool] = False

    _writer: ResponseWriter

    def __init__(self, app: ASGIApp, scope: Scope, request: Request) -> None:
        super().__init__(content_type="")
        self._app = app
        self._scope = scope
        self._request = request
        self._expected = _START
        self._stretches: AsyncIterator[bytes] | None = None
        self._body_heard = False
        self._length: int | None = None
        self._trailers_follow = False
        self._refusal: RequestRefused | None = None
        self._over: asyncio.Future[None] | None = None

    async def send(self, writer: ResponseWriter) -> None:
        self._writer = writer
        try:
            await self._app(self._scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001
            self._judge(error)
        finally:
            del self._writer  # which knows this response: together they would live until the next garbage collection
        if self._expected is not _NOTHING:
            self._judge(ASGIProtocolError("the application returned before its response was complete"))

    def _judge(self, error: Exception) -> None:
        """What an exception of the application means for its response: why it cannot be given, or nothing any more."""
        if self._expected is _NOTHING and self._refusal is None:
            logger.error("%r failed after its response", self._request, exc_info=error)
        elif self._refusal is not None:
            raise self._refusal
        elif self._request.is_disconnected() or caused_by_disconnect(error):
            raise ClientDisconnect("the client went away while it was answered") from error
        else:
            raise error

    async def _receive(self) -> Message:
        request = self._request
        if self._expected is _NOTHING:
            return {"type": "http.disconnect"}
        if self._body_heard:
            await self._wait_over()
            return {"type": "http.disconnect"}
        if self._stretches is None:
            if request.body_complete:
                self._body_heard = True
                return {"type": "http.request", "body": request.content, "more_body": False}
            self._stretches = request.stream()
        return await self._receive_stretch(self._stretches)

    async def _receive_stretch(self, stretches: AsyncIterator[bytes]) -> Message:
        try:
            body = await anext(stretches, b"")
        except ClientDisconnect:
            self._body_heard = True
            return {"type": "http.disconnect"}
        except RequestRefused as refusal:
            self._refusal, self._expected = refusal, _NOTHING
            raise
        more = bool(body) and not self._request.body_finished
        self._body_heard = not more
        return {"type": "http.request", "body": body, "more_body": more}

    async def _wait_over(self) -> None:
        """Return when the client has gone or the response is complete."""
        if self._request.is_disconnected():
            return
        if self._over is None:
            self._over = asyncio.get_running_loop().create_future()
        gone = asyncio.ensure_future(self._request.wait_disconnected())
        try:
            await asyncio.wait((gone, self._over), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()

    def _send(self, message: Message) -> Coroutine[Any, Any, None]:
        take = self._expected.get(message["type"])
        if take is None:
            expected = " or ".join(self._expected) or "nothing"
            raise ASGIProtocolError(f"the application sent {message['type']}; expected at this point: {expected}")
        return take(self, message)

    async def _early_hint(self, message: Message) -> None:
        await self._request.send_early_hints([bytes(link).decode("latin-1") for link in message["links"]])

    async def _start(self, message: Message) -> None:
        self.status = status = message["status"]
        if not 200 <= status <= 999:
            raise ASGIProtocolError(f"{status} is not the status of a response")
        self._trailers_follow = message.get("trailers", False)
        self._take_fields(message.get("headers", ()))
        self._expected = _CONTENT

    def _take_fields(self, fields: Fields) -> None:
        lines, apart = split_fields(fields)
        self.constant_headers += lines
        for name, value in apart:
            if name != b"content-length":
                self.headers.append(name.decode(), value.decode("latin-1"))
            elif value.isdigit() and not self._trailers_follow:
                self._length = int(value)

    async def _first_content(self, message: Message) -> None:
        body, writer = message.get("body", b""), self._writer
        more = message.get("more_body", False) or self._trailers_follow
        if not more and (self._length is None or self._length == len(body)):
            await writer.whole(self, bytes(body))
            self._complete()
        else:
            await writer.begin(self, self._length)
            self._expected = _MORE_CONTENT
            await self._more_content(message)

    async def _more_content(self, message: Message) -> None:
        await self._writer.write(bytes(message.get("body", b"")))
        if not message.get("more_body", False):
            await self._content_over()

    async def _file(self, message: Message) -> None:
        writer = self._writer
        with system.open_file(message["path"]) as file:
            size = system.status(file).st_size
            await writer.begin(self, size if self._length is None and not self._trailers_follow else self._length)
            await writer.write_file(file, 0, size)
        await self._content_over()

    async def _content_over(self) -> None:
        if self._trailers_follow:
            self._expected = _TRAILERS
        else:
            await self._writer.end()
            self._complete()

    async def _trailers(self, message: Message) -> None:
        self._writer.add_trailers(field_lines(message.get("headers", ())))
        if not message.get("more_trailers", False):
            await self._writer.end()
            self._complete()

    def _complete(self) -> None:
        self._expected = _NOTHING
        if self._over is not None and not self._over.done():
            self._over.set_result(None)


def caused_by_disconnect(error: BaseException | None) -> bool:
    """Whether this is what a `ClientDisconnect` became on its way through an application."""
    while error is not None:
        if isinstance(error, ClientDisconnect):
            return True
        error = error.__cause__ or error.__context__
    return False


# What an application may send, by how far its response is.
_Expected = Mapping[str, Callable[[ASGIResponse, Message], Coroutine[Any, Any, None]]]
_START: _Expected = {
    "http.response.start": ASGIResponse._start,
    "http.response.early_hint": ASGIResponse._early_hint,
}
_CONTENT: _Expected = {
    "http.response.body": ASGIResponse._first_content,
    "http.response.pathsend": ASGIResponse._file,
}
_MORE_CONTENT: _Expected = {"http.response.body": ASGIResponse._more_content}
_TRAILERS: _Expected = {"http.response.trailers": ASGIResponse._trailers}
_NOTHING: _Expected = {}
