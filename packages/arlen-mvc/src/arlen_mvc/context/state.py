"""The state of one request: what is in hand, what was worked out so far, and the answer as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar, cast

from arlen_http import Request, Response

from arlen_mvc.afterwards import deferred
from arlen_mvc.observability.correlation import Identity
from arlen_mvc.observability.timings import Timings

if TYPE_CHECKING:
    from arlen_mvc.runtime import RouteInfo, Runtime

T = TypeVar("T")


class RequestState:
    """What every face of the context shares; everything that costs something is made when it is first asked for.

    A feature that keeps something for the length of a request keeps it by its type: :meth:`keep` and :meth:`get`.
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
        "header_lines",
        "path_params",
        "request",
        "route",
        "runtime",
        "started",
        "timings",
    )

    request: Request
    path_params: Mapping[str, Any]
    """Decoded parameters of the route's path, converted by the router."""
    committed: bool
    """Whether something was rendered explicitly; the action's return value is then ignored."""
    error: Exception | None
    """The exception that was turned into the answer, for middleware that wants to know."""
    header_lines: bytes
    """Encoded header lines, each ending in CRLF, that whatever is answered carries; for layers that count in
    nanoseconds. They must not name a field that the response sets itself."""
    started: float
    """When the application got the request, by ``time.perf_counter``."""
    timings: Timings | None
    """Stage durations, while ``performance_logging`` is on or traces are exported."""

    def __init__(
        self, runtime: Runtime, request: Request, route: RouteInfo, path_params: Mapping[str, Any], format: str | None
    ) -> None:
        self.runtime = runtime
        self.request = request
        self.route = route
        self.path_params = path_params
        self.committed = False
        self.error = None
        self.header_lines = b""
        self.timings = None
        self._format = format
        self._identity: Identity | None = None
        self._response: Response | None = None
        self._suppressed: frozenset[str] | None = None
        self._stash: dict[str, Any] | None = None
        self._kept: dict[type[Any], Any] | None = None

    @property
    def identity(self) -> Identity:
        """Request id and trace of this request; fixed from the first look."""
        if self._identity is None:
            self._identity = self.runtime.identify(self.request)
        return self._identity

    def identify_as(self, identity: Identity) -> None:
        """Let these be the ids of this request."""
        self._identity = identity

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

    def kept(self, kind: type[T]) -> T | None:
        """What was kept for this type in this request, if anything was."""
        return None if self._kept is None else self._kept.get(kind)

    def keep(self, kind: type[T], value: T) -> T:
        """Make this the resource of its type for the rest of the request."""
        if self._kept is None:
            self._kept = {}
        self._kept[kind] = value
        return value

    def stage(self, name: str) -> AbstractContextManager[None]:
        """``with ctx.stage("search"): ...`` adds a stage to the timings and spans of the request, where there are."""
        return nullcontext() if self.timings is None else self.timings.stage(name)

    # The answer as it stands

    @property
    def response(self) -> Response:
        """The response so far: the rendered one, or a draft whose status and headers the answer will take over."""
        if self._response is None:
            self._response = Response()
        return self._response

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
        """Answer with this response; headers set so far are added where it has none of that name."""
        draft = self._response
        if draft is response:
            return response
        response = self.take(response)
        if draft is not None:
            settled = {name for name, _ in response.headers}
            for name, value in draft.headers:
                if name == "vary":
                    for field in value.split(","):
                        response.headers.add_vary(field.strip())
                elif name not in settled or name == "set-cookie":
                    response.headers.append(name, value)
            response.after = draft.after + response.after
        return response

    def take(self, response: Response) -> Response:
        """Answer with what the application's own code gave, instead of the response so far.

        A plain response is copied: it may be a constant that other requests are answered with as well, and what this
        request adds, a cookie above all, is nobody else's.
        """
        if response is not self._response:
            self._response = response.copy() if type(response) is Response else response
        return self._response

    def replace_response(self, response: Response) -> Response:
        """Answer with this response instead of the one so far, of which nothing remains."""
        self._response = response
        return response

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
