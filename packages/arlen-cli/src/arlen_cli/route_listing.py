"""The routes of an application, and which of them a request reaches."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arlen_config import application_root
from arlen_mvc import Application, ApplicationError
from arlen_router import Match, PathError

from .discovery import discover
from .errors import ArlenCLIError, Fixit
from .loading import explained, load

if TYPE_CHECKING:
    from arlen_mvc.runtime import RouteInfo


@dataclass(frozen=True, slots=True)
class RouteListing:
    """Every route, in the order of registration."""

    routes: Sequence[RouteInfo]

    def text(self) -> str:
        return "\n".join(map(_line, self.routes))

    def payload(self) -> dict[str, object]:
        return {"routes": [_facts(route) for route in self.routes]}


@dataclass(frozen=True, slots=True)
class CheckedRoutes:
    """So many routes, and nothing wrong with them."""

    count: int

    def text(self) -> str:
        return f"checked {self.count} routes"

    def payload(self) -> dict[str, object]:
        return {"checked": self.count, "mistakes": []}


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """The route that a request reaches, what its path binds, and why other candidates lost."""

    request: str
    route: RouteInfo
    params: Mapping[str, object]
    rejected: Sequence[tuple[RouteInfo, str]]

    def text(self) -> str:
        bound = [f"  {name} = {value!r}" for name, value in self.params.items()]
        lost = [f"  not {_line(route)}: {reason}" for route, reason in self.rejected]
        return "\n".join([_line(self.route), *bound, *lost])

    def payload(self) -> dict[str, object]:
        return {
            "request": self.request,
            "route": _facts(self.route),
            "params": {name: str(value) for name, value in self.params.items()},
            "rejected": [_facts(route) | {"reason": reason} for route, reason in self.rejected],
        }


def list_routes(app: str | None) -> RouteListing:
    """The routes of the application here.

    Raises:
        ArlenCLIError: ``app_not_found`` and its like, ``build_failed``, or ``not_an_arlen_app``.
    """
    root = application_root().resolve()
    with explained(root):
        return RouteListing(arlen_application(root, app).routes)


def check_routes(app: str | None) -> CheckedRoutes:
    """Compose the application here as a start would; nothing is started.

    Raises:
        ArlenCLIError: as :func:`list_routes`; ``routes_invalid``, with every mistake.
    """
    root = application_root().resolve()
    with explained(root):
        application = arlen_application(root, app)
        try:
            return CheckedRoutes(len(application.routes))
        except ApplicationError as error:
            if not error.mistakes:
                raise
            raise _invalid_routes(error) from error


def match_route(app: str | None, request: str) -> RouteMatch:
    """What a request such as ``GET /users/7`` reaches in the application here.

    Raises:
        ArlenCLIError: as :func:`list_routes`; ``invalid_request``; ``no_route`` with the rejected candidates.
    """
    method, _, target = request.strip().partition(" ")
    if not target.startswith("/"):
        raise _invalid_request(request, "it is not a method and a path")
    root = application_root().resolve()
    with explained(root):
        table = arlen_application(root, app).table
    try:
        outcome, verdicts = table.explain(method.upper(), target.partition("?")[0])
    except PathError as error:
        raise _invalid_request(request, str(error)) from error
    reasons = [(verdict.route.target.info, verdict.reason) for verdict in verdicts]
    if not isinstance(outcome, Match):
        raise _no_route(request, reasons)
    return RouteMatch(request, outcome.route.target.info, outcome.params, reasons[1:])


def arlen_application(root: Path, app: str | None) -> Application:
    """The imported application of a root.

    Raises:
        ArlenCLIError: there is none, or it is not Arlen's.
        Exception: whatever it raises while it is imported.
    """
    found = load(discover(root, os.environ, app))
    if isinstance(found, Application):
        return found
    kind = f"{type(found).__module__}.{type(found).__qualname__}"
    raise ArlenCLIError(
        f"a {kind} is not an Arlen application, and keeps its routes to itself",
        code="not_an_arlen_app",
        details={"type": kind},
        fixit=Fixit("Name the attribute that holds an arlen.Application.", "arlen routes --app shop.app:app"),
    )


def _invalid_routes(error: ApplicationError) -> ArlenCLIError:
    return ArlenCLIError(
        str(error),
        code="routes_invalid",
        details={"mistakes": [asdict(mistake) for mistake in error.mistakes]},
        fixit=Fixit("Mend what is listed above.", "arlen routes --check"),
    )


def _line(route: RouteInfo) -> str:
    target = f"{route.controller}#{route.action}" if route.controller else route.action
    return f"{','.join(route.methods)} {route.path} -> {target}" + (f" ({route.name})" if route.name else "")


def _facts(route: RouteInfo) -> dict[str, object]:
    return {
        "methods": list(route.methods),
        "path": route.path,
        "name": route.name,
        "controller": route.controller,
        "action": route.action,
    }


def _invalid_request(request: str, reason: str) -> ArlenCLIError:
    return ArlenCLIError(
        f"{request!r} is not a request: {reason}",
        code="invalid_request",
        details={"request": request},
        fixit=Fixit("Write a method and a path.", 'arlen routes --match "GET /"'),
        exit_status=2,
    )


def _no_route(request: str, rejected: Sequence[tuple[RouteInfo, str]]) -> ArlenCLIError:
    reasons = "".join(f"\n  not {_line(route)}: {reason}" for route, reason in rejected)
    return ArlenCLIError(
        f"no route answers {request}{reasons}",
        code="no_route",
        details={"request": request, "rejected": [_facts(route) | {"reason": reason} for route, reason in rejected]},
        fixit=Fixit("List the routes that there are.", "arlen routes"),
    )
