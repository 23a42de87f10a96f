"""Response contracts: what a route promises, held against what it is about to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from arlen_http import Response
from arlen_http.json import JSONError, loads

from arlen_mvc.composition import Conclude, Step
from arlen_mvc.context import Context
from arlen_mvc.errors import ContractViolated
from arlen_mvc.results import respond

from .faults import Faults
from .node import Node

_WITHOUT_CONTENT = frozenset((204, 205))


class ResponseContract(Protocol):
    """What a response has to be."""

    def conclude(self, ctx: Context, result: Any, respond: Conclude) -> Response:
        """The response for what an action returned; ``respond`` makes it where the contract leaves that open.

        Raises:
            ContractViolated: it is not what was promised.
        """


@dataclass(frozen=True, slots=True)
class Promise:
    """A descriptor, held against the JSON that is about to be sent; the JSON itself is not changed."""

    node: Node

    def conclude(self, ctx: Context, result: Any, respond: Conclude) -> Response:
        response = respond(ctx, result)
        if is_promised(response):
            faults = Faults()
            try:
                content = loads(response.body)
            except JSONError:
                faults.add("invalid_json", "must be JSON")
            else:
                self.node.check(content, faults)
            if faults:
                raise ContractViolated(route_of(ctx), faults.errors("response"))
        return response


def is_promised(response: Response) -> bool:
    """Whether a contract speaks of this response: a success with content in memory that is no page."""
    status = response.status
    return (
        200 <= status < 300
        and status not in _WITHOUT_CONTENT
        and (bool(response.body) or type(response) is Response)
        and not response.content_type.startswith("text/html")
    )


def route_of(ctx: Context) -> str:
    """The route's name, else its methods and path."""
    return ctx.route.name or f"{' '.join(ctx.route.methods)} {ctx.route.path}"


def promised(step: Step, contract: ResponseContract | None, respond: Conclude = respond) -> Step:
    """Hold what the step returns against the contract; nothing is added where there is none.

    ``respond`` makes the response of what the step returned, as its return annotation says.
    """
    if contract is None:
        return step
    call, conclude = step.call, contract.conclude
    if not step.awaits:
        return Step(lambda ctx: conclude(ctx, call(ctx), respond), False)

    async def call_promised(ctx: Context) -> Response:
        return conclude(ctx, await call(ctx), respond)

    return Step(call_promised, True)
