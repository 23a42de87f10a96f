"""How an error looks to the client: one JSON shape, a page, or a line of text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from arlen_http import Response

from arlen_mvc.errors import FieldError, TemplateError, reason_phrase
from arlen_mvc.results import HTML, JSON, TEXT, encode_json

from .problem_details import PROBLEM, problem_of, wants_problem

if TYPE_CHECKING:
    from arlen_mvc.context import Context


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed request, as it may be told to the client."""

    status: int
    code: str
    message: str
    details: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    cause: Exception | None = None
    plain: str | None = None

    @property
    def concealed(self) -> Failure:
        """The same failure without what only its developers may know."""
        if self.status < 500:
            return self
        return replace(self, message=reason_phrase(self.status), details=(), plain=None)


_logger = logging.getLogger("arlen")

Show = Callable[["Context", Failure], Response]


def show_json(ctx: Context, failure: Failure) -> Response:
    """The one JSON shape of every framework error, or Problem Details for clients that want them."""
    if wants_problem(ctx):
        return Response(encode_json(problem_of(ctx, failure)), failure.status, failure.headers, PROBLEM)
    error: dict[str, object] = {
        "code": failure.code,
        "message": failure.message,
        "status": failure.status,
        "request_id": ctx.request_id,
        "correlation_id": ctx.request_id,
    }
    if failure.code == "validation_failed" and ctx.trace is not None:
        error["trace_id"] = ctx.trace.trace_id
    payload: dict[str, object] = {"error": error}
    if failure.details or failure.code == "validation_failed":
        payload["details"] = [entry.as_dict() for entry in failure.details]
    return Response(encode_json(payload), failure.status, failure.headers, JSON)


def show_page(ctx: Context, failure: Failure) -> Response:
    """``errors/<status>.html`` when the application has one, else text."""
    template = f"errors/{failure.status}"
    if not ctx.runtime.templates.exists(template):
        return show_text(ctx, failure)
    values = {"status": failure.status, "code": failure.code, "message": failure.message, "details": failure.details}
    try:
        html = ctx.runtime.templates.render(ctx, template, values, None, {})
    except TemplateError:
        _logger.exception("error template failed", extra={"fields": {"request_id": ctx.request_id}})
        return show_text(ctx, failure)
    return Response(html.encode(), failure.status, failure.headers, HTML)


def show_text(ctx: Context, failure: Failure) -> Response:
    """The message in lower case if it is the status's own phrase, then one line for each detail."""
    if failure.plain is not None:
        return Response(f"{failure.plain}\n".encode(), failure.status, failure.headers, TEXT)
    phrase = reason_phrase(failure.status)
    lines = [phrase.lower() if failure.message == phrase else failure.message]
    lines += [f"{entry.field}: {entry.message}" for entry in failure.details if entry.field]
    return Response("".join(f"{line}\n" for line in lines).encode(), failure.status, failure.headers, TEXT)


def show_negotiated(ctx: Context, failure: Failure) -> Response:
    """What any client may see, in production and elsewhere."""
    show = show_json if ctx.wants_json else show_page
    return told_to_caches(show(ctx, failure))


def told_to_caches(response: Response) -> Response:
    """The same answer, which says that ``Accept`` has chosen its form (RFC 9110 section 12.5.5)."""
    response.headers.add_vary("Accept")
    return response


def show_concealed(ctx: Context, failure: Failure) -> Response:
    """Production: a server's fault is told without its particulars."""
    return show_negotiated(ctx, failure.concealed)
