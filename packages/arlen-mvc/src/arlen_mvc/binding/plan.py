"""From the signature of a function to the sources of its arguments; everything is decided here, once, at start."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from arlen_http import Request, ThreadPool

from arlen_mvc.callables import needs_argument, place_of, unwrapped
from arlen_mvc.context import Context
from arlen_mvc.errors import FieldError, Mistake
from arlen_mvc.models import BOUNDS, Model, is_model, mentions_model, model_of
from arlen_mvc.resources import Resources
from arlen_mvc.scalars import scalar_for

from .annotations import bare, without_none
from .bodies import body_source, file_source, form_source, is_of_forms, member_source, takes_files
from .dependencies import Dependency, Until, acquiring, calls_in_passing
from .markers import (
    ABSENT,
    Body,
    Cookie,
    Depends,
    File,
    Form,
    Header,
    Marker,
    Path,
    Query,
    SessionValue,
)
from .signature import Signature, the_context
from .sources import Source, Unbindable, Unreadable
from .texts import COOKIE, FIELD, HEADER, QUERY, Place, Wanted, members_source, path_source, text_source

_CONTEXT_NAMES = ("ctx", "context")
_PLACES: Mapping[type[Marker], Place] = {Query: QUERY, Header: HEADER, Cookie: COOKIE, Form: FIELD}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the parameters of a route can be filled from.

    Attributes:
        path_params: names in the path of the route.
        resources: what the application provides.
        overrides: functions to call instead of others.
        takes_body: whether requests of the route's methods have content.
        threads: where plain functions run that must not hold up the event loop; ``None`` where they may.
    """

    path_params: Collection[str]
    resources: Resources
    overrides: Mapping[Any, Callable[..., Any]]
    takes_body: bool
    threads: ThreadPool | None


