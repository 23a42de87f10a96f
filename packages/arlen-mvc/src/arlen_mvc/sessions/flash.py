"""Messages for the next page that a browser sees."""

from __future__ import annotations

from .session import FLASHES_KEY, Session


def add_flash(session: Session, message: str, category: str) -> None:
    """Keep a message until it is shown."""
    session[FLASHES_KEY] = [*session.get(FLASHES_KEY, ()), [category, message]]


def take_flashes(session: Session) -> list[tuple[str, str]]:
    """Every message with its category before it, in order; they are gone afterwards."""
    if FLASHES_KEY not in session:
        return []
    return [(category, message) for category, message in session.pop(FLASHES_KEY)]
