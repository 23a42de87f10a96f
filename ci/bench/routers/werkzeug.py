from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule

from .table import Lookup, templates


def build(count: int) -> Lookup[Any]:
    rules = [Rule(template, endpoint=template) for template in templates(count, "<id>", "<path:tail>")]
    urls = Map(rules).bind("bench.example")
    urls.map.update()
    return Lookup(finder(urls.match), params)


def finder(match: Callable[..., Any]) -> Callable[[str], Any]:
    def find(path: str) -> Any:
        try:
            return match(path, "GET")
        except NotFound:
            return None

    return find


def params(found: Any) -> Mapping[str, object] | None:
    return found[1] if found else None
