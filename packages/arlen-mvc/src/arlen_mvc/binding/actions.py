"""Actions made into steps: arguments filled in, dependencies around them, the answer as annotated."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from arlen_http import ThreadPool

from arlen_mvc.callables import awaits, needs_argument, place_of, unwrapped
from arlen_mvc.composition import Step, in_worker
from arlen_mvc.context import Context
from arlen_mvc.contracts.compiled import BODILESS
from arlen_mvc.errors import Mistake
from arlen_mvc.operations import Body, Components, Operation
from arlen_mvc.resources import Resources
from arlen_mvc.routes import RouteDeclaration

from .plan import Plan, Surroundings
from .returns import Answer, answer_of, usual_answers
from .signature import Signature


@dataclass(frozen=True, slots=True)
class BoundAction:
    """An action with only the context left to pass.

    ``holds`` tells whether something is given back after the response; ``answer`` is what its annotation promises;
    ``usual`` gives its answers where it promises nothing.
    """

    step: Step
    signature: Signature
    answer: Answer | None
    mistakes: tuple[Mistake, ...]
    usual: Callable[[], Mapping[int, Body]] = dict

    @property
    def holds(self) -> bool:
        return self.signature.holds

    def describe(self, components: Components) -> Operation:
        """What the action takes and gives."""
        operation = self.signature.describe(components)
        if self.answer is not None:
            return replace(operation, responses=self.answer.describe(components).responses)
        return replace(operation, usual=self.usual())


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the actions of one application; ``by_name`` looks those of controllers up anew for every request."""

    resources: Resources
    threads: ThreadPool
    overrides: Mapping[Any, Callable[..., Any]]
    by_name: bool = False

    def bind(
        self,
        declaration: RouteDeclaration,
        path_params: tuple[str, ...],
        instantiate: Callable[[Context], Any] | None,
    ) -> BoundAction:
        """One action; ``instantiate`` makes the controller that it is a method of."""
        action = declaration.action
        threaded = declaration.blocking and not awaits(action) and not _streams(action)
        surroundings = Surroundings(
            path_params,
            self.resources,
            self.overrides,
            not BODILESS.issuperset(declaration.methods),
            self.threads if declaration.blocking and not threaded else None,
        )
        plan, signature = _planned(surroundings, declaration)
        if threaded and signature.dependencies:
            plan, signature = _planned(replace(surroundings, threads=self.threads), declaration)
        method = _looked_up(action, declaration.controller) if self.by_name else action
        call = signature.bind_method(method, instantiate) if instantiate else signature.bind(action)
        step = in_worker(call, self.threads) if threaded else Step(call, awaits(action))
        answer, unanswerable = answer_of(action)
        mistakes = (*_unmakeable(declaration.controller), *plan.mistakes, *unanswerable)
        step = signature.arrived(signature.held(step))
        return BoundAction(step, signature, answer, mistakes, partial(usual_answers, action))

    def request_factories(self) -> tuple[dict[type[Any], Callable[[Context], Any]], list[Mistake]]:
        """What ``ctx.get`` may call at any time: the plain factories of scope ``request``."""
        plan = Plan(Surroundings((), self.resources, self.overrides, False, None))
        overridden = (key for key in self.overrides if isinstance(key, type) and key in self.resources)
        nodes = {kind: plan.provided(kind) for kind in (*self.resources.kinds_per_request, *overridden)}
        calls = {
            kind: node.call for kind, node in nodes.items() if node and node.call and not node.signature.dependencies
        }
        return calls, plan.mistakes


def _planned(surroundings: Surroundings, declaration: RouteDeclaration) -> tuple[Plan, Signature]:
    plan = Plan(surroundings)
    bound = declaration.controller is not None
    return plan, plan.of_action(declaration.action, declaration.dependencies, bound=bound)


def _looked_up(action: Callable[..., Any], controller: type[Any] | None) -> Callable[..., Any]:
    """A method that is found by its name when it is called; one without a name in its class stays as it is."""
    names = (name for name in dir(controller) if getattr(controller, name, None) is action)
    name = next(names, None)
    if name is None:
        return action

    def call(instance: Any, *arguments: Any, **keywords: Any) -> Any:
        return getattr(instance, name)(*arguments, **keywords)

    return call


def _unmakeable(controller: type[Any] | None) -> Iterator[Mistake]:
    """What keeps a controller from being made for a request."""
    if controller is None:
        return
    if inspect.isabstract(controller):
        missing = ", ".join(sorted(controller.__abstractmethods__))
        yield Mistake(
            place_of(controller), f"the controller is abstract: {missing}", "add a subclass that has all of it"
        )
    elif needs_argument(controller):
        remedy = "let __init__ do with self alone; actions get what they need by the types of their parameters"
        yield Mistake(place_of(controller), "the controller cannot be made without arguments", remedy)


def _streams(action: Callable[..., Any]) -> bool:
    """Whether calling it only makes a generator, which blocks nobody."""
    target = unwrapped(action)
    return inspect.isasyncgenfunction(target) or inspect.isgeneratorfunction(target)
