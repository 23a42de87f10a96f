from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from arlen_router import Match, Router

from .table import Lookup, templates


def build(count: int) -> Lookup[object]:
    router: Router[str] = Router()
    for template in templates(count, "{id}", "{tail:path}"):
        router.add("GET", template, template)
    return Lookup(partial(router.compile().match, "GET"), params)


def params(found: object) -> Mapping[str, object] | None:
    return found.params if isinstance(found, Match) else None
