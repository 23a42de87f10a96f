"""What the session remembers of a login."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arlen_mvc.callables import awaits
from arlen_mvc.errors import ArlenMVCError

from .errors import AuthError
from .principal import Principal
from .scheme import Identify, Scheme

if TYPE_CHECKING:
    from arlen_mvc.context import Context
    from arlen_mvc.sessions.session import Session

    from .authenticator import Authenticator

LOGIN_KEY = "_login"

PrincipalLookup = Callable[[Principal], Any]
"""The same caller as they are known now, or ``None`` when they may not come in any more; sync or async."""


def keep_login(
    session: Session, subject: str, roles: Iterable[str], scopes: Iterable[str], claims: Mapping[str, Any]
) -> Principal:
    """Begin a login in a session that is a new one from here on.

    Raises:
        ArlenMVCError: ``invalid_subject``.
    """
    if not (isinstance(subject, str) and subject):
        raise ArlenMVCError(f"{subject!r} is nobody: log in with a text that is not empty", code="invalid_subject")
    principal = Principal.of_claims({**claims, "sub": subject, "roles": [*roles], "scopes": [*scopes]})
    session.rotate()
    session.subject = subject
    session[LOGIN_KEY] = dict(principal.claims)
    return principal


def forget_login(session: Session) -> None:
    """End the session."""
    session.revoke()


@dataclass(frozen=True, slots=True)
class SessionLogin(Scheme):
    """Whoever logged in with ``ctx.log_in`` in this browser.

    ``login_page`` is where people are sent who ask for a page and are not logged in, with the address they wanted in
    ``next``; without it, and for programs, the answer is 401. ``lookup(principal)`` is asked at each request who that
    is now: for roles that change and for accounts that are closed while a session lasts.
    """

    login_page: str = ""
    lookup: PrincipalLookup | None = None
    cookie_name: str = "arlen_session"
    name: str = "SessionAuth"

    def definition(self, authenticator: Authenticator) -> Mapping[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": authenticator.settings.session.cookie_name}

    @property
    def entrance(self) -> str:
        return self.login_page

    def identifier(self, authenticator: Authenticator) -> Identify:
        if not authenticator.settings.session.enabled:
            raise AuthError("SessionLogin needs session.enabled and session.secret", code="missing_session")
        lookup = self.lookup
        if lookup is None:
            return _remembered

        def identify(ctx: Context) -> Principal | None:
            principal = _remembered(ctx)
            known: Principal | None = None if principal is None else lookup(principal)
            return known

        async def identify_awaited(ctx: Context) -> Principal | None:
            principal = _remembered(ctx)
            known: Principal | None = None if principal is None else await lookup(principal)
            return known

        return identify_awaited if awaits(lookup) else identify


def _remembered(ctx: Context) -> Principal | None:
    claims = ctx.session.get(LOGIN_KEY)
    return Principal.of_claims(claims) if isinstance(claims, dict) else None
