"""One request seen by an action: what came in, what is known about it, and the ways to answer."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast
from urllib.parse import quote

from arlen_http import Request, Response, StreamResponse

from .afterwards import deferred
from .correlation import Identity, identify
from .errors import FieldError, HTTPError
from .events import EVENT_STREAM, EVENT_STREAM_HEADERS, Event, event_stream
from .results import BINARY, HTML, JSON, TEXT, encode_json
from .scalars import parse_boolean, parse_integer
from .timings import Timings

if TYPE_CHECKING:
    from .runtime import RouteInfo, Runtime

T = TypeVar("T")

_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Context:
    """The request in hand. One per request; everything that costs something is made when it is first asked for.

    Subclasses add shortcuts (properties that call :meth:`get`), not state.
    """

    __slots__ = (
        "_format",
        "_identity",
        "_kept",
        "_response",
        "_stash",
        "_suppressed",
        "committed",
        "error",
        "path_params",
        "request",
        "route",
        "runtime",
        "timings",
    )

    request: Request
    path_params: Mapping[str, Any]
    """Decoded parameters of the route's path, converted by the router."""
    committed: bool
    """Whether something was rendered explicitly; the action's return value is then ignored."""
    error: Exception | None
    """The exception that was turned into the answer, for middleware that wants to know."""
    timings: Timings | None
    """Stage durations, while ``performance_logging`` is on."""

    def __init__(
        self, runtime: Runtime, request: Request, route: RouteInfo, path_params: Mapping[str, Any], format: str | None
    ) -> None:
        self.runtime = runtime
        self.request = request
        self.route = route
        self.path_params = path_params
        self.committed = False
        self.error = None
        self.timings = None
        self._format = format
        self._identity: Identity | None = None
        self._response: Response | None = None
        self._suppressed: frozenset[str] | None = None
        self._stash: dict[str, Any] | None = None
        self._kept: dict[type[Any], Any] | None = None

    # What came in

    @property
    def params(self) -> dict[str, Any]:
        """Query parameters (the last of each name), overridden by path parameters."""
        return {**self.request.query, **self.path_params}

    def query(self, name: str) -> str | None:
        """The last query parameter of this name."""
        return self.request.query.get(name)

    def query_int(self, name: str) -> int | None:
        """``None`` when absent or malformed."""
        return _lenient(parse_integer, self.request.query.get(name))

    def query_bool(self, name: str) -> bool | None:
        """``1 true yes on`` and ``0 false no off``; ``None`` when absent or anything else."""
        return _lenient(parse_boolean, self.request.query.get(name))

    def header(self, name: str) -> str | None:
        """A request header; the name is case-insensitive."""
        return self.request.headers.get(name)

    def header_int(self, name: str) -> int | None:
        """``None`` when absent or malformed."""
        return _lenient(parse_integer, self.request.headers.get(name))

    def header_bool(self, name: str) -> bool | None:
        """The words of :meth:`query_bool`; ``None`` when absent or anything else."""
        return _lenient(parse_boolean, self.request.headers.get(name))

    # What is known about it

    @property
    def route_name(self) -> str:
        return self.route.name

    @property
    def controller_name(self) -> str:
        return self.route.controller

    @property
    def action_name(self) -> str:
        return self.route.action

    @property
    def identity(self) -> Identity:
        """Request id and trace of this request; fixed from the first look."""
        if self._identity is None:
            self._identity = identify(self.request.head.last)
        return self._identity

    @property
    def known_identity(self) -> Identity | None:
        """The identity if anybody asked for it so far."""
        return self._identity

    @property
    def request_id(self) -> str:
        """32 hexadecimal digits; also in the response as ``X-Request-Id``."""
        return self.identity.request_id

    @property
    def trace(self) -> Identity | None:
        """The trace this request belongs to, or ``None`` when propagation is off."""
        return self.identity if self.runtime.settings.observability.trace_propagation_enabled else None

    @property
    def request_format(self) -> str:
        """``"json"`` or ``"html"`` (or a format that the route declares): what the client prefers to get."""
        if self._format is None:
            self._format = self.runtime.preferred_format(self.request)
        return self._format

    @property
    def wants_json(self) -> bool:
        return self.request_format == "json"

    @property
    def stash(self) -> dict[str, Any]:
        """A dict shared by middleware, action and template during this request; ``arlen.*`` keys are reserved."""
        if self._stash is None:
            self._stash = {}
        return self._stash

    def get(self, kind: type[T]) -> T:
        """The resource provided for this type.

        Raises:
            ApplicationError: ``unknown_resource``; the message says how to provide it.
        """
        kept = self._kept
        if kept is not None and kind in kept:
            return cast(T, kept[kind])
        make = self.runtime.request_factories.get(kind)
        return self.keep(kind, make(self)) if make else self.runtime.resources.value(kind)

    def keep(self, kind: type[T], value: T) -> T:
        """Make this the resource of its type for the rest of the request."""
        if self._kept is None:
            self._kept = {}
        self._kept[kind] = value
        return value

    def url_for(
        self,
        name: str,
        /,
        *,
        _external: bool = False,
        _format: str | None = None,
        _anchor: str | None = None,
        **params: Any,
    ) -> str:
        """The path of a named route, under the prefix this application is mounted at; leftovers become the query.

        Raises:
            arlen_router.RouteBuildError: unknown name, or a parameter that is missing or not convertible.
        """
        path, mark, query = self.runtime.table.url_for(name, **params).partition("?")
        extension = f".{_format}" if _format else ""
        anchor = f"#{_anchor}" if _anchor else ""
        origin = f"{self.request.scheme}://{self.request.host}" if _external else ""
        return f"{origin}{self.request.root_path}{path}{extension}{mark}{query}{anchor}"

    def static_url(self, file: str) -> str:
        """The path of a file of the application's (first) static directory: ``ctx.static_url("app.css")``."""
        return f"{self.request.root_path}{self.runtime.static_prefix}/{quote(file.lstrip('/'))}"

    def stage(self, name: str) -> AbstractContextManager[None]:
        """``with ctx.stage("search"): ...`` adds a stage to the timings, while ``performance_logging`` is on."""
        return nullcontext() if self.timings is None else self.timings.stage(name)

    # The answer

    @property
    def response(self) -> Response:
        """The response so far: the rendered one, or a draft whose status and headers the answer will take over."""
        if self._response is None:
            self._response = Response()
        return self._response

    @property
    def status(self) -> int:
        """Status of the answer; set it to change what an implicit return answers with."""
        return self.response.status

    @status.setter
    def status(self, status: int) -> None:
        self.response.status = status

    def set_header(self, name: str, value: str | None) -> None:
        """Set a response header; ``None`` removes it, and suppresses a security header of that name."""
        if value is not None:
            self.response.headers[name] = value
            return
        lowered = name.lower()
        self._suppressed = (self._suppressed or frozenset()) | {lowered}
        self.response.headers.delete(name)

    @property
    def suppressed_headers(self) -> frozenset[str] | None:
        """Lower-case names that were set to ``None``."""
        return self._suppressed

    def respond_with(self, body: bytes, content_type: str) -> Response:
        """A response with this body, and the status and headers set so far."""
        draft = self._response
        if draft is None:
            draft = self._response = Response(body, content_type=content_type)
        else:
            draft.body = body
            draft.content_type = content_type
        return draft

    def adopt(self, response: Response) -> Response:
        """Answer with this response; headers set so far are added where it has none of that name.

        A response belongs to one request: do not return the same object twice.
        """
        draft = self._response
        if draft is not None and draft is not response:
            settled = {name for name, _ in response.headers}
            for name, value in draft.headers:
                if name not in settled or name == "set-cookie":
                    response.headers.append(name, value)
            response.after = draft.after + response.after
        self._response = response
        return response

    def replace_response(self, response: Response) -> Response:
        """Answer with this response instead of the one so far, of which nothing remains."""
        self._response = response
        return response

    def render_json(self, value: object, status: int | None = None) -> Response:
        """Answer with JSON.

        Raises:
            RenderError: ``json_serialization_failed``.
        """
        return self._commit(encode_json(value), JSON, status)

    def render_text(self, text: str | None, status: int | None = None) -> Response:
        """Answer with plain text (UTF-8)."""
        return self._commit((text or "").encode(), TEXT, status)

    def render_html(self, html: str | None, status: int | None = None) -> Response:
        """Answer with this HTML (UTF-8), as it is."""
        return self._commit((html or "").encode(), HTML, status)

    def render_data(self, data: bytes | None, content_type: str = BINARY, status: int | None = None) -> Response:
        """Answer with these bytes."""
        return self._commit(data or b"", content_type, status)

    def render(
        self,
        template: str,
        /,
        context: Mapping[str, Any] | None = None,
        *,
        layout: str | None = None,
        status: int | None = None,
        **values: Any,
    ) -> Response:
        """Answer with a template. Without ``context`` the stash is visible to it; ``values`` are added to either.

        Raises:
            TemplateError: missing, malformed, or failed while it rendered.
        """
        with self.stage("render"):
            html = self.runtime.templates.render(self, template, context, layout, values)
        return self._commit(html.encode(), HTML, status)

    def render_negotiated(
        self, template: str, context: Mapping[str, Any] | None = None, json: object = None, **options: Any
    ) -> Response:
        """JSON clients get ``json`` (else ``context``, else ``{}``); others the template."""
        self.response.headers.add_vary("Accept")
        if self.wants_json:
            return self.render_json(json if json is not None else dict(context or {}))
        return self.render(template, context, **options)

    def redirect(self, location: str, status: int = 302) -> Response:
        """Send the client elsewhere (RFC 9110 section 15.4); an empty location is ``/``.

        Raises:
            ValueError: the status is no redirect, or the location holds a line break.
        """
        if status not in _REDIRECTS:
            raise ValueError(f"{status} is not a redirect; use one of {sorted(_REDIRECTS)}")
        if any(mark in location for mark in "\r\n\0"):
            raise ValueError(f"a location must not hold a line break: {location!r}")
        self.committed = True
        return self.adopt(Response.redirect(location or "/", status))

    def sse(self, events: AsyncIterable[Event | Mapping[str, Any] | str]) -> Response:
        """Answer with server-sent events as they come; the source is closed when the client goes away."""
        response = self.adopt(StreamResponse(event_stream(events), 200, EVENT_STREAM_HEADERS, EVENT_STREAM))
        self.committed = True
        return response

    def not_found(self, message: str | None = None) -> NoReturn:
        """End the request with 404."""
        raise HTTPError(404, message=message)

    def abort(self, status: int, message: str | None = None, details: list[FieldError] | None = None) -> NoReturn:
        """End the request with an error answer of this status (400-599)."""
        raise HTTPError(status, message=message, details=details or ())

    def after_response(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Call this (sync or async) after the last byte was sent; a failure is logged and harms nobody."""
        self.response.after += (deferred(function, arguments),)

    def begin_error(self, error: Exception) -> None:
        """Start the answer anew, because the request failed with this."""
        self.error = error
        self.committed = False
        self._response = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.request.method} {self.request.raw_path}>"

    def _commit(self, body: bytes, content_type: str, status: int | None) -> Response:
        response = self.respond_with(body, content_type)
        if status is not None:
            response.status = status
        self.committed = True
        return response


def _lenient(parse: Callable[[str], T], text: str | None) -> T | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError:
        return None
