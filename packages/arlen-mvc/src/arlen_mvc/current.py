"""Which request the running code serves: for log lines, and for whoever has no context in hand."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .context import Context

_current: ContextVar[Context | None] = ContextVar("arlen_request", default=None)

enter = _current.set
"""Begin to serve this request; gives a token for :func:`leave`."""
leave = _current.reset
"""Go back to what was served before."""


def current_context() -> Context | None:
    """The context of the request that is being served here: in its action, in what that calls, in the tasks and
    threads that it starts. ``None`` outside of a request."""
    return _current.get()
