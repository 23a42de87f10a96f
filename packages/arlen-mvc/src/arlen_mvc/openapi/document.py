"""The document of an application: routes, components and security schemes as OpenAPI 3.1.0 writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from arlen_router import Pattern

from arlen_mvc.auth.authenticator import Authenticator
from arlen_mvc.auth.security_schemes import describe_security
from arlen_mvc.operations import Components, Operation, Parameter
from arlen_mvc.runtime import RouteInfo

from .operation_ids import OperationIds
from .operation_objects import operation_object
from .path_items import PathItems, may_refuse, path_parameters, renamed, template_of
from .responses import responses_of
from .settings import OpenAPISettings
from .webhooks import Webhook

VERSION = "3.1.0"
_EVERY = ("get", "post", "put", "patch", "delete")
_KNOWN = frozenset((*_EVERY, "head", "options", "trace"))
_BODILESS = frozenset(("get", "head", "options", "trace"))


@dataclass(frozen=True, slots=True)
class Described:
    """A route, and what its path means."""

    pattern: Pattern
    info: RouteInfo

    @property
    def methods(self) -> tuple[str, ...]:
        """In lower case; those of a route for any method are the usual ones."""
        named = tuple(map(str.lower, self.info.methods))
        return _EVERY if "any" in named else tuple(method for method in named if method in _KNOWN)

    def belongs_to(self, version: str) -> bool:
        """Whether it may be told in the document of this version; ``""`` is that of all of them."""
        documentation = self.info.documentation
        return documentation.include_in_openapi and version in ("", documentation.version)

    @property
    def for_programs(self) -> bool:
        """Whether its declaration says that its callers are programs."""
        info = self.info
        return (
            info.path == "/api"
            or info.path.startswith("/api/")
            or not {"json", "*"}.isdisjoint(info.formats)
            or bool(info.contract or info.protection or info.documentation.responses)
        )


class Document:
    """The document while it is made."""

    __slots__ = ("_authenticator", "_components", "_ids", "_items", "_schemes", "_settings")

    def __init__(self, settings: OpenAPISettings, authenticator: Authenticator) -> None:
        self._settings = settings
        self._authenticator = authenticator
        self._components = Components()
        self._ids = OperationIds()
        self._items = PathItems()
        self._schemes: dict[str, Any] = {}

    def of(
        self, routes: Iterable[Described], webhooks: Sequence[Webhook], servers: Sequence[str], version: str
    ) -> dict[str, Any]:
        """The OpenAPI Object."""
        for route in sorted(routes, key=_chosen_by_header):
            self._add(route)
        settings = self._settings
        title = f"{settings.title} {version}" if version else settings.title
        messages = _sorted({each.name: each.path_item(self._components) for each in webhooks})
        components = {"schemas": _sorted(self._components), "securitySchemes": _sorted(self._schemes)}
        components = {kind: named for kind, named in components.items() if named}
        return {
            "openapi": VERSION,
            "info": {"title": title, "version": settings.version, "description": settings.description},
            "servers": [{"url": url} for url in servers],
            "paths": self._items.sorted(),
            **({"webhooks": messages} if messages else {}),
            **({"components": components} if components else {}),
        }

    def _add(self, route: Described) -> None:
        info, own = route.info, template_of(route.pattern)
        operation = info.describe(self._components)
        if not (route.for_programs or operation.typed):
            return
        template, methods = self._items.template(own), route.methods
        free = [method for method in methods if not self._items.holds(template, method)]
        if not free:
            return
        parameters = renamed(_parameters(route, operation), own, template)
        described = replace(operation, parameters=tuple(parameters))
        security = describe_security(info.protection, self._authenticator)
        self._schemes |= security.schemes
        responses = responses_of(info, operation, may_refuse(route.pattern), self._components)
        for method in free:
            operation_id = self._ids.take(info, method, own, shared=len(methods) > 1)
            body = None if method in _BODILESS else described.body
            told = operation_object(info.documentation, operation_id, parameters, body, responses, security)
            self._items.add(template, method, told)


def _parameters(route: Described, operation: Operation) -> list[Parameter]:
    """Those of the path in its order, then the others by name."""
    documentation = route.info.documentation
    declared = {each.name: each for each in operation.parameters if each.location == "path"}
    others = [each for each in operation.parameters if each.location != "path"]
    if documentation.version_header:
        schema = {"type": "string", "const": documentation.version}
        others.append(Parameter(documentation.version_header, "header", True, schema, "version of the interface"))
    others.sort(key=lambda each: (each.name, each.location))
    return [declared.get(each.name, each) for each in path_parameters(route.pattern)] + others


def _chosen_by_header(route: Described) -> bool:
    return bool(route.info.documentation.version_header)


def _sorted(named: dict[str, Any]) -> dict[str, Any]:
    return {name: named[name] for name in sorted(named)}
