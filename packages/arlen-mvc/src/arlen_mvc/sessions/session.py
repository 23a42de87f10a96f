"""A session as an action sees it: a mapping that knows whether it was changed."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from enum import Enum, auto
from typing import Any

from arlen_http.json import JSONError, dumps

from arlen_mvc.errors import ArlenMVCError

CSRF_TOKEN_KEY = "_csrf_token"
FLASHES_KEY = "_flashes"
PAGE_STATE_KEY = "_arlen_page_state"
SUBJECT_KEY = "_subject"


class SessionRequired(ArlenMVCError):
    """Something needs the session, and the application has none; switch it on with ``session.enabled``."""

    code = "session_required"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs the session; set session.enabled = true and session.secret")


class Arrival(Enum):
    """How the session came with the request."""

    ABSENT = auto()
    CURRENT = auto()
    OUTDATED = auto()
    """Valid, but to be written anew: under the present secret, or for a longer life."""
    VOID = auto()
    """Forged, expired, revoked or meant for somebody else; nothing of it was taken over."""


class Session(MutableMapping[str, Any]):
    """Texts to JSON values, kept from one request of a browser to the next.

    Changes are noticed, those inside nested lists and dicts too, and written when the action has returned. Keys that
    begin with ``_`` belong to the framework.

    Attributes:
        arrival: how it came with this request.
        began: when it began, in seconds since the epoch.
        key: its id at the store; ``""`` for a session that travels in its cookie, or that is new.
        rotated: whether :meth:`rotate` was called.
    """

    __slots__ = ("_changed", "_data", "_snapshot", "arrival", "began", "key", "rotated")

    def __init__(
        self,
        data: dict[str, Any] | None = None,
        arrival: Arrival = Arrival.ABSENT,
        began: float = 0.0,
        key: str = "",
    ) -> None:
        self._data = data if data is not None else {}
        self._changed = False
        nested = any(isinstance(value, (dict, list)) for value in self._data.values())
        self._snapshot = _text(self._data) if nested else None
        self.arrival = arrival
        self.began = began
        self.key = key
        self.rotated = False

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._changed = True
        self._data[key] = value

    def __delitem__(self, key: str) -> None:
        del self._data[key]
        self._changed = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, key: object) -> bool:
        return key in self._data

    @property
    def data(self) -> dict[str, Any]:
        """What is in it, for whoever writes it."""
        return self._data

    @property
    def changed(self) -> bool:
        """Whether anything in it was changed in this request."""
        return self._changed or (self._snapshot is not None and self._snapshot != _text(self._data))

    def mark_changed(self) -> None:
        """Have it written, and its life prolonged, whether it was changed or not."""
        self._changed = True

    @property
    def subject(self) -> str | None:
        """Whose session it is, for :func:`arlen_mvc.sessions.store.revoke_sessions`; ``None`` when nobody's."""
        return self._data.get(SUBJECT_KEY)

    @subject.setter
    def subject(self, subject: str | None) -> None:
        if subject is None:
            self.pop(SUBJECT_KEY, None)
        else:
            self[SUBJECT_KEY] = subject

    def rotate(self) -> None:
        """Go on with the same content in a new session, under a new id and with another CSRF token.

        Call it whenever somebody's rights change, at login above all: what was known of the session before is then
        worth nothing (session fixation).
        """
        self._changed = self.rotated = True
        self._data.pop(CSRF_TOKEN_KEY, None)

    def revoke(self) -> None:
        """End it: nothing in it remains, a stored session is deleted, and the browser is told to forget the cookie."""
        self._changed = True
        self._data.clear()

    def __repr__(self) -> str:
        return f"<Session of {', '.join(self._data) or 'nothing'}>"


def _text(data: dict[str, Any]) -> bytes | None:
    try:
        return dumps(data)
    except JSONError:
        return None
