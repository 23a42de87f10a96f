from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from .table import Lookup, templates


async def endpoint(request: Request) -> Response:
    return Response()


def build(count: int) -> Lookup[Any]:
    routes = [Route(template, endpoint) for template in templates(count, "{id}", "{tail:path}")]

    def find(path: str) -> Any:
        """What starlette.routing.Router does for each request."""
        scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        for route in routes:
            matched, child = route.matches(scope)
            if matched is Match.FULL:
                return child
        return None

    return Lookup(find, params)


def params(found: Any) -> Mapping[str, object] | None:
    return found["path_params"] if found else None
