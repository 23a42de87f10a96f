"""Clients that call an application in process, over ``app.handle(request)``: no socket, no server."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager, contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar, Unpack

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from arlen_http.handler import as_app

from .answer import Answer
from .errors import ClientError
from .events import Event
from .logs import LogLine, Logs, Overheard, recording
from .streams import AsyncStream, Stream, stepwise
from .transport import HandleTransport, fields_of, incoming

if TYPE_CHECKING:
    from arlen_mvc import Context

__all__ = ["Answer", "AsyncClient", "AsyncStream", "Client", "Event", "LogLine", "Logs", "RequestOptions", "Stream"]

BASE_URL = "http://testserver"
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))

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


class AsyncClient:
    """A client for asynchronous tests: ``async with AsyncClient(app) as client: answer = await client.get("/")``.

    The application is started when the block begins and shut down when it ends. Cookies are kept between requests.
    What an action, a layer or work after the answer raises, and no handler of the application takes, is raised in the
    test.

    Args:
        app: what arlen-http serves: an object with ``handle(request)``, a handler function, an ASGI application.
        base_url: scheme and host of the requests. Cookies marked ``Secure`` need ``https``.
        headers: sent with every request.
        cookies: known from the beginning.
        follow_redirects: whether redirects are followed unless a request says otherwise.
        timeout: seconds that the application may take for an answer, and then for each further piece of its body.
        raise_server_exceptions: ``False`` to get the answer 500 that others get.

    Attributes:
        app: the application.
        logs: what it has logged since the block began; see :class:`Logs`.

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
        raise_server_exceptions: bool = True,
    ) -> None:
        self.app = app
        self.logs = Logs()
        self._shows_token = False
        self._served = as_app(app)
        self._http = httpx.AsyncClient(
            transport=HandleTransport(self._served.handle, self.logs, raise_server_exceptions),
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
            stack.enter_context(recording(self.logs))
            with Overheard(self.logs).listening():
                await self._served.start()
            stack.push_async_callback(self._shut_down)
            await stack.enter_async_context(self._http)
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stack, self._open = self._require_open(), None
        await stack.__aexit__(kind, error, trace)

    async def _shut_down(self) -> None:
        with Overheard(self.logs).listening():
            await self._served.shutdown()

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
        headers = httpx.Headers(options.get("headers"))
        if self._shows_token and method.upper() not in SAFE_METHODS:
            name, token = await self._token()
            headers.setdefault(name, token)
        async with self._http.stream(
            method,
            httpx.URL(path).copy_merge_params(httpx.QueryParams(options.get("params"))),
            headers=headers,
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

    async def csrf(self) -> str:
        """The CSRF token of this visitor's session, which every unsafe request shows from here on.

        It does what the application's own pages do, and stays right when a login exchanges the session.

        Raises:
            arlen_mvc.SessionRequired: the application has no sessions.
            ClientError: ``not_an_arlen_application``.
        """
        _, token = await self._token()
        self._shows_token = True
        return token

    async def log_in(
        self, subject: str, *, roles: Iterable[str] = (), scopes: Iterable[str] = (), **claims: Any
    ) -> None:
        """Let the visitor be somebody, as ``ctx.log_in`` in an action does: in a new session.

        Raises:
            arlen_mvc.SessionRequired: the application has no sessions.
            ClientError: ``not_an_arlen_application``.
        """
        await self._visit("log_in", lambda ctx: ctx.log_in(subject, roles=roles, scopes=scopes, **claims))

    def override(self, dependency: Any, replacement: Any) -> None:
        """Use the replacement for a function named by ``Depends``, or for a provided type, until the block ends.

        Functions, classes and partials are called for it, anything else is the value itself.

        Raises:
            ClientError: ``not_an_arlen_application``, ``not_started``.
        """
        from .visits import arlen_application

        called = inspect.isroutine(replacement) or inspect.isclass(replacement) or isinstance(replacement, partial)
        app = arlen_application(self.app, "override")
        self._require_open().enter_context(app.override(dependency, replacement if called else lambda: replacement))

    def resource(self, kind: type[T]) -> T:
        """What the application has for a type: its database, its cache, a fake mail box.

        Raises:
            arlen_mvc.ApplicationError: ``unknown_resource``.
            ClientError: ``not_an_arlen_application``.
        """
        from .visits import arlen_application

        return arlen_application(self.app, "resource").resource(kind)

    async def _token(self) -> tuple[str, str]:
        """The name of the header, and the token that it has to show."""
        return await self._visit("csrf", lambda ctx: (ctx.runtime.settings.csrf.header_name, ctx.csrf_token))

    async def _visit(self, what: str, action: Callable[[Context], T]) -> T:
        from .visits import arlen_application, visit

        self._require_open()
        request = self._http.build_request("GET", "/")
        result, response = await visit(arlen_application(self.app, what), await incoming(request), action)
        self._http.cookies.extract_cookies(httpx.Response(200, headers=fields_of(response), request=request))
        return result

    def _require_open(self) -> AsyncExitStack:
        if self._open is None:
            raise ClientError("the application is not started; use the client in a with block", code="not_started")
        return self._open


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
        raise_server_exceptions: bool = True,
    ) -> None:
        self.app = app
        self._client = AsyncClient(
            app,
            base_url=base_url,
            headers=headers,
            cookies=cookies,
            follow_redirects=follow_redirects,
            timeout=timeout,
            raise_server_exceptions=raise_server_exceptions,
        )
        self._open: tuple[BlockingPortal, ExitStack] | None = None

    @property
    def logs(self) -> Logs:
        """What the application has logged since the block began."""
        return self._client.logs

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
            yield stepwise(portal, events)

    def csrf(self) -> str:
        """See :meth:`AsyncClient.csrf`."""
        return self.call(self._client.csrf)

    def log_in(self, subject: str, *, roles: Iterable[str] = (), scopes: Iterable[str] = (), **claims: Any) -> None:
        """See :meth:`AsyncClient.log_in`."""
        self.call(partial(self._client.log_in, subject, roles=roles, scopes=scopes, **claims))

    def override(self, dependency: Any, replacement: Any) -> None:
        """See :meth:`AsyncClient.override`."""
        self._client.override(dependency, replacement)

    def resource(self, kind: type[T]) -> T:
        """See :meth:`AsyncClient.resource`."""
        return self._client.resource(kind)

    def call(self, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Await a coroutine function in the application's event loop, to prepare or inspect what it works with."""
        portal, _ = self._require_open()
        return portal.call(function, *arguments)

    def _require_open(self) -> tuple[BlockingPortal, ExitStack]:
        if self._open is None:
            raise ClientError("the application is not started; use the client in a with block", code="not_started")
        return self._open
