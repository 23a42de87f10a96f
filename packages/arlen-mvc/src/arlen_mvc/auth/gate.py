"""The gate of a route: who is asking, and may they."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from arlen_http import Response

from arlen_mvc.composition import Step

from .errors import AuthError
from .identification import identification
from .permission import permission
from .principal import NOBODY, Principal
from .protection import Protection
from .refusals import Refusals
from .scheme import Scheme

if TYPE_CHECKING:
    from arlen_mvc.context import Context

    from .authenticator import Authenticator

_logger = logging.getLogger("arlen")


class Gate:
    """Made once for a route, of the schemes that it accepts. ``tokens()`` verifies bearer tokens.

    Raises:
        AuthError: a scheme lacks what it needs.
    """

    __slots__ = ("_entrance", "_identify", "_permit", "_refusals")

    def __init__(self, protection: Protection, schemes: Sequence[Scheme], authenticator: Authenticator) -> None:
        self._identify = identification(schemes, authenticator)
        self._permit = permission(protection)
        self._refusals = Refusals(schemes, protection.required_scopes)
        self._entrance = next(filter(None, (scheme.entrance for scheme in schemes)), "")

    def before(self, step: Step) -> Step:
        """The step, for those who may."""
        refused, proceed = self._refused, step.call
        identify, permit = self._identify.call, self._permit.call

        if not (self._identify.awaits or self._permit.awaits or step.awaits):

            def passed(ctx: Context) -> Any:
                try:
                    identify(ctx)
                    permit(ctx)
                except AuthError as error:
                    return refused(ctx, error)
                return proceed(ctx)

            return Step(passed, False)

        identify_awaited, permit_awaited = self._identify.awaited(), self._permit.awaited()
        proceed_awaited = step.awaited()

        async def passed_awaited(ctx: Context) -> Any:
            try:
                await identify_awaited(ctx)
                await permit_awaited(ctx)
            except AuthError as error:
                return refused(ctx, error)
            return await proceed_awaited(ctx)

        return Step(passed_awaited, True)

    async def caller(self, ctx: Context) -> Principal:
        """Who is asking, whatever they may.

        Raises:
            HTTPError: 401; its cause is the `AuthError` with the reason.
        """
        try:
            await self._identify.awaited()(ctx)
        except AuthError as error:
            log_rejected(ctx, error)
            raise self._refusals.of(error) from error
        return ctx.principal or NOBODY

    def _refused(self, ctx: Context, error: AuthError) -> Response:
        log_rejected(ctx, error)
        refusal = self._refusals.of(error)
        if refusal.status == 401 and self._entrance and ctx.request.method in ("GET", "HEAD") and not ctx.wants_json:
            return ctx.redirect(f"{ctx.request.root_path}{self._entrance}?next={quote(_target(ctx), safe='')}", 303)
        raise refusal


def log_rejected(ctx: Context, error: AuthError) -> None:
    """The one place where the reason is told."""
    fields = {"request_id": ctx.request_id, "error": error.code, "route": ctx.route_name or ctx.route.path}
    _logger.warning("request auth rejected", extra={"fields": fields})


def _target(ctx: Context) -> str:
    query = f"?{ctx.request.query_string}" if ctx.request.query_string else ""
    return f"{ctx.request.root_path}{ctx.request.raw_path}{query}"
