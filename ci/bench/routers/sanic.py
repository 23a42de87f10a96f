from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sanic_routing import BaseRouter
from sanic_routing.exceptions import NotFound

from .table import Lookup, templates


class Routes(BaseRouter):  # type: ignore[misc,unused-ignore]
    def get(self, **request: Any) -> Any:
        return self.resolve(**request)


def handler() -> None:
    """Never called; sanic-routing wants a handler per route."""


def build(count: int) -> Lookup[Any]:
    router = Routes()
    for template in templates(count, "<id:str>", "<tail:path>"):
        router.add(template, handler, methods=["GET"])
    router.finalize()
    return Lookup(finder(router.resolve), params)


def finder(resolve: Callable[..., Any]) -> Callable[[str], Any]:
    def find(path: str) -> Any:
        try:
            return resolve(path, method="GET")
        except NotFound:
            return None

    return find


def params(found: Any) -> Mapping[str, object] | None:
    return found[2] if found else None
