"""The caller's part of the context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from arlen_mvc.sessions.shortcuts import SessionShortcuts

from .login import forget_login, keep_login
from .principal import Principal


class AuthShortcuts(SessionShortcuts):
    """Who is asking, and the ways to begin and end that."""

    __slots__ = ()

    @property
    def principal(self) -> Principal | None:
        """The caller, once somebody has identified them: the gate of the route, or a layer."""
        return self.kept(Principal)

    @property
    def auth_claims(self) -> Mapping[str, Any] | None:
        """All that is known of the caller; ``None`` when nobody was identified."""
        principal = self.principal
        return None if principal is None else principal.claims

    @property
    def auth_scopes(self) -> list[str]:
        """The caller's scopes, in their order."""
        principal = self.principal
        return [] if principal is None else list(principal.scopes)

    @property
    def auth_roles(self) -> list[str]:
        """The caller's roles, in their order."""
        principal = self.principal
        return [] if principal is None else list(principal.roles)

    @property
    def auth_subject(self) -> str | None:
        """The caller's own name in the system, such as the id of a user."""
        principal = self.principal
        return None if principal is None else principal.subject

    def log_in(
        self, subject: str, *, roles: Iterable[str] = (), scopes: Iterable[str] = (), **claims: Any
    ) -> Principal:
        """Keep in the session who this browser belongs to from now on; the session is a new one (session fixation).

        ``claims`` are further JSON values to remember, such as a name to show.

        Raises:
            ArlenMVCError: ``invalid_subject``: it is no text, or empty.
            SessionRequired: the application has no sessions.
        """
        principal = keep_login(self.session, subject, roles, scopes, claims)
        return self.keep(Principal, principal)

    def log_out(self) -> None:
        """End the session with everything in it.

        Raises:
            SessionRequired: the application has no sessions.
        """
        forget_login(self.session)
        if self._kept is not None:
            self._kept.pop(Principal, None)

    def signed_url_for(self, name: str, /, *, _expires: float = 3600, _external: bool = False, **params: Any) -> str:
        """The address of a named route, good for ``_expires`` seconds, that nobody can change or make up.

        The route asks for it with ``guards=[signed_link]``.

        Raises:
            LinkError: ``missing_link_secret``.
            arlen_router.RouteBuildError: unknown name, or a parameter that is missing or not convertible.
        """
        signed = self.runtime.authenticator.links.sign(self.url_for(name, **params), expires=_expires)
        return f"{self.request.scheme}://{self.request.host}{signed}" if _external else signed
