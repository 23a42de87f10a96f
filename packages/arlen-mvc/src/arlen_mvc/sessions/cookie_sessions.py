"""Sessions that travel, encrypted, in their cookie; the server keeps nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from arlen_http.json import JSONError, dumps, loads

from .cookie import SessionCookie, encoding_failed
from .lifetime import Lifetime
from .session import Arrival, Session
from .settings import SessionSettings
from .tokens import Tokens

if TYPE_CHECKING:
    from arlen_mvc.context import Context


class CookieSessions:
    """The layer that opens the session of a request when it is first asked for, and writes it when it was changed."""

    __slots__ = ("_clock", "_cookie", "_lifetime", "_tokens")

    def __init__(self, settings: SessionSettings, clock: Callable[[], float] = time.time) -> None:
        self._cookie = SessionCookie(settings)
        self._tokens = Tokens(settings.secret, settings.previous_secrets, settings.cookie_name)
        self._lifetime = Lifetime.of(settings)
        self._clock = clock

    def open(self, ctx: Context) -> Session:
        """The session of this request; an empty one where there is no cookie, or none that is valid."""
        token = self._cookie.value(ctx.request)
        if not token:
            return Session()
        opened = self._tokens.open(token)
        if opened is None:
            return Session(arrival=Arrival.VOID)
        content = loads(opened.content)
        now, began, ends = self._clock(), content["iat"], content["exp"]
        if self._lifetime.is_over(now, began, ends):
            return Session(arrival=Arrival.VOID)
        current = opened.by_present_secret and not self._lifetime.is_worth_renewing(now, began, ends)
        return Session(content["data"], Arrival.CURRENT if current else Arrival.OUTDATED, began)

    def did_process(self, ctx: Context) -> None:
        """Write what was changed into the response; nothing at all when nobody has asked for the session.

        Raises:
            HTTPError: 500 ``session_encoding_failed``; it is too large, or holds what JSON cannot carry.
        """
        session = ctx.kept(Session)
        if session is None:
            return
        self._cookie.vary(ctx)
        changed = session.changed
        if session and (changed or session.arrival is Arrival.OUTDATED):
            self._write(ctx, session)
        elif session.arrival is Arrival.VOID or (changed and session.arrival is not Arrival.ABSENT):
            self._cookie.take_back(ctx)

    def _write(self, ctx: Context, session: Session) -> None:
        now = int(self._clock())
        began = int(session.began) if session.began and not session.rotated else now
        ends = int(self._lifetime.end(now, began))
        try:
            content = dumps({"iat": began, "exp": ends, "data": session.data})
        except JSONError as error:
            raise encoding_failed(ctx, str(error)) from error
        self._cookie.write(ctx, self._tokens.seal(content), ends - now)
