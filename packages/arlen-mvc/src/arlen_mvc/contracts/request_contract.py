"""Request contracts: everything that a route needs, read, coerced and checked before its guards and its action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from arlen_http import Request
from arlen_http.query import MultiDict

from arlen_mvc.composition import Step
from arlen_mvc.context import Context
from arlen_mvc.errors import FieldError, ValidationFailed
from arlen_mvc.forms import form_of

from .faults import Faults
from .node import ABSENT, Node
from .sources import Read, Sent, read_document, read_object
from .validated import RecordedErrors, Validated

NO_FORM = MultiDict()


class RequestContract(Protocol):
    """What a request has to hold.

    ``reads_body`` and ``reads_form`` tell what has to have arrived before it is checked.
    """

    @property
    def reads_body(self) -> bool: ...

    @property
    def reads_form(self) -> bool: ...

    def check(self, ctx: Context, form: MultiDict) -> tuple[Any, list[FieldError]]:
        """The coerced content, and everything that is wrong."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    node: Node
    read: Read


@dataclass(frozen=True, slots=True)
class FieldsContract:
    """Fields, sorted by name, from wherever their descriptors say."""

    fields: tuple[Field, ...]
    reads_body: bool
    reads_form: bool

    @classmethod
    def of(cls, fields: Iterable[Field]) -> FieldsContract:
        listed = tuple(fields)
        sources = {each.node.source for each in listed}
        return cls(listed, "body" in sources, "form" in sources)

    def check(self, ctx: Context, form: MultiDict) -> tuple[Any, list[FieldError]]:
        faults = Faults()
        document = _body(ctx.request, faults) if self.reads_body else None
        sent = Sent(ctx.request, ctx.path_params, document, form)
        content = {}
        for each in self.fields:
            if document is ABSENT and each.node.source == "body":
                continue
            found = len(faults)
            value = each.node.check(each.read(sent), faults)
            if len(faults) > found:
                faults.place(found, each.name)
            elif value is not ABSENT:
                content[each.name] = value
        return content, faults.errors() if faults else []


def _body(request: Request, faults: Faults) -> Any:
    request.refuse_coded_body()
    document = read_object(request.content, faults)
    faults.place(0, "body")
    return document


@dataclass(frozen=True, slots=True)
class BodyContract:
    """The JSON body as a whole."""

    node: Node
    reads_body: bool = True
    reads_form: bool = False

    def check(self, ctx: Context, form: MultiDict) -> tuple[Any, list[FieldError]]:
        faults = Faults()
        ctx.request.refuse_coded_body()
        content = ctx.request.content
        document = read_document(content, faults) if content else ABSENT
        value = ABSENT if faults else self.node.check(document, faults)
        faults.place(0, "body")
        return None if value is ABSENT else value, faults.errors()


def checked(step: Step, contract: RequestContract | None) -> Step:
    """Check the contract before the step; nothing is added where there is none."""
    if contract is None:
        return step
    check, proceed = contract.check, step.call

    def check_sync(ctx: Context) -> Any:
        _settle(ctx, *check(ctx, NO_FORM))
        return proceed(ctx)

    if not (step.awaits or contract.reads_form):
        return Step(check_sync, False)
    return Step(_checked_awaited(step, contract), True)


def _checked_awaited(step: Step, contract: RequestContract) -> Callable[[Context], Awaitable[Any]]:
    check, proceed = contract.check, step.awaited()

    async def check_plain(ctx: Context) -> Any:
        _settle(ctx, *check(ctx, NO_FORM))
        return await proceed(ctx)

    async def check_after_body(ctx: Context) -> Any:
        if not ctx.request.body_complete:
            await ctx.request.body()
        _settle(ctx, *check(ctx, NO_FORM))
        return await proceed(ctx)

    async def check_form(ctx: Context) -> Any:
        _settle(ctx, *check(ctx, await form_of(ctx)))
        return await proceed(ctx)

    if contract.reads_form:
        return check_form
    return check_after_body if contract.reads_body else check_plain


def _settle(ctx: Context, content: Any, errors: list[FieldError]) -> None:
    if errors:
        ctx.keep(RecordedErrors, RecordedErrors(errors))
        raise ValidationFailed(errors)
    ctx.keep(Validated, Validated(content))
