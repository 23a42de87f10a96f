"""Routes configured by their name, apart from where they are declared, and the listing of them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypedDict, Unpack

from .callables import place_of
from .contracts.contract import Contract
from .documentation import Documentation
from .errors import Mistake
from .routes import RouteDeclaration, Router, refuse_unknown


class RouteConfiguration(TypedDict, total=False):
    """What :meth:`ConfiguresRoutes.configure_route` accepts; the meanings are those of the route decorators."""

    request_schema: Any
    response_schema: Any
    required_scopes: Sequence[str]
    required_roles: Sequence[str]
    summary: str
    description: str
    tags: Sequence[str]
    operation_id: str
    include_in_openapi: bool
    deprecated: bool
    responses: Mapping[int, Any]
    examples: Mapping[str, Any]


_CONTRACT = {"request_schema": "request", "response_schema": "response"}
_DOCUMENTATION = (
    "summary", "description", "tags", "operation_id", "include_in_openapi", "deprecated", "responses", "examples",
)  # fmt: skip


def configured(declaration: RouteDeclaration, options: Mapping[str, Any]) -> RouteDeclaration:
    """The same route with these options: contract and documentation are replaced, requirements of callers added."""
    contract, documentation = Contract.of(options), Documentation.of(options)
    return replace(
        declaration,
        contract=replace(
            declaration.contract,
            **{field: getattr(contract, field) for name, field in _CONTRACT.items() if name in options},
        ),
        protection=type(declaration.protection).of(options).within(declaration.protection),
        documentation=replace(
            declaration.documentation,
            **{name: getattr(documentation, name) for name in _DOCUMENTATION if name in options},
        ),
    )


class ConfigurableRouter(Router):
    """A router whose routes can be configured by their full names before or after they are declared."""

    __slots__ = ("_configurations",)

    def __init__(self) -> None:
        super().__init__()
        self._configurations: dict[str, dict[str, Any]] = {}

    def configure(self, name: str, options: Mapping[str, Any]) -> None:
        """Keep the options for the routes of this name; of repeated ones the last counts.

        Raises:
            ApplicationError: ``unknown_option``.
        """
        refuse_unknown(options, RouteConfiguration.__annotations__, f"configure_route({name!r})")
        self._configurations.setdefault(name, {}).update(options)

    def declarations(self) -> Iterator[RouteDeclaration]:
        """Every route in the order of declaration, configured."""
        for declaration in super().declarations():
            options = self._configurations.get(declaration.name)
            yield configured(declaration, options) if options else declaration

    def find_mistakes(self) -> list[Mistake]:
        """Configurations of names that no route has."""
        names = {declaration.name for declaration in super().declarations()} if self._configurations else set()
        return [
            Mistake(
                f"configure_route({name!r})",
                f"there is no route of this name{_suggested(name, names)}",
                "give a route this name, or configure one that exists",
            )
            for name in self._configurations
            if name not in names
        ]


class ConfiguresRoutes(ABC):
    """The part of an application that knows routes by their names."""

    _router: ConfigurableRouter

    @abstractmethod
    def _refuse_when_frozen(self, what: str) -> None: ...

    def configure_route(self, name: str, **options: Unpack[RouteConfiguration]) -> None:
        """Give the route of this name a contract, required scopes and roles, or words for its documentation.

        The same keywords as those of the decorators, for routes that are declared elsewhere, such as those of a
        controller or an included router; a name that no route has is a mistake that :meth:`start` reports.

        Raises:
            ApplicationError: ``unknown_option``, ``application_frozen``.
        """
        self._refuse_when_frozen(f"configure_route {name}")
        self._router.configure(name, options)

    def route_table(self) -> list[dict[str, Any]]:
        """Every route in the order of registration, as plain data.

        Keys: ``method`` (several with commas between them), ``path``, ``name``, ``controller``, ``action``,
        ``include_in_openapi``; and where they are set ``guard`` (names), ``formats``, ``summary``, ``operation_id``,
        ``tags``, ``required_scopes``, ``required_roles``, ``request_schema``, ``response_schema``.
        """
        return [_listed(declaration) for declaration in self._router.declarations()]


def _listed(route: RouteDeclaration) -> dict[str, Any]:
    contract, protection, documentation = route.contract, route.protection, route.documentation
    optional = {
        "guard": [place_of(guard).partition(" ")[0] for guard in route.guards],
        "formats": list(route.formats),
        "summary": documentation.summary,
        "operation_id": documentation.operation_id,
        "tags": list(documentation.tags),
        "required_scopes": list(protection.required_scopes),
        "required_roles": list(protection.required_roles),
        "request_schema": contract.request,
        "response_schema": contract.response,
    }
    return {
        "method": ",".join(route.methods),
        "path": route.path,
        "name": route.name,
        "controller": route.controller.__name__ if route.controller else "",
        "action": getattr(route.action, "__name__", type(route.action).__name__),
        "include_in_openapi": documentation.include_in_openapi,
        **{key: value for key, value in optional.items() if value not in (None, "", [])},
    }


def _suggested(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""
