from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falcon.routing import CompiledRouter

from .table import Lookup, templates


class Resource:
    def on_get(self, req: object, resp: object, **params: str) -> None:
        """Never called; Falcon wants a resource per route."""


def build(count: int) -> Lookup[Any]:
    router = CompiledRouter()
    resource = Resource()
    for template in templates(count, "{id}", "{tail:path}"):
        router.add_route(template, resource)
    return Lookup(router.find, params)


def params(found: Any) -> Mapping[str, object] | None:
    return found[2] if found else None
