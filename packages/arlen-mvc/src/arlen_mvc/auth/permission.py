"""What a caller needs: scopes, roles, and the consent of policies."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from arlen_mvc.callables import awaits, place_of
from arlen_mvc.composition import Step

from .errors import AuthError
from .principal import NOBODY, Principal
from .protection import Policy, Protection

if TYPE_CHECKING:
    from arlen_mvc.context import Context


def permission(protection: Protection) -> Step:
    """A step that raises :class:`AuthError` unless the caller may: scopes first, then roles, then policies in order."""
    scopes, roles = protection.required_scopes, protection.required_roles
    policies = [_of_both(policy) for policy in protection.policies]

    def check_names(ctx: Context) -> Principal:
        principal = ctx.kept(Principal) or NOBODY
        if principal is NOBODY and (scopes or roles or policies):
            raise AuthError("nobody was identified", code="missing_credentials")
        _check(scopes, principal.scopes, "missing_scope")
        _check(roles, principal.roles, "missing_role")
        return principal

    def permit(ctx: Context) -> None:
        principal = check_names(ctx)
        for policy in policies:
            _check_verdict(policy, policy(principal, ctx))

    async def permit_awaited(ctx: Context) -> None:
        principal = check_names(ctx)
        for policy in policies:
            verdict = policy(principal, ctx)
            _check_verdict(policy, await verdict if inspect.isawaitable(verdict) else verdict)

    waits = any(awaits(policy) for policy in protection.policies)
    return Step(permit_awaited if waits else permit, waits)


def takes_principal(policy: Policy) -> bool:
    """Whether it can be called with a principal, or with a principal and a context."""
    return callable(policy) and (_takes(policy, 1) or _takes(policy, 2))


def _of_both(policy: Policy) -> Callable[[Principal, Any], Any]:
    return policy if _takes(policy, 2) else lambda principal, ctx: policy(principal)


def _takes(policy: Policy, count: int) -> bool:
    try:
        inspect.signature(policy).bind(*[None] * count)
    except TypeError:
        return False
    return True


def _check(required: Sequence[str], granted: Sequence[str], code: str) -> None:
    for name in required:
        if name not in granted:
            details = {"required": tuple(required), "granted": tuple(granted)}
            raise AuthError(f"{name} is missing", code=code, details=details)


def _check_verdict(policy: Policy, verdict: object) -> None:
    if not verdict:
        raise AuthError(f"{place_of(policy)} refused", code="policy_refused")
