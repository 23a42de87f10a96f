"""From a request to the endpoint that serves it: one look-up in the route table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from arlen_http import Request, Response
from arlen_router import Match, NotAcceptable, NotAllowed, PathError, Redirect, RouteTable

from .composition import Serve
from .context import Context
from .errors import HTTPError
from .runtime import Endpoint

Dispatch = Callable[[Request], "Response | Awaitable[Response]"]
Compose = Callable[[Callable[[Context], Response]], Serve]


def routing(table: RouteTable[Endpoint], built_in: Mapping[str, Serve], compose: Compose) -> Dispatch:
    """The dispatch of an application. ``compose`` makes the endpoints of the requests that no route takes."""
    match = table.match
    nothing: Mapping[str, object] = {}
    always_built_in = {path: serve for path, serve in built_in.items() if not _is_covered(path, table)}.get
    malformed, missing = compose(_malformed), compose(_missing)
    not_allowed, options = compose(_not_allowed), compose(_options)
    not_acceptable, redirect = compose(_not_acceptable), compose(_redirect)

    def dispatch(request: Request) -> Response | Awaitable[Response]:
        serve = always_built_in(request.raw_path)
        if serve is not None and request.method in ("GET", "HEAD"):
            return serve(request, nothing, None)
        try:
            hit = match(request.method, request.raw_path, request)
        except PathError:
            return malformed(request, nothing, None)
        if type(hit) is Match:
            endpoint: Endpoint = hit.route.target
            return endpoint.serve(request, hit.params, hit.format)
        if request.raw_path in built_in and request.method in ("GET", "HEAD"):
            return built_in[request.raw_path](request, nothing, None)
        match hit:
            case NotAllowed(allowed):
                refuse = options if request.method == "OPTIONS" else not_allowed
                return refuse(request, {"allow": ", ".join(allowed)}, None)
            case NotAcceptable(offered):
                return not_acceptable(request, {"offered": ", ".join(offered)}, None)
            case Redirect(path):
                return redirect(request, {"path": path}, None)
            case _:
                return missing(request, nothing, None)

    return dispatch


def _is_covered(path: str, table: RouteTable[Endpoint]) -> bool:
    """Whether some request for this path may find a route."""
    return any(route.pattern.match(path) is not None for route in table.routes)


def _malformed(ctx: Context) -> Response:
    raise HTTPError(400, "malformed_path")


def _missing(ctx: Context) -> Response:
    raise HTTPError(404)


def _not_allowed(ctx: Context) -> Response:
    raise HTTPError(405, headers={"allow": ctx.path_params["allow"]})


def _options(ctx: Context) -> Response:
    return Response.empty(204, {"allow": ctx.path_params["allow"]})


def _not_acceptable(ctx: Context) -> Response:
    raise HTTPError(406, message=f"Not Acceptable; offered: {ctx.path_params['offered']}", headers={"vary": "Accept"})


def _redirect(ctx: Context) -> Response:
    query = f"?{ctx.request.query_string}" if ctx.request.query_string else ""
    return ctx.redirect(f"{ctx.request.root_path}{ctx.path_params['path']}{query}", 308)
