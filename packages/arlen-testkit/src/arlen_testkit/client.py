"""Clients that call an application in process, over ``app.handle(request)``: no socket, no server."""

from __future__ import annotations

import codecs
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager, contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Self, TypedDict, TypeVar, Unpack

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from arlen_http.handler import as_app

from .answer import Answer
from .errors import ClientError
from .events import Event, EventReader
from .transport import HandleTransport

__all__ = ["Answer", "AsyncClient", "AsyncStream", "Client", "Event", "RequestOptions", "Stream"]

BASE_URL = "http://testserver"

Param = str | int | float | bool | None
T = TypeVar("T")


class RequestOptions(TypedDict, total=False):
    """What a request may carry besides its method and path.

    Attributes:
        params: query parameters, added to those of the path.
        headers: request headers, on top of the client's own.
        json: a value to send as JSON.
        form: fields to send as a form: urlencoded, or multipart when there are ``files``.
        files: uploads by field name: bytes, an open file, or ``(filename, content, media type)``.
        content: a body as it is.
        follow_redirects: whether to follow redirects of this request; the client's own habit unless given.
    """

    params: Mapping[str, Param | Sequence[Param]] | list[tuple[str, Param]]
    headers: Mapping[str, str] | Sequence[tuple[str, str]]
    json: Any
    form: Mapping[str, Any]
    files: Any
    content: str | bytes
    follow_redirects: bool


class AsyncStream:
    """An answer whose body is still being sent.

    Attributes:
        status: the status code.
        headers: case-insensitive, as in :class:`Answer`.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status: int = response.status_code
        self.headers: httpx.Headers = response.headers

    async def read(self) -> Answer:
        """Wait for the rest of the body."""
        await self._response.aread()
        return Answer(self._response)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body's pieces as the application sends them."""
        async for chunk in self._response.aiter_bytes():
            yield chunk

    async def lines(self) -> AsyncGenerator[str, None]:
        """The body's lines, without their ends."""
        async for line in self._response.aiter_lines():
            yield line

    async def events(self) -> AsyncGenerator[Event, None]:
        """The body's server-sent events, until the application ends the stream."""
        reader, decoder = EventReader(), codecs.getincrementaldecoder("utf-8")("replace")
        async for chunk in self._response.aiter_bytes():
            for event in reader.feed(decoder.decode(chunk)):
                yield event


class AsyncClient:
    """A client for asynchronous tests: ``async with AsyncClient(app) as client: answer = await client.get("/")``.

    The application is started when the block begins and shut down when it ends. Cookies are kept between requests.
    An exception that escapes from the application's handler is raised in the test.

    Args:
        app: what arlen-http serves: an object with ``handle(request)``, a handler function, an ASGI application.
        base_url: scheme and host of the requests. Cookies marked ``Secure`` need ``https``.
        headers: sent with every request.
        cookies: known from the beginning.
        follow_redirects: whether redirects are followed unless a request says otherwise.
        timeout: seconds that the application may take for an answer, and then for each further piece of its body.

    Raises:
        httpx.ReadTimeout: the application took longer.
        httpx.TooManyRedirects: more than 20 in a row.
        ClientError: ``not_started`` outside the block; ``not_a_response`` when the handler returns something else.
    """

    def __init__(
        self,
        app: object,
        *,
        base_url: str = BASE_URL,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: float = 30.0,
    ) -> None:
        self.app = app
        self._served = as_app(app)
        self._http = httpx.AsyncClient(
            transport=HandleTransport(self._served.handle),
            base_url=base_url,
            headers={"user-agent": "arlen-testkit", **(headers or {})},
            cookies=dict(cookies or {}),
            follow_redirects=follow_redirects,
            timeout=timeout,
            trust_env=False,
        )
        self._open: AsyncExitStack | None = None

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookie jar: ``client.cookies.set(name, value)``, ``client.cookies.clear()``."""
        return self._http.cookies

    @property
    def headers(self) -> httpx.Headers:
        """The headers of every request; may be changed at any time."""
        return self._http.headers

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._served.start()
            stack.push_async_callback(self._served.shutdown)
            await stack.enter_async_context(self._http)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stack, self._open = self._require_open(), None
        await stack.__aexit__(kind, error, trace)

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Answer:
        """Send a request and wait for the whole answer, work that the application does after it included."""
        async with self.stream(method, path, **options) as stream:
            return await stream.read()

    async def get(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("GET", path, **options)

    async def head(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("HEAD", path, **options)

    async def options(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("OPTIONS", path, **options)

    async def post(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return await self.request("DELETE", path, **options)

    @asynccontextmanager
    async def stream(self, method: str, path: str, **options: Unpack[RequestOptions]) -> AsyncIterator[AsyncStream]:
        """Send a request and read the body while it is being made; leaving the block early is a disconnect."""
        self._require_open()
        async with self._http.stream(
            method,
            httpx.URL(path).copy_merge_params(httpx.QueryParams(options.get("params"))),
            headers=options.get("headers"),
            json=options.get("json"),
            data=options.get("form"),
            files=options.get("files"),
            content=options.get("content"),
            follow_redirects=options.get("follow_redirects", httpx.USE_CLIENT_DEFAULT),
        ) as response:
            yield AsyncStream(response)

    @asynccontextmanager
    async def sse(self, path: str, **options: Unpack[RequestOptions]) -> AsyncIterator[AsyncGenerator[Event, None]]:
        """GET a stream of server-sent events: ``async with client.sse("/news") as events: await anext(events)``.

        Raises:
            AssertionError: the answer is not a ``text/event-stream`` with status 200.
        """
        options["headers"] = {"accept": "text/event-stream", **dict(options.get("headers", {}))}
        async with self.stream("GET", path, **options) as stream:
            if stream.status != 200 or not stream.headers.get("content-type", "").startswith("text/event-stream"):
                (await stream.read()).assert_status(200).assert_content_type("text/event-stream")
            async with aclosing(stream.events()) as events:
                yield events

    def _require_open(self) -> AsyncExitStack:
        if self._open is None:
            raise ClientError("the application is not started; use the client in a with block", code="not_started")
        return self._open


class Stream:
    """An answer whose body is still being sent, for ordinary tests; see :class:`AsyncStream`."""

    def __init__(self, portal: BlockingPortal, stream: AsyncStream) -> None:
        self._portal = portal
        self._stream = stream
        self.status: int = stream.status
        self.headers: httpx.Headers = stream.headers

    def read(self) -> Answer:
        """Wait for the rest of the body."""
        return self._portal.call(self._stream.read)

    def chunks(self) -> Iterator[bytes]:
        """The body's pieces as the application sends them."""
        return _stepwise(self._portal, self._stream.chunks())

    def lines(self) -> Iterator[str]:
        """The body's lines, without their ends."""
        return _stepwise(self._portal, self._stream.lines())

    def events(self) -> Iterator[Event]:
        """The body's server-sent events, until the application ends the stream."""
        return _stepwise(self._portal, self._stream.events())


