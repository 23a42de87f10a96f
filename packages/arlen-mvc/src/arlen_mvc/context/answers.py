"""The ways to answer a request."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from arlen_http import Response, StreamResponse

from arlen_mvc.errors import FieldError, HTTPError
from arlen_mvc.events import EVENT_STREAM, EVENT_STREAM_HEADERS, Event, encode_events, event_stream
from arlen_mvc.results import BINARY, HTML, JSON, TEXT, encode_json

from .incoming import Incoming

if TYPE_CHECKING:
    from arlen_mvc.templates import Strictness

_logger = logging.getLogger("arlen")

_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Answers(Incoming):
    """The answering half of the context."""

    __slots__ = ()

    @property
    def status(self) -> int:
        """Status of the answer; set it to change what an implicit return answers with."""
        return self.response.status

    @status.setter
    def status(self, status: int) -> None:
        self.response.status = status

    def set_status(self, status: int) -> None:
        """The same as assigning :attr:`status`."""
        self.response.status = status

    @property
    def has_rendered(self) -> bool:
        """Whether something was rendered explicitly; the action's return value is then ignored."""
        return self.committed

    def set_header(self, name: str, value: str | None) -> None:
        """Set a response header; ``None`` removes it, and suppresses a security header of that name."""
        if value is not None:
            self.response.headers[name] = value
            return
        lowered = name.lower()
        self._suppressed = (self._suppressed or frozenset()) | {lowered}
        self.response.headers.delete(name)

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
        strictness: Strictness | None = None,
        **values: Any,
    ) -> Response:
        """Answer with a template. Without ``context`` the stash is visible to it; ``values`` are added to either.
        ``strictness`` says what is refused in this render, otherwise the settings ``templates.strict_*`` do.

        Raises:
            TemplateError: missing, malformed, or failed while it rendered.
        """
        with self.stage("render"):
            html = self.runtime.templates.render(self, template, context, layout, values, strictness)
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
        self._begin_render()
        return self.adopt(Response.redirect(location or "/", status))

    def sse(self, events: AsyncIterable[Event | Mapping[str, Any] | str]) -> Response:
        """Answer with server-sent events as they come; the source is closed when the client goes away."""
        self._begin_render()
        return self.adopt(StreamResponse(event_stream(events), 200, EVENT_STREAM_HEADERS, EVENT_STREAM))

    def render_sse(self, events: Iterable[Event | Mapping[str, Any] | str]) -> Response:
        """Answer with these server-sent events, all at once.

        Raises:
            ValueError: a line break or NUL in the ``id`` or ``event`` of one of them.
        """
        body = encode_events(events)
        self._begin_render()
        return self.adopt(Response(body, 200, EVENT_STREAM_HEADERS, EVENT_STREAM))

    def not_found(self, message: str | None = None) -> NoReturn:
        """End the request with 404."""
        raise HTTPError(404, message=message)

    def abort(self, status: int, message: str | None = None, details: list[FieldError] | None = None) -> NoReturn:
        """End the request with an error answer of this status (400-599)."""
        raise HTTPError(status, message=message, details=details or ())

    def _commit(self, body: bytes, content_type: str, status: int | None) -> Response:
        self._begin_render()
        response = self.respond_with(body, content_type)
        if status is not None:
            response.status = status
        return response

    def _begin_render(self) -> None:
        if self.committed and self.runtime.settings.environment == "development":
            fields = {"method": self.request.method, "path": self.request.path, "action": self.action_name}
            _logger.warning("double render", extra={"fields": fields})
        self.committed = True