@dataclass(slots=True)
class Plan:
    """The signatures of one route: that of its action, and those of the dependencies that it asks for."""

    surroundings: Surroundings
    mistakes: list[Mistake] = field(default_factory=list)
    _nodes: dict[Any, Dependency] = field(default_factory=dict)
    _order: list[Dependency] = field(default_factory=list)
    _path: list[Any] = field(default_factory=list)
    _below: list[set[Dependency]] = field(default_factory=list)
    _lasting: set[Any] = field(default_factory=set)

    def of_action(
        self, function: Callable[..., Any], effects: Iterable[Depends | Callable[..., Any]] = (), *, bound: bool = False
    ) -> Signature:
        """How to call the action of the route; ``bound`` leaves the first parameter, ``self``, to the caller."""
        read_before = tuple(self._effects(effects))
        signature = self._signature(function, bound=bound)
        return replace(
            signature,
            effects=read_before,
            dependencies=tuple(
                replace(each, until="sent") if each.key in self._lasting else each for each in self._order
            ),
        )

    def provided(self, kind: type[Any]) -> Dependency | None:
        """What is made for each request where the application provides this type so, or a test overrides it."""
        factory = self.surroundings.overrides.get(kind) or self.surroundings.resources.per_request(kind)
        return None if factory is None else self._dependency(kind, factory, "answered")

    def _effects(self, effects: Iterable[Depends | Callable[..., Any]]) -> Iterable[Source]:
        for effect in effects:
            function = effect.function if isinstance(effect, Depends) else effect
            if not callable(function):
                self.mistakes.append(Mistake("dependencies", f"{effect!r} cannot be called", "name a function"))
                continue
            try:
                yield self._dependency(function, function, "sent").source(f"dependency {place_of(function)}")
            except Unbindable as fault:
                self.mistakes.append(Mistake("dependencies", fault.problem, fault.remedy))

    def _signature(self, function: Callable[..., Any], *, bound: bool = False) -> Signature:
        place = place_of(function)
        try:
            hints = hints_of(function)
        except NameError as error:
            if self._path and isinstance(self._path[-1], type):
                return Signature((Source.sure("ctx", the_context),) if needs_argument(function) else ())
            remedy = "import that name at module level (not only for type checkers, not inside a function)"
            self.mistakes.append(Mistake(place, f"an annotation cannot be resolved: {error}", remedy))
            return Signature()
        parameters = _parameters(function)[1 if bound else 0 :]
        wanted = [_wanted(parameter, hints.get(parameter.name, ABSENT)) for parameter in parameters]
        shared = sum(map(self._reads_body, wanted)) > 1
        positional: list[Source] = []
        named: list[Source] = []
        for parameter, each in zip(parameters, wanted, strict=True):
            if self._path and parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            try:
                source = self._own_default(each) or self._source(parameter, each, shared)
            except Unbindable as fault:
                problem = f"{fault.problem} of dependency {place}" if self._path else fault.problem
                self.mistakes.append(Mistake(place, problem, fault.remedy))
                continue
            (named if parameter.kind is parameter.KEYWORD_ONLY else positional).append(source)
        return Signature(tuple(positional), tuple(named))

    def _own_default(self, wanted: _Wanted) -> Source | None:
        """What the function of a dependency has for a parameter that it does not annotate."""
        default = wanted.default
        alone = bool(self._path) and wanted.annotation is ABSENT and default is not ABSENT
        return Source.sure(wanted.name, lambda ctx: default) if alone else None

    def _source(self, parameter: inspect.Parameter, wanted: _Wanted, shared: bool) -> Source:
        name, annotation = wanted.name, wanted.annotation
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise Unbindable(f"parameter {parameter} collects arguments that nobody passes", "name the ones you need")
        match wanted.marker:
            case Depends(function=function):
                return self._depends(name, function or annotation)
            case Marker() as marker:
                return self._marked(type(marker), wanted.as_text(marker), shared)
        if name in self.surroundings.path_params:
            return path_source(wanted.as_text(Path()))
        return self._by_type(wanted) or self._by_kind(wanted, shared)

    def _depends(self, name: str, function: Any) -> Source:
        if not callable(function):
            raise Unbindable(f"nothing is called for parameter {name!r}", "write Depends(function)")
        return self._dependency(function, function, "sent", name).source(name)

    def _by_type(self, wanted: _Wanted) -> Source | None:
        """What is there for a type, whatever the client sent."""
        name, annotation = wanted.name, wanted.annotation
        if annotation is ABSENT or (annotation is Any and self._path):
            if name in _CONTEXT_NAMES or self._path:
                return Source.sure(name, the_context)
            raise Unbindable(f"parameter {name!r} has no annotation", f"write {name}: str for a query parameter")
        if is_of_forms(annotation, "Form"):
            return form_source(name)
        if not isinstance(annotation, type):
            return None
        if issubclass(annotation, Context):
            return Source.sure(name, the_context)
        if annotation is Request:
            return Source.sure(name, lambda ctx: ctx.request)
        if annotation in self.surroundings.resources:
            node = self.provided(annotation)
            return node.source(name) if node else Source.sure(name, lambda ctx: ctx.get(annotation))
        return None

    def _by_kind(self, wanted: _Wanted, shared: bool) -> Source:
        if takes_files(wanted.annotation):
            return file_source(wanted.as_text(File()))
        if self._reads_body(wanted):
            return self._marked(Body, wanted.as_text(Body()), shared)
        return text_source(QUERY, wanted.as_text(Query()))

    def _reads_body(self, wanted: _Wanted) -> bool:
        if wanted.marker is not None or not self.surroundings.takes_body:
            return isinstance(wanted.marker, Body)
        annotation, _ = without_none(wanted.annotation)
        if wanted.name in self.surroundings.path_params or annotation in (ABSENT, Context, Request):
            return False
        if isinstance(annotation, type) and annotation in self.surroundings.resources:
            return False
        return mentions_model(annotation) or (typing.get_origin(annotation) or annotation) in (dict, Mapping)

    def _marked(self, marker: type[Marker], wanted: Wanted, shared: bool) -> Source:
        inner, optional = without_none(wanted.annotation)
        if optional and wanted.default is ABSENT:
            wanted = replace(wanted, default=None)
        if marker is Path:
            if wanted.field not in self.surroundings.path_params:
                raise Unbindable(f"the path has no parameter {wanted.field!r}", f"write {{{wanted.field}}} into it")
            return path_source(wanted)
        if marker is Body:
            alone = not shared and (mentions_model(inner) or scalar_for(inner) is None)
            return (body_source if alone else member_source)(wanted, self._model(wanted))
        if marker is File or takes_files(wanted.annotation):
            return file_source(wanted)
        if marker is SessionValue:
            return _session_source(wanted)
        place = _PLACES[marker]
        if is_model(inner):
            return members_source(place, wanted, self._model(wanted))
        return text_source(place, wanted)

    def _model(self, wanted: Wanted) -> Model:
        try:
            return model_of(_with_bounds(wanted))
        except (TypeError, NameError, RuntimeError) as error:
            raise Unbindable(f"parameter {wanted.name!r} cannot be read: {error}", "give it a type that can") from None

    def _dependency(self, key: Any, function: Callable[..., Any], until: Until, name: str = "") -> Dependency:
        if key in self._path:
            round_trip = " -> ".join(place_of(each) for each in [*self._path[self._path.index(key) :], key])
            raise Unbindable(f"parameter {name!r} asks for itself: {round_trip}", "break the circle")
        node = self._nodes.get(key) or self._node(key, self.surroundings.overrides.get(key, function))
        if self._below:
            self._below[-1] |= {node, *node.signature.dependencies}
        if until == "sent":
            self._lasting |= {node.key, *(each.key for each in node.signature.dependencies)}
        return node

    def _node(self, key: Any, function: Callable[..., Any]) -> Dependency:
        threads = self.surroundings.threads
        self._path.append(key)
        self._below.append(set())
        signature = self._signature(function)
        self._path.pop()
        below = self._below.pop()
        signature = replace(signature, dependencies=tuple(each for each in self._order if each in below))
        if calls_in_passing(function) and (threads is None or isinstance(key, type)):
            node = Dependency(key, signature, signature.bind(function), None)
        else:
            node = Dependency(key, signature, None, acquiring(function, signature.bind, threads))
            self._order.append(node)
        self._nodes[key] = node
        return node


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A parameter before anything is decided about it; ``metadata`` is what ``Annotated`` adds."""

    name: str
    annotation: Any
    default: Any
    marker: Marker | Depends | None
    metadata: tuple[object, ...]

    def as_text(self, marker: Marker) -> Wanted:
        default = self.default if self.default is not ABSENT else marker.default
        alias = marker.alias or (self.name.replace("_", "-") if type(marker) is Header else self.name)
        return Wanted(self.name, alias, self.annotation, default, marker, self.metadata)


def _wanted(parameter: inspect.Parameter, annotation: Any) -> _Wanted:
    inner, metadata = bare(annotation)
    default = ABSENT if parameter.default is parameter.empty else parameter.default
    markers = [each for each in (*metadata, default) if isinstance(each, Marker | Depends)]
    if isinstance(default, Marker | Depends):
        default = ABSENT
    others = tuple(each for each in metadata if not isinstance(each, Marker | Depends))
    return _Wanted(parameter.name, inner, default, markers[-1] if markers else None, others)


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of anything that can be called, resolved.

    Raises:
        NameError: one names what is not there.
    """
    target = unwrapped(function)
    if inspect.isclass(target):
        return {**typing.get_type_hints(target, include_extras=True), **_hints_of_init(target)}
    target = target if inspect.isroutine(target) else type(target).__call__
    return typing.get_type_hints(target, include_extras=True)


