"""The files of Swagger UI that the package ships, packed; its licence lies beside them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arlen_http import Response
from arlen_http.codings.negotiation import accepted_codings

from arlen_mvc.context import Context

_FILES = Path(__file__).with_name("swagger_ui")
_KINDS = {"swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """The release."""
    return (_FILES / "VERSION").read_text("ascii").strip()


def folder() -> str:
    """The path below which the files are served; it changes with the release."""
    return f"/openapi/swagger-ui-{version()}"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    path: str
    file: Path
    content_type: str

    def answer(self, ctx: Context) -> Response:
        """The file, packed for clients that can unpack it; caches may keep it for ever."""
        packed = _read(self.file)
        headers = {"cache-control": _FOR_EVER, "vary": "Accept-Encoding"}
        if accepted_codings(ctx.header("accept-encoding") or "", ("gzip",)):
            return Response(packed, 200, {**headers, "content-encoding": "gzip"}, self.content_type)
        return Response(gzip.decompress(packed), 200, headers, self.content_type)


def assets() -> Iterator[Asset]:
    """The files that the page needs."""
    for name, content_type in _KINDS.items():
        yield Asset(f"{folder()}/{name}", _FILES / f"{name}.gz", content_type)


@cache
def _read(file: Path) -> bytes:
    return file.read_bytes()
