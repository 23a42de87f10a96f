"""Starting and stopping in order: hooks, and undoing them in reverse when one refuses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from .callables import place_of, with_optional_argument
from .errors import ApplicationError

_logger = logging.getLogger("arlen")

Notice = Callable[[Any], Any]

MOMENTS = ("will_start", "did_start", "will_stop", "did_stop")
"""The names of the methods that make an object a hook."""


def _nothing(app: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Hook:
    """Four moments of an application; each function gets the application, and may be sync or async."""

    place: str
    will_start: Notice = _nothing
    did_start: Notice = _nothing
    will_stop: Notice = _nothing
    did_stop: Notice = _nothing

    @classmethod
    def of(cls, candidate: object) -> Hook:
        """The hook methods that an object has; those it lacks do nothing."""
        found = {
            moment: with_optional_argument(getattr(candidate, moment))
            for moment in MOMENTS
            if hasattr(candidate, moment)
        }
        if not found:
            raise ApplicationError(
                f"{candidate!r} is no lifecycle hook; give it at least one of {', '.join(MOMENTS)}", code="invalid_hook"
            )
        return cls(type(candidate).__qualname__, **found)

    @classmethod
    def of_lifespan(cls, lifespan: Callable[[Any], AbstractAsyncContextManager[Any]]) -> Hook:
        """Enter the asynchronous context manager at start, leave it after the application has stopped."""
        entered: list[AbstractAsyncContextManager[Any]] = []

        async def enter(app: Any) -> None:
            manager = lifespan(app)
            await manager.__aenter__()
            entered.append(manager)

        async def leave(app: Any) -> None:
            if entered:
                await entered.pop().__aexit__(None, None, None)

        return cls(place_of(lifespan), will_start=enter, did_stop=leave)


class Lifecycle:
    """The hooks of one application, in the order of registration."""

    __slots__ = ("_hooks",)

    def __init__(self) -> None:
        self._hooks: list[Hook] = []

    def add(self, hook: Hook) -> None:
        self._hooks.append(hook)

    async def start(self, app: object) -> None:
        """Call every ``will_start``.

        Raises:
            ApplicationError: ``startup_hook_refused``, after the hooks that had started were stopped again.
        """
        for index, hook in enumerate(self._hooks):
            try:
                if await _call(hook.will_start, app) is False:
                    raise ApplicationError("it returned False")
            except Exception as error:
                await _stopping(self._hooks[:index], app)
                await _stopped(self._hooks[:index], app)
                message = f"startup hook {hook.place} refused: {type(error).__name__}: {error}"
                raise ApplicationError(message, code="startup_hook_refused", details={"hook": hook.place}) from error

    async def started(self, app: object) -> None:
        for hook in self._hooks:
            await _call_logged(hook, hook.did_start, app)

    async def stopping(self, app: object) -> None:
        """Every ``will_stop`` in reverse; one that raises stops no other."""
        await _stopping(self._hooks, app)

    async def stopped(self, app: object) -> None:
        """Every ``did_stop`` in reverse; one that raises stops no other."""
        await _stopped(self._hooks, app)


async def _stopping(hooks: list[Hook], app: object) -> None:
    for hook in reversed(hooks):
        await _call_logged(hook, hook.will_stop, app)


async def _stopped(hooks: list[Hook], app: object) -> None:
    for hook in reversed(hooks):
        await _call_logged(hook, hook.did_stop, app)


async def _call_logged(hook: Hook, moment: Notice, app: object) -> None:
    try:
        await _call(moment, app)
    except Exception:
        _logger.exception("lifecycle hook failed", extra={"fields": {"hook": hook.place}})


async def _call(moment: Notice, app: object) -> Any:
    result = moment(app)
    return await result if hasattr(result, "__await__") else result
