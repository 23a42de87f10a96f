"""The addresses of the document and of the pages that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from arlen_http import Response
from arlen_http.conditional import apply_etag

from arlen_mvc.context import Context
from arlen_mvc.results import JSON

from .documents import Documents
from .pages import Page, pages
from .settings import OpenAPISettings
from .swagger import assets

SPEC = "/openapi.json"
WELL_KNOWN = "/.well-known/openapi.json"
_PREFIXES = ("/openapi", "/docs/openapi")

Action = Callable[[Context], Response]


def openapi_pages(settings: OpenAPISettings, documents: Documents) -> Iterator[tuple[tuple[str, ...], Action]]:
    """Every action with the paths that it answers; none where the document is not to be served."""
    if not settings.enabled:
        return
    yield (SPEC, WELL_KNOWN), spec_action(documents, "")
    for version in documents.versions:
        yield (spec_path(version),), spec_action(documents, version)
    if settings.docs_ui_enabled:
        yield from _shown(settings, documents)


def spec_path(version: str) -> str:
    """Where the document of a version is found, or the whole document."""
    return f"/openapi/{version}.json" if version else SPEC


def _shown(settings: OpenAPISettings, documents: Documents) -> Iterator[tuple[tuple[str, ...], Action]]:
    specs = {version: spec_path(version) for version in ("", *documents.versions)}
    for style, page in pages(settings, specs).items():
        paths = tuple(f"{prefix}/{page.name}" for prefix in _PREFIXES)
        chosen = ("/docs", *_PREFIXES) if style == settings.docs_ui_style else ()
        yield (*chosen, *paths), page_action(page)
    for asset in assets():
        yield (asset.path,), asset.answer


def spec_action(documents: Documents, version: str) -> Action:
    """Answers with a document, or with 304 where the client has it."""
    encoded = documents.encoded

    def answer(ctx: Context) -> Response:
        text, etag = encoded(version, ctx.request.root_path)
        response = Response(text, 200, {"cache-control": "no-cache"}, JSON)
        apply_etag(ctx.request, response, etag)
        return response

    return answer


def page_action(page: Page) -> Action:
    """Answers with a page."""
    return lambda ctx: page.answer(ctx.request.root_path)
