"""Sessions in a store of the server; their cookie holds nothing but a random id."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from arlen_http.json import JSONError, dumps, loads

from .cookie import SessionCookie, encoding_failed
from .lifetime import Lifetime
from .session import Arrival, Session
from .settings import SessionSettings
from .store import SessionStore, record_key, revocation_key

if TYPE_CHECKING:
    from arlen_mvc.context import Context

_ID_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


class ServerSessions:
    """The layer that fetches the session of a request with a cookie, and stores it when it was changed.

    The store is the :class:`SessionStore` that was provided. Ids are drawn here, never taken from a client.
    """

    __slots__ = ("_clock", "_cookie", "_lifetime")

    def __init__(self, settings: SessionSettings, clock: Callable[[], float] = time.time) -> None:
        self._cookie = SessionCookie(settings)
        self._lifetime = Lifetime.of(settings)
        self._clock = clock

    def open(self, ctx: Context) -> Session:
        """The session of a request that came without one."""
        return Session()

    async def process(self, ctx: Context) -> None:
        """Fetch the session, if the request names one."""
        session_id = self._cookie.value(ctx.request)
        if session_id:
            ctx.keep(Session, await self._fetch(_store(ctx), session_id))

    async def did_process(self, ctx: Context) -> None:
        """Store what was changed.

        Raises:
            HTTPError: 500 ``session_encoding_failed``; it holds what JSON cannot carry.
        """
        session = ctx.kept(Session)
        if session is None:
            return
        self._cookie.vary(ctx)
        changed = session.changed
        if session and (changed or session.arrival is Arrival.OUTDATED):
            await self._save(ctx, session)
        elif session.arrival is Arrival.VOID or (changed and session.arrival is not Arrival.ABSENT):
            await self._end(ctx, session)

    async def _fetch(self, store: SessionStore, session_id: str) -> Session:
        record = await store.get(record_key(session_id)) if _ID.fullmatch(session_id) else None
        if record is None:
            return Session(arrival=Arrival.VOID)
        content = loads(record)
        now, began, ends = self._clock(), content["began"], content["ends"]
        session = Session(content["data"], Arrival.CURRENT, began, session_id)
        if self._lifetime.is_over(now, began, ends) or await _is_revoked(store, session):
            await store.delete(record_key(session_id))
            return Session(arrival=Arrival.VOID)
        if self._lifetime.is_worth_renewing(now, began, ends):
            session.arrival = Arrival.OUTDATED
        return session

    async def _save(self, ctx: Context, session: Session) -> None:
        store, now = _store(ctx), self._clock()
        if session.key and await store.get(record_key(session.key)) is None:
            self._cookie.take_back(ctx)  # it was ended while this request ran, and must not come to life again
            return
        goes_on = bool(session.key) and not session.rotated
        began = session.began if goes_on else now
        ends = self._lifetime.end(now, began)
        try:
            record = dumps({"began": began, "ends": ends, "data": session.data}).decode()
        except JSONError as error:
            raise encoding_failed(ctx, str(error)) from error
        session_id = session.key if goes_on else secrets.token_urlsafe(_ID_BYTES)
        await store.set(record_key(session_id), record, ends - now)
        if session.key and not goes_on:
            await store.delete(record_key(session.key))
        self._cookie.write(ctx, session_id, int(ends - now))

    async def _end(self, ctx: Context, session: Session) -> None:
        if session.key:
            await _store(ctx).delete(record_key(session.key))
        self._cookie.take_back(ctx)


def _store(ctx: Context) -> SessionStore:
    return ctx.runtime.resources.value(SessionStore)  # type: ignore[type-abstract]


async def _is_revoked(store: SessionStore, session: Session) -> bool:
    if session.subject is None:
        return False
    moment = await store.get(revocation_key(session.subject))
    return moment is not None and session.began < float(moment)
