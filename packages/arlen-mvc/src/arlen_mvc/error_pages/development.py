"""What a developer sees when a request failed: the source, the locals, the request, the timings."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from arlen_http import Response

from arlen_mvc.errors import FieldError, TemplateError
from arlen_mvc.results import HTML

from .answers import Failure, show_concealed, show_json, show_negotiated, told_to_caches
from .masking import describe
from .stack import Frame, Raised, raised_chain, template_place

if TYPE_CHECKING:
    import jinja2

    from arlen_mvc.context import Context

_PAGES = Path(__file__).with_name("pages")


def show_developed(ctx: Context, failure: Failure) -> Response:
    """Everything that is known about a server's fault: as a page, or as ``details`` of the JSON shape.

    Faults of the client are answered as in production. In production itself it tells nothing.
    """
    if ctx.runtime.settings.environment == "production":
        return show_concealed(ctx, failure)
    if failure.status < 500 or failure.cause is None:
        return show_negotiated(ctx, failure)
    chain = raised_chain(failure.cause, ctx.runtime.settings.root)
    if ctx.wants_json:
        return told_to_caches(show_json(ctx, _detailed(failure, chain)))
    page = render_page(ctx, failure, chain)
    headers = {**failure.headers, "content-security-policy": _content_security_policy()}
    return told_to_caches(Response(page.encode(), failure.status, headers, HTML))


def _detailed(failure: Failure, chain: list[Raised]) -> Failure:
    stack = [f"{frame.file}:{frame.line} in {frame.function}" for frame in chain[0].frames]
    detail = failure.details[0] if failure.details else FieldError("", failure.code, failure.message)
    known = detail.meta
    place = chain[0].place
    origin = {"file": place.file, "line": place.line} if place and not known.get("file") else {}
    meta = {"name": chain[0].kind, "reason": chain[0].message, **known, **origin, "stack": stack}
    return replace(failure, details=(replace(detail, meta=meta),))


def render_page(ctx: Context, failure: Failure, chain: list[Raised]) -> str:
    """The page's HTML; it needs no script and no other file."""
    identity, request = ctx.identity, ctx.request
    headers = {name: describe(name, value) for name, value in request.headers.items()}
    facts = {
        "Action": f"{ctx.route.controller}#{ctx.route.action}" if ctx.route.controller else ctx.route.action,
        "Declared at": ctx.route.place,
        "Environment": ctx.runtime.settings.environment,
        "Parameters": describe("parameters", dict(ctx.path_params)),
        "Query": describe("query", dict(request.query)),
        "Route": f"{' '.join(ctx.route.methods)} {ctx.route.path}",
        "Trace": identity.traceparent,
    }
    timings: Mapping[str, float] = ctx.timings.stages | {"total": ctx.timings.total} if ctx.timings else {}
    return _template().render(
        css=_css(),
        failure=failure,
        chain=chain,
        template=_template_of(failure.cause),
        request=request,
        request_id=identity.request_id,
        facts=sorted((name, value) for name, value in facts.items() if value.strip()),
        headers=sorted(headers.items()),
        timings=timings,
        report=_report(ctx, failure, chain),
    )


def _template_of(error: Exception | None) -> Frame | None:
    return template_place(error.path, error.line) if isinstance(error, TemplateError) and error.line else None


def _report(ctx: Context, failure: Failure, chain: list[Raised]) -> str:
    """The same as plain text, to be copied into a message; without locals."""
    lines = [f"{ctx.request.method} {ctx.request.path} -> {failure.status} {failure.code}", f"request {ctx.request_id}"]
    for raised in chain:
        lines += ["", f"{raised.kind}: {raised.message}"]
        lines += [f"  {frame.file}:{frame.line} in {frame.function}" for frame in raised.frames]
    return "\n".join(lines)


@cache
def _css() -> str:
    return (_PAGES / "development.css").read_text("utf-8")


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((_PAGES / "development.html").read_text("utf-8"))


@cache
def _content_security_policy() -> str:
    """Nothing but the page's own style sheet (CSP level 3, section 2.3.1)."""
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
