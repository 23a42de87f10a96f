"""Where the sessions of an application live, chosen once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from arlen_mvc.context import Context

    from .session import Session
    from .settings import SessionSettings


class Sessions(Protocol):
    """The layer that brings sessions to requests; it is a pair with ``did_process``, some have ``process`` too."""

    def open(self, ctx: Context) -> Session:
        """The session of a request that nobody has asked for yet."""


def sessions_of(settings: SessionSettings) -> Sessions | None:
    """The sessions that the settings ask for; ``None`` where there are none, or cannot be any."""
    if not settings.enabled:
        return None
    if settings.sealed_in_cookies:
        if not settings.secret.strip():
            return None
        from .cookie_sessions import CookieSessions

        return CookieSessions(settings)
    from .server_sessions import ServerSessions

    return ServerSessions(settings)
