"""One request seen by an action: what came in, what is known about it, and the ways to answer."""

from __future__ import annotations

from arlen_mvc.api.envelope import EnvelopeAnswers
from arlen_mvc.auth.shortcuts import AuthShortcuts
from arlen_mvc.browser.shortcuts import BrowserShortcuts
from arlen_mvc.caching.conditional import ConditionalAnswers
from arlen_mvc.contracts.members import Validation
from arlen_mvc.forms import FormShortcuts
from arlen_mvc.observability.shortcuts import ObservationShortcuts
from arlen_mvc.tracing.shortcuts import TraceShortcuts
from arlen_mvc.translations.shortcuts import TextShortcuts


class Context(
    Validation,
    AuthShortcuts,
    BrowserShortcuts,
    ObservationShortcuts,
    ConditionalAnswers,
    EnvelopeAnswers,
    FormShortcuts,
    TextShortcuts,
    TraceShortcuts,
):
    """The request in hand. One per request; everything that costs something is made when it is first asked for.

    Subclasses add shortcuts (properties that call :meth:`get`), not state.
    """

    __slots__ = ()
