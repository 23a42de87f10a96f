"""Guards: functions that must agree before an action runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arlen_http import Response

from .callables import awaits, place_of, takes_argument
from .composition import Step
from .context import Context
from .errors import HTTPError, Mistake
from .routes import Guard


def guarded(step: Step, guards: Sequence[Guard]) -> Step:
    """Refuse with 403 unless every guard agrees; the first one is asked first."""
    for guard in reversed(guards):
        step = _behind(guard, step)
    return step


def _behind(guard: Guard, step: Step) -> Step:
    proceed = step.call
    passes_none = getattr(guard, "__annotations__", {}).get("return", ...) in (None, "None")

    def refusal(ctx: Context, verdict: Any) -> Response | None:
        if isinstance(verdict, Response):
            return verdict
        if ctx.committed and not verdict:
            return ctx.response
        if verdict or (verdict is None and passes_none):
            return None
        raise HTTPError(403)

    if not step.awaits and not awaits(guard):

        def check(ctx: Context) -> Any:
            refused = refusal(ctx, guard(ctx))
            return proceed(ctx) if refused is None else refused

        return Step(check, False)

    asked, proceed_awaited = Step(guard, awaits(guard)).awaited(), step.awaited()

    async def check_awaited(ctx: Context) -> Any:
        refused = refusal(ctx, await asked(ctx))
        return await proceed_awaited(ctx) if refused is None else refused

    return Step(check_awaited, True)


def find_mistakes(guards: Sequence[Guard]) -> list[Mistake]:
    """What cannot be asked as a guard."""
    return [
        Mistake(f"guard {place_of(guard)}", "cannot be called with the context alone", "write `def guard(ctx)`")
        for guard in guards
        if not (callable(guard) and takes_argument(guard))
    ]
