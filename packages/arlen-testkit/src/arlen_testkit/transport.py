"""From an httpx request to ``app.handle(request)`` and back, in the running event loop and without a socket."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import BinaryIO

import anyio
import httpx
from anyio.streams.memory import MemoryObjectSendStream
from arlen_http import Request, RequestRefused, Response, Upgrade
from arlen_http.handler import Handler
from arlen_http.status import allows_body

from .errors import ClientError
from .logs import Logs, Overheard

__all__ = ["HandleTransport", "fields_of", "incoming"]

CLIENT_ADDRESS = ("127.0.0.1", 50_000)
FILE_CHUNK_BYTES = 65_536


class HandleTransport(httpx.AsyncBaseTransport):
    """Serves each request as a server does: in a task of its own, which also sends the body and does what comes after.

    An exception of the handler, which a server turns into status 500, reaches the caller as it is. So do those that an
    Arlen application has turned into an answer or only logged, with ``raise_failures``, when the answer is read.
    """

    def __init__(self, handler: Handler, logs: Logs, raise_failures: bool) -> None:
        self._handler = handler
        self._logs = logs
        self._raise_failures = raise_failures

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        overheard = Overheard(self._logs, kept=self._raise_failures)
        exchange = _Exchange(self._handler, await incoming(request), request.extensions["timeout"]["read"], overheard)
        return await exchange.response()


async def incoming(request: httpx.Request) -> Request:
    """The request as the application sees it."""
    return Request.build(
        request.method,
        request.url.raw_path.decode("ascii"),
        headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
        body=await request.aread(),
        client=CLIENT_ADDRESS,
        scheme=request.url.scheme,
    )


class _Exchange(httpx.AsyncByteStream):
    """One request under way: its task hands over the head first, and then the body piece by piece."""

    def __init__(self, handler: Handler, request: Request, timeout: float | None, overheard: Overheard) -> None:
        self._timeout = timeout
        self._overheard = overheard
        self._head: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
        self._sent, self._received = anyio.create_memory_object_stream[bytes]()
        self._task = asyncio.create_task(self._serve(handler, request))

    async def response(self) -> httpx.Response:
        waiting: set[asyncio.Future[httpx.Response] | asyncio.Task[None]] = {self._head, self._task}
        await asyncio.wait(waiting, timeout=self._timeout, return_when=asyncio.FIRST_COMPLETED)
        if not self._head.done():
            await self._give_up()
        response = self._head.result()
        if response.status_code >= 500 and self._overheard.failures:
            with self._received:
                async for _ in self:
                    pass
        return response

    async def _give_up(self) -> None:
        """There is no head: raise what the task raised, or say that it was too slow."""
        slow = not self._task.done()
        await self.aclose()
        if slow:
            raise httpx.ReadTimeout(f"the application did not answer within {self._timeout:g} s")
        self._task.result()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with suppress(anyio.EndOfStream):
            while True:
                yield await self._next_chunk()
        await self._task
        if self._overheard.failures:
            raise self._overheard.failures[0]

    async def _next_chunk(self) -> bytes:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._received.receive()
        except TimeoutError:
            raise httpx.ReadTimeout(f"the application sent nothing more for {self._timeout:g} s") from None

    async def aclose(self) -> None:
        self._received.close()
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _serve(self, handler: Handler, request: Request) -> None:
        with self._overheard.listening():
            with self._sent:
                answer = await _answer(handler, request)
                await answer.send(_Writer(request, self._announce, self._sent))
            for callback in answer.after:
                result = callback()
                if inspect.isawaitable(result):
                    await result

    def _announce(self, status: int, headers: list[tuple[str, str]]) -> None:
        self._head.set_result(httpx.Response(status, headers=headers, stream=self))


async def _answer(handler: Handler, request: Request) -> Response:
    try:
        answer = handler(request)
        if inspect.isawaitable(answer):
            answer = await answer
    except RequestRefused as refusal:
        return Response.text(refusal.text, refusal.status)
    if not isinstance(answer, Response):
        raise ClientError(
            f"{request.method} {request.path}: the handler returned {answer!r} instead of a Response",
            code="not_a_response",
            answer=answer,
        )
    return answer


class _Writer:
    """Takes what a response writes (the protocol ``arlen_http.writer.ResponseWriter``)."""

    def __init__(
        self,
        request: Request,
        announce: Callable[[int, list[tuple[str, str]]], None],
        content: MemoryObjectSendStream[bytes],
    ) -> None:
        self.request = request
        self.head_only = request.method == "HEAD"
        self._announce = announce
        self._content = content

    async def whole(self, response: Response, body: bytes) -> None:
        await self.begin(response, len(body))
        if body and not self.head_only:
            await self.write(body)

    async def begin(self, response: Response, length: int | None) -> None:
        headers = fields_of(response)
        if not allows_body(response.status):
            self.head_only = True
        elif length is not None:
            headers.append(("content-length", str(length)))
        self._announce(response.status, headers)

    async def write(self, data: bytes) -> None:
        await self._content.send(data)

    async def write_file(self, file: BinaryIO, offset: int, count: int) -> None:
        file.seek(offset)
        while count > 0 and (data := file.read(min(count, FILE_CHUNK_BYTES))):
            await self._content.send(data)
            count -= len(data)

    def add_trailers(self, lines: bytes) -> None:
        """A client of httpx sees none."""

    async def end(self) -> None:
        return None

    def upgrade(self, response: Upgrade) -> None:
        raise ClientError(
            f"{self.request.path} answers with an upgrade, which needs a connection: serve the application on a socket",
            code="no_connection",
        )


def fields_of(response: Response) -> list[tuple[str, str]]:
    """The header fields that it is sent with, but for those of its framing."""
    fields = list(response.headers)
    if response.content_type and "content-type" not in response.headers:
        fields.insert(0, ("content-type", response.content_type))
    for line in response.constant_headers.decode().splitlines():
        name, _, value = line.partition(":")
        fields.append((name, value.strip()))
    return fields
