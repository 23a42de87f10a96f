"""What an application needs to know its callers; one per application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from arlen_mvc.composition import Step
from arlen_mvc.errors import ArlenMVCError, HTTPError, Mistake

from .bearer import Bearer
from .errors import AuthError, LinkError
from .gate import Gate, log_rejected
from .link_guard import signed_link
from .permission import takes_principal
from .principal import Principal
from .protection import Protection
from .scheme import Scheme

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.routes import RouteDeclaration
    from arlen_mvc.settings import Settings

    from .links import Links
    from .tokens import Tokens


class Authenticator:
    """Makes the gates of routes. Nothing is loaded before a route needs it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def tokens(self) -> Tokens:
        """The verifier of bearer tokens as ``[auth]`` configures it.

        Raises:
            AuthError: ``missing_verifier_secret``, ``invalid_key``.
            MissingDependencyError: PyJWT is not installed.
        """
        from .key_sources import tokens_of

        return tokens_of(self.settings.auth, self.settings.root)

    @cached_property
    def links(self) -> Links:
        """What signs links with ``auth.link_secret``.

        Raises:
            LinkError: ``missing_link_secret``.
            MissingDependencyError: itsdangerous is not installed.
        """
        from .links import Links

        auth = self.settings.auth
        if not auth.link_secret.strip():
            raise LinkError("signed links need auth.link_secret", code="missing_link_secret")
        return Links([auth.link_secret, *filter(str.strip, auth.previous_link_secrets)])

    def gate(self, route: RouteDeclaration) -> tuple[Callable[[Step], Step], list[Mistake]]:
        """What puts a step behind the gate that its route asks for, and what keeps the gate from being made."""
        protection, place = route.protection, route.place
        if signed_link in route.guards and not self.settings.auth.link_secret.strip():
            return _unguarded, [Mistake(place, "asks for signed links, and none can be signed", "set auth.link_secret")]
        if not protection:
            return _unguarded, _contradictions(protection, place)
        mistakes = _mistakes(protection, place)
        if mistakes:
            return _unguarded, mistakes
        try:
            return self._gate(protection).before, []
        except ArlenMVCError as error:
            return _unguarded, [Mistake(place, f"cannot tell who is asking: {error}", "or name another scheme")]

    async def caller(self, ctx: Context, schemes: Sequence[Scheme] = ()) -> Principal:
        """Who is asking, by these schemes, else by those of the route."""
        protection = ctx.route.protection
        try:
            gate = self._gate(Protection(schemes=tuple(schemes) or protection.schemes))
        except AuthError as error:
            log_rejected(ctx, error)
            raise HTTPError(401) from error
        return await gate.caller(ctx)

    def _gate(self, protection: Protection) -> Gate:
        return Gate(protection, protection.schemes or (Bearer(),), self)


def known_caller(ctx: Context) -> Principal:
    """The caller, for actions that name :class:`Principal` in their signature.

    Raises:
        AuthError: ``missing_credentials``: nobody was identified, which is answered with 401.
    """
    principal = ctx.principal
    if principal is None:
        raise AuthError("nobody was identified", code="missing_credentials")
    return principal


async def authenticate(ctx: Context, *schemes: Scheme) -> Principal:
    """Identify the caller of a request, from a guard or a layer: ``await authenticate(ctx)``.

    Without ``schemes`` those of the route count, and bearer tokens where it has none. Afterwards ``ctx.principal`` is
    there, and the gate of the route, if it has one, accepts it as it is.

    Raises:
        HTTPError: 401; its cause is an :class:`AuthError`.
    """
    return await ctx.runtime.authenticator.caller(ctx, schemes)


def _unguarded(step: Step) -> Step:
    return step


def _contradictions(protection: Protection, place: str) -> list[Mistake]:
    if protection.required_scopes or protection.required_roles or protection.policies:
        return [Mistake(place, "auth=None lets everybody in, and scopes, roles or policies do not", "drop one")]
    return []


def _mistakes(protection: Protection, place: str) -> list[Mistake]:
    schemes = [
        Mistake(place, f"{scheme!r} is no scheme", "name Bearer(), ApiKey(...), Basic(...), SessionLogin() in auth=")
        for scheme in protection.schemes
        if not isinstance(scheme, Scheme)
    ]
    policies = [
        Mistake(place, f"{policy!r} is no policy", "write `def policy(principal)` or `def policy(principal, ctx)`")
        for policy in protection.policies
        if not takes_principal(policy)
    ]
    return schemes + policies
