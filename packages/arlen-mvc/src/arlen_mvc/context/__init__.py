"""One request seen by an action: what came in, what is known about it, and the ways to answer."""

from __future__ import annotations

from .answers import Answers


class Context(Answers):
    """The request in hand. One per request; everything that costs something is made when it is first asked for.

    Subclasses add shortcuts (properties that call :meth:`get`), not state.
    """

    __slots__ = ()
