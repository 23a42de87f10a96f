"""Applications whose protection is configured wrongly: tools may look at their routes, but they serve nobody."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from .errors import ApplicationError, Mistake

if TYPE_CHECKING:
    from arlen_http import Request

    from .dispatch import Dispatch
    from .runtime import Runtime

_logger = logging.getLogger("arlen")


def withheld(runtime: Runtime, mistakes: Sequence[Mistake]) -> Dispatch:
    """Note the mistakes at the runtime, warn of each, and give a dispatch that refuses every request."""
    runtime.unsafe = tuple(mistakes)
    for mistake in mistakes:
        fields = {"place": mistake.place, "problem": mistake.problem, "remedy": mistake.remedy}
        _logger.warning("the application must not start like this", extra={"fields": fields})

    def refuse(request: Request) -> NoReturn:
        raise ApplicationError.of_mistakes(runtime.unsafe)

    return refuse


def refuse_unsafe(runtime: Runtime) -> None:
    """Let only applications start that are configured safely.

    Raises:
        ApplicationError: ``invalid_application``, with every mistake.
    """
    if runtime.unsafe:
        raise ApplicationError.of_mistakes(runtime.unsafe)
