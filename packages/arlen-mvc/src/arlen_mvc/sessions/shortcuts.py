"""The session's part of the context."""

from __future__ import annotations

from arlen_mvc.context.answers import Answers
from arlen_mvc.csrf.tokens import present_token

from .flash import add_flash, take_flashes
from .page_state import PageState, SessionBags, request_bags
from .session import Session, SessionRequired


class SessionShortcuts(Answers):
    """What an action does with the session of its request."""

    __slots__ = ()

    @property
    def session(self) -> Session:
        """The session; opened when it is first asked for, and written after the action if it was changed.

        Raises:
            SessionRequired: the application has no sessions.
        """
        return self._session_for("ctx.session")

    def mark_session_dirty(self) -> None:
        """Have the session written, and its life prolonged, although nothing in it was changed."""
        self._session_for("ctx.mark_session_dirty").mark_changed()

    def rotate_session(self) -> None:
        """Go on in a new session with the same content; see :meth:`Session.rotate`. For every login."""
        self._session_for("ctx.rotate_session").rotate()

    @property
    def csrf_token(self) -> str:
        """The token that forms and scripts send back with unsafe requests; masked anew each time (BREACH).

        Raises:
            SessionRequired: the application has no sessions.
        """
        return present_token(self._session_for("ctx.csrf_token"))

    def flash(self, message: str, category: str = "info") -> None:
        """Show a message on the next page that asks for :meth:`flashes`.

        Raises:
            SessionRequired: the application has no sessions.
        """
        add_flash(self._session_for("ctx.flash"), message, category)

    def flashes(self) -> list[tuple[str, str]]:
        """The messages to show, as pairs of category and message; each is given once.

        Raises:
            SessionRequired: the application has no sessions.
        """
        return take_flashes(self._session_for("ctx.flashes"))

    def page_state(self, key: str = "default") -> PageState:
        """The values of a page: in the session with ``compatibility.page_state_enabled``, else for this request only.

        Raises:
            SessionRequired: they belong in the session, and the application has none.
        """
        if self.runtime.settings.compatibility.page_state_enabled:
            return PageState(SessionBags(self._session_for("ctx.page_state")), key)
        return PageState(request_bags(self), key)

    def _session_for(self, what: str) -> Session:
        if self.runtime.sessions is None:
            raise SessionRequired(what)
        return self.get(Session)
