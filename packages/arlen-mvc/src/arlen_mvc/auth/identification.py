"""Asking the schemes of a route, one after the other, who is there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from arlen_mvc.callables import awaits
from arlen_mvc.composition import Step

from .bearer import Bearer
from .errors import AuthError
from .principal import NOBODY, Principal
from .scheme import Scheme

if TYPE_CHECKING:
    from arlen_mvc.context import Context

    from .authenticator import Authenticator


def identification(schemes: Sequence[Scheme], authenticator: Authenticator) -> Step:
    """A step that puts the caller on the context; the first scheme that finds something of its kind decides.

    It raises :class:`AuthError` when there is nothing, or something that is not right. A caller whom a layer has put
    there already is accepted.
    """
    finders: list[Callable[[Context], Any]] = [scheme.identifier(authenticator) for scheme in schemes]
    missing = "missing_bearer_token" if all(type(each) is Bearer for each in schemes) else "missing_credentials"

    def nobody(ctx: Context) -> AuthError:
        present = "authorization" in ctx.request.headers
        return AuthError("nobody was identified", code="invalid_authorization_header" if present else missing)

    def identify(ctx: Context) -> None:
        if ctx.kept(Principal) is not None:
            return
        for find in finders:
            principal = find(ctx)
            if principal is not None:
                return _keep(ctx, principal)
        raise nobody(ctx)

    async def identify_awaited(ctx: Context) -> None:
        if ctx.kept(Principal) is not None:
            return
        for find in finders:
            found = find(ctx)
            principal = await found if inspect.isawaitable(found) else found
            if principal is not None:
                return _keep(ctx, principal)
        raise nobody(ctx)

    waits = any(awaits(finder) for finder in finders)
    return Step(identify_awaited if waits else identify, waits)


def _keep(ctx: Context, principal: Principal) -> None:
    if principal is not NOBODY:
        ctx.keep(Principal, principal)