def _hints_of_init(kind: type[Any]) -> dict[str, Any]:
    init = kind.__init__
    return typing.get_type_hints(init, include_extras=True) if inspect.isfunction(init) else {}


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:
        return []


def _session_source(wanted: Wanted) -> Source:
    name, field_name, default = wanted.name, wanted.field, wanted.default
    missing = FieldError(field_name, "missing", "is required")

    def read(ctx: Context) -> Any:
        value = ctx.session.get(field_name, ABSENT)
        if value is not ABSENT:
            return value
        if default is ABSENT:
            raise Unreadable(name, [missing])
        return default

    return Source.of(name, read)


def _with_bounds(wanted: Wanted) -> Any:
    """The annotation with all its bounds, for a library that checks them itself.

    Those of an optional value are about the value: none has no size.
    """
    import msgspec

    inner, optional = without_none(wanted.annotation)
    metas = [each for each in wanted.metadata if isinstance(each, msgspec.Meta)]
    others = [each for each in wanted.metadata if not isinstance(each, msgspec.Meta)]
    given = (*others, wanted.marker)
    bounds = {name: bound for each in given for name in BOUNDS if (bound := getattr(each, name, None)) is not None}
    if bounds:
        metas.append(msgspec.Meta(**bounds))
    if metas:
        inner = typing.Annotated[(inner, *metas)]
    annotation = inner | None if optional else inner
    return typing.Annotated[(annotation, *others)] if others else annotation
