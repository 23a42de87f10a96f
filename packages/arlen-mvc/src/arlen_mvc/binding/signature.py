"""The parameters of one function, each with the source that fills it, and the call that does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from arlen_mvc.composition import Step
from arlen_mvc.context import Context
from arlen_mvc.errors import FieldError
from arlen_mvc.forms import form_of
from arlen_mvc.operations import Components, Operation

from .dependencies import Dependency, holding
from .description import described
from .sources import NOTHING, Needs, Read, Source, Unreadable

Call = Callable[[Context], Any]


def the_context(ctx: Context) -> Context:
    """The source of a parameter that is the context itself."""
    return ctx


@dataclass(frozen=True, slots=True)
class Signature:
    """How to fill the parameters of one function.

    ``effects`` are read first, for what reading them does. ``dependencies`` are acquired before the call.
    """

    positional: tuple[Source, ...] = ()
    named: tuple[Source, ...] = ()
    effects: tuple[Source, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    needs: Needs = field(init=False, default=NOTHING)

    def __post_init__(self) -> None:
        needs = NOTHING
        for source in (*self.sources, *(each for node in self.dependencies for each in node.signature.sources)):
            needs |= source.needs
        object.__setattr__(self, "needs", needs)

    @property
    def sources(self) -> tuple[Source, ...]:
        return (*self.effects, *self.positional, *self.named)

    @property
    def holds(self) -> bool:
        """Whether something is held until the response was sent."""
        return any(each.until == "sent" and each.acquire is not None for each in self.dependencies)

    def describe(self, components: Components) -> Operation:
        """What the parameters, and those of the dependencies, take from the client."""
        return described(
            (*(each for node in self.dependencies for each in node.signature.sources), *self.sources), components
        )

    def bind(self, function: Callable[..., Any]) -> Call:
        """The function with only the context left to pass.

        It raises :class:`ValidationFailed`, with every bad argument at once.
        """
        if not self.named and not self.effects and [each.read for each in self.positional] == [the_context]:
            return function
        return self._filled(function, tuple(each.read for each in self.positional))

    def bind_method(self, function: Callable[..., Any], instantiate: Call) -> Call:
        """The same for a method: ``instantiate(ctx)`` gives its first argument."""
        return self._filled(function, (instantiate, *(each.read for each in self.positional)))

    def arrived(self, step: Step) -> Step:
        """Wait for what the arguments are read from; a plain step is called when its body is there."""
        if self.needs.form:
            return _with_form(step)
        return _with_body(step) if self.needs.body and step.awaits else step

    def held(self, step: Step) -> Step:
        """Acquire the dependencies that cannot be called in passing."""
        if not any(each.acquire is not None for each in self.dependencies):
            return step
        return holding(step, self.dependencies, self.faults)

    def faults(self, ctx: Context) -> list[FieldError]:
        """Everything that is wrong with the request, each once; nothing but readers is called."""
        found: dict[tuple[str, str], FieldError] = {}
        nodes = (each.signature for each in self.dependencies if each.acquire is not None)
        for source in (*(each for node in nodes for each in node.sources), *self.sources):
            for error in source.faults(ctx):
                found.setdefault((error.field, error.code), error)
        return list(found.values())

    def _all_of(self, first: Unreadable, ctx: Context) -> Unreadable:
        found: dict[tuple[str, str], FieldError] = {}
        for source in self.sources:
            for error in first.details if source.name == first.name else source.faults(ctx):
                found.setdefault((error.field, error.code), error)
        return Unreadable(first.name, list(found.values()))

    def _filled(self, function: Callable[..., Any], reads: tuple[Read, ...]) -> Call:
        if self.effects or self.named or len(reads) > len(_FILLED):
            return self._filled_by_list(function, reads)
        if not reads:
            return lambda ctx: function()
        return _FILLED[len(reads) - 1](function, self._all_of, *reads)

    def _filled_by_list(self, function: Callable[..., Any], reads: tuple[Read, ...]) -> Call:
        effects = tuple(each.read for each in self.effects)
        named = tuple((each.name, each.read) for each in self.named)

        def call(ctx: Context) -> Any:
            try:
                for effect in effects:
                    effect(ctx)
                arguments = [read(ctx) for read in reads]
                keywords = {name: read(ctx) for name, read in named}
            except Unreadable as unreadable:
                raise self._all_of(unreadable, ctx) from None
            return function(*arguments, **keywords)

        return call


Refuse = Callable[[Unreadable, Context], Unreadable]


def _filled_1(function: Callable[..., Any], refuse: Refuse, first: Read) -> Call:
    def call(ctx: Context) -> Any:
        try:
            one = first(ctx)
        except Unreadable as unreadable:
            raise refuse(unreadable, ctx) from None
        return function(one)

    return call


def _filled_2(function: Callable[..., Any], refuse: Refuse, first: Read, second: Read) -> Call:
    def call(ctx: Context) -> Any:
        try:
            one, two = first(ctx), second(ctx)
        except Unreadable as unreadable:
            raise refuse(unreadable, ctx) from None
        return function(one, two)

    return call


def _filled_3(function: Callable[..., Any], refuse: Refuse, first: Read, second: Read, third: Read) -> Call:
    def call(ctx: Context) -> Any:
        try:
            one, two, three = first(ctx), second(ctx), third(ctx)
        except Unreadable as unreadable:
            raise refuse(unreadable, ctx) from None
        return function(one, two, three)

    return call


_FILLED: tuple[Callable[..., Call], ...] = (_filled_1, _filled_2, _filled_3)


def _with_body(step: Step) -> Step:
    call = step.call

    async def call_after_body(ctx: Context) -> Any:
        await ctx.request.body()
        return await call(ctx)

    def call_with_body(ctx: Context) -> Any:
        return call(ctx) if ctx.request.body_complete else call_after_body(ctx)

    return Step(call_with_body, True)


def _with_form(step: Step) -> Step:
    call = step.awaited()

    async def call_with_form(ctx: Context) -> Any:
        await form_of(ctx)
        return await call(ctx)

    return Step(call_with_form, True)
