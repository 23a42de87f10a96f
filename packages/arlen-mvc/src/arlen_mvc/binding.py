"""From a function's signature to the call that fills it in: path, query, context and resources, planned once."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from arlen_http import Request

from .callables import place_of, unwrapped
from .context import Context
from .errors import FieldError, Mistake, ValidationFailed
from .resources import ManagedFactory, Resources
from .scalars import Scalar, scalar_for

Read = Callable[[Context], Any]
Call = Callable[[Context], Any]

_CONTEXT_NAMES = ("ctx", "context")
_COLLECTIONS: dict[object, Callable[[list[object]], object]] = {
    list: list, tuple: tuple, set: set, frozenset: frozenset, Sequence: list,
}  # fmt: skip
_MISSING: Any = inspect.Parameter.empty


class _Unreadable(Exception):
    """One argument of one request is missing or malformed."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error.message)
        self.error = error


class _Unbindable(Exception):
    """A parameter that no request could ever fill."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Signature:
    """How to fill the parameters of one function.

    ``positional`` and ``named`` read one argument each; ``managed`` are the resources that are acquired before, and
    released after, the call.
    """

    positional: tuple[Read, ...] = ()
    named: tuple[tuple[str, Read], ...] = ()
    managed: tuple[tuple[type[Any], ManagedFactory], ...] = ()

    def bind(self, function: Callable[..., Any]) -> Call:
        """The function with only the context left to pass.

        It raises :class:`ValidationFailed`, with every bad argument at once.
        """
        if self.positional == (_the_context,) and not self.named:
            return function
        return self._filled(function)

    def bind_method(self, function: Callable[..., Any], instantiate: Call) -> Call:
        """The same for a method: ``instantiate(ctx)`` gives its first argument."""
        if self.positional == (_the_context,) and not self.named:
            return lambda ctx: function(instantiate(ctx), ctx)
        return replace(self, positional=(instantiate, *self.positional))._filled(function)

    def _filled(self, function: Callable[..., Any]) -> Call:
        positional, named = self.positional, self.named

        def call(ctx: Context) -> Any:
            try:
                arguments = [read(ctx) for read in positional]
            except _Unreadable:
                raise ValidationFailed(self._faults(ctx)) from None
            return function(*arguments)

        def call_named(ctx: Context) -> Any:
            try:
                arguments = [read(ctx) for read in positional]
                keywords = {name: read(ctx) for name, read in named}
            except _Unreadable:
                raise ValidationFailed(self._faults(ctx)) from None
            return function(*arguments, **keywords)

        return call_named if named else call

    def _faults(self, ctx: Context) -> list[FieldError]:
        faults = []
        for read in (*self.positional, *(read for _, read in self.named)):
            try:
                read(ctx)
            except _Unreadable as unreadable:
                faults.append(unreadable.error)
        return faults

    def holding(self, call: Callable[[Context], Awaitable[Any]]) -> Callable[[Context], Awaitable[Any]]:
        """Hold the managed resources while the call runs; an exception of the call reaches them."""
        managed = self.managed

        async def call_holding(ctx: Context) -> Any:
            async with AsyncExitStack() as exits:
                for kind, factory in managed:
                    ctx.keep(kind, await factory.acquire(ctx, exits))
                return await call(ctx)

        return call_holding


def read_signature(
    function: Callable[..., Any], path_params: Collection[str], resources: Resources, *, bound: bool
) -> tuple[Signature, list[Mistake]]:
    """How to call a function, and everything in its signature that no request could fill.

    ``bound`` leaves the first parameter, ``self``, to the caller.
    """
    place = place_of(function)
    target = unwrapped(function)
    target = target if inspect.isroutine(target) else type(target).__call__
    try:
        hints = typing.get_type_hints(target)
    except NameError as error:
        remedy = "import that name at module level (not only for type checkers, not inside a function)"
        return Signature(), [Mistake(place, f"an annotation cannot be resolved: {error}", remedy)]
    parameters = list(inspect.signature(function).parameters.values())[1 if bound else 0 :]
    positional: list[Read] = []
    named: list[tuple[str, Read]] = []
    managed: dict[type[Any], ManagedFactory] = {}
    mistakes = []
    for parameter in parameters:
        annotation = hints.get(parameter.name, _MISSING)
        try:
            read = _reader(parameter, annotation, path_params, resources)
        except _Unbindable as fault:
            mistakes.append(Mistake(place, fault.problem, fault.remedy))
            continue
        if isinstance(factory := _factory(annotation, resources), ManagedFactory):
            managed[annotation] = factory
        if parameter.kind is parameter.KEYWORD_ONLY:
            named.append((parameter.name, read))
        else:
            positional.append(read)
    return Signature(tuple(positional), tuple(named), tuple(managed.items())), mistakes


def _factory(annotation: Any, resources: Resources) -> object:
    return resources.per_request(annotation) if isinstance(annotation, type) else None


def _reader(parameter: inspect.Parameter, annotation: Any, path_params: Collection[str], resources: Resources) -> Read:
    name = parameter.name
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise _Unbindable(f"parameter {parameter} collects arguments that nobody passes", "name the ones you need")
    if name in path_params:
        return _path_reader(name, annotation)
    if annotation is _MISSING:
        if name in _CONTEXT_NAMES:
            return _the_context
        raise _Unbindable(f"parameter {name!r} has no annotation", f"write {name}: str for a query parameter")
    if isinstance(annotation, type) and issubclass(annotation, Context):
        return _the_context
    if annotation is Request:
        return _the_request
    if isinstance(annotation, type) and annotation in resources:
        return lambda ctx: ctx.get(annotation)
    return _query_reader(name, annotation, parameter.default)


def _the_context(ctx: Context) -> Context:
    return ctx


def _the_request(ctx: Context) -> Request:
    return ctx.request


def _path_reader(name: str, annotation: Any) -> Read:
    """Values that the router converted pass through; text is converted by the annotation."""
    inner, _ = _without_none(annotation)
    scalar = None if inner in (_MISSING, str, Any) else scalar_for(inner)

    def read_plain(ctx: Context) -> Any:
        return ctx.path_params[name]

    if scalar is None:
        return read_plain

    def read(ctx: Context) -> Any:
        value = ctx.path_params[name]
        return _parsed(scalar, name, value) if type(value) is str else value

    return read


def _query_reader(name: str, annotation: Any, default: Any) -> Read:
    inner, optional = _without_none(annotation)
    if optional and default is _MISSING:
        default = None
    collect = _COLLECTIONS.get(typing.get_origin(inner) or inner)
    if collect is not None:
        item = (typing.get_args(inner) or (str,))[0]
        return _many_reader(name, _known_scalar(name, item), collect, default)
    return _one_reader(name, _known_scalar(name, inner), default)


def _one_reader(name: str, scalar: Scalar, default: Any) -> Read:
    def read(ctx: Context) -> Any:
        text = ctx.request.query.get(name)
        if text is not None:
            return _parsed(scalar, name, text)
        if default is _MISSING:
            raise _Unreadable(FieldError(name, "missing", "is required"))
        return default

    return read


def _many_reader(name: str, scalar: Scalar, collect: Callable[[list[object]], object], default: Any) -> Read:
    def read(ctx: Context) -> Any:
        texts = ctx.request.query.get_all(name)
        if texts or default is _MISSING:
            return collect([_parsed(scalar, name, text) for text in texts])
        return default

    return read


def _parsed(scalar: Scalar, name: str, text: str) -> object:
    try:
        return scalar.parse(text)
    except ValueError:
        raise _Unreadable(FieldError(name, scalar.code, scalar.message)) from None


def _known_scalar(name: str, annotation: Any) -> Scalar:
    scalar = scalar_for(annotation)
    if scalar is None:
        kind = getattr(annotation, "__qualname__", str(annotation))
        raise _Unbindable(
            f"nothing fills parameter '{name}: {kind}'",
            f"call app.provide({kind}, ...) for a resource, or give the parameter a type that a query text can become",
        )
    return scalar


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """``T | None`` as ``(T, True)``; anything else as it is."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, False
    members = [member for member in typing.get_args(annotation) if member is not type(None)]
    optional = len(members) < len(typing.get_args(annotation))
    return (members[0] if len(members) == 1 else typing.Union[tuple(members)]), optional  # noqa: UP007