def _stepwise(portal: BlockingPortal, source: AsyncGenerator[T, None]) -> Iterator[T]:
    async def step() -> T | _End:
        return await anext(source, _END)

    while not isinstance(piece := portal.call(step), _End):
        yield piece


class _End:
    """Stands behind the last piece of a stream."""


_END = _End()


class Client:
    """A client for ordinary tests: ``with Client(app) as client: client.get("/").assert_status(200)``.

    Everything that :class:`AsyncClient` says holds here too. The application runs in an event loop and a thread of its
    own from the beginning of the block to its end, so that its background tasks proceed between requests.
    """

    def __init__(
        self,
        app: object,
        *,
        base_url: str = BASE_URL,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: float = 30.0,
    ) -> None:
        self.app = app
        self._client = AsyncClient(
            app,
            base_url=base_url,
            headers=headers,
            cookies=cookies,
            follow_redirects=follow_redirects,
            timeout=timeout,
        )
        self._open: tuple[BlockingPortal, ExitStack] | None = None

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookie jar: ``client.cookies.set(name, value)``, ``client.cookies.clear()``."""
        return self._client.cookies

    @property
    def headers(self) -> httpx.Headers:
        """The headers of every request; may be changed at any time."""
        return self._client.headers

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal(name="arlen-testkit-client"))
            stack.enter_context(portal.wrap_async_context_manager(self._client))
            self._open = portal, stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (_, stack), self._open = self._require_open(), None
        stack.__exit__(kind, error, trace)

    def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Answer:
        """Send a request and wait for the whole answer, work that the application does after it included."""
        portal, _ = self._require_open()
        return portal.call(partial(self._client.request, method, path, **options))

    def get(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[RequestOptions]) -> Answer:
        return self.request("DELETE", path, **options)

    @contextmanager
    def stream(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Iterator[Stream]:
        """Send a request and read the body while it is being made; leaving the block early is a disconnect."""
        portal, _ = self._require_open()
        with portal.wrap_async_context_manager(self._client.stream(method, path, **options)) as stream:
            yield Stream(portal, stream)

    @contextmanager
    def sse(self, path: str, **options: Unpack[RequestOptions]) -> Iterator[Iterator[Event]]:
        """GET a stream of server-sent events: ``with client.sse("/news") as events: next(events)``.

        Raises:
            AssertionError: the answer is not a ``text/event-stream`` with status 200.
        """
        portal, _ = self._require_open()
        with portal.wrap_async_context_manager(self._client.sse(path, **options)) as events:
            yield _stepwise(portal, events)

    def _require_open(self) -> tuple[BlockingPortal, ExitStack]:
        if self._open is None:
            raise ClientError("the application is not started; use the client in a with block", code="not_started")
        return self._open
