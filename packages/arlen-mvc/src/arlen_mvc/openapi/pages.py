"""The pages that show the document: HTML that needs nothing from another host, each with a nonce of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from arlen_http import Response

from arlen_mvc.browser.content_security_policy import Nonce
from arlen_mvc.results import HTML

from . import swagger
from .settings import OpenAPISettings

_FILES = Path(__file__).with_name("pages")
_NONCE, _ROOT = "{{nonce}}", "{{root}}"
_NAMES = {"interactive": "explorer", "viewer": "viewer", "swagger": "swagger"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page; ``connects`` are the sources that it may send requests to."""

    name: str
    html: str
    connects: str

    def answer(self, root_path: str) -> Response:
        """The page for whoever finds the application below this prefix."""
        nonce = Nonce.draw().text
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
            f"connect-src {self.connects}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        html = self.html.replace(_NONCE, nonce).replace(_ROOT, escape(root_path))
        return Response(html.encode(), 200, {"cache-control": "no-store", "content-security-policy": policy}, HTML)


def pages(settings: OpenAPISettings, specs: Mapping[str, str]) -> dict[str, Page]:
    """The pages by style. ``specs`` are the paths of the documents by version, the whole one under ``""``."""
    connects = " ".join(dict.fromkeys(("'self'", *filter(None, map(_origin, settings.servers)))))
    values = {
        "title": escape(settings.title),
        "specs": escape(json.dumps(specs)),
        "swagger": swagger.folder(),
    }
    return {style: Page(name, _filled(name, values), connects) for style, name in _NAMES.items()}


def _origin(server: str) -> str:
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _filled(name: str, values: Mapping[str, str]) -> str:
    html = _read(f"{name}.html")
    html = html.replace("{{css}}", _read("openapi.css")).replace("{{js}}", _read(f"{name}.js"))
    for key, value in values.items():
        html = html.replace(f"{{{{{key}}}}}", value)
    return html


@cache
def _read(name: str) -> str:
    return (_FILES / name).read_text("utf-8")
