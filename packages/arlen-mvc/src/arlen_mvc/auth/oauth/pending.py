"""Logins that a browser has begun and not finished, as its session remembers them."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from typing import Any

from arlen_mvc.auth.errors import OAuthError

_KEY = "_oauth"
_MOST = 3
_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Pending:
    """One login on its way: who asked, and what must come back."""

    client: str
    redirect_uri: str
    next: str
    nonce: str
    verifier: str
    until: float

    @classmethod
    def begin(cls, client: str, redirect_uri: str, next: str, verifier: str, now: float) -> Pending:
        return cls(client, redirect_uri, next, secrets.token_urlsafe(24), verifier, now + _SECONDS)

    def remember(self, session: MutableMapping[str, Any]) -> str:
        """Keep it in the session under a fresh ``state``; of several only the last three are kept."""
        state = secrets.token_urlsafe(24)
        others = list(dict(session.get(_KEY) or {}).items())[1 - _MOST :]
        session[_KEY] = {**dict(others), state: asdict(self)}
        return state


def take(session: MutableMapping[str, Any], state: str, client: str, now: float) -> Pending:
    """The login with this ``state``, once.

    Raises:
        OAuthError: ``oauth_state``: this browser began no such login with this client, or long ago.
    """
    waiting = dict(session.get(_KEY) or {})
    kept = waiting.pop(state, None)
    if kept is None:
        raise OAuthError("this browser has begun no such login", code="oauth_state")
    session[_KEY] = waiting
    pending = Pending(**kept)
    if pending.client != client or pending.until <= now:
        raise OAuthError("the login was begun elsewhere, or too long ago", code="oauth_state")
    return pending
