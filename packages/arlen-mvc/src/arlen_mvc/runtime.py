"""What a started application is made of: the frozen parts that every request shares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arlen_http import Request
from arlen_router import RouteTable

from .auth.protection import Protection
from .contracts.contract import Contract
from .documentation import Documentation
from .errors import Mistake
from .operations import Describe, undescribed

if TYPE_CHECKING:
    from .auth.authenticator import Authenticator
    from .composition import Serve
    from .metrics.registry import MetricsRegistry
    from .observability.correlation import Identity
    from .openapi.documents import Documents
    from .resources import Resources
    from .sessions.sessions import Sessions
    from .settings import Settings
    from .templates import Templates


@dataclass(frozen=True, slots=True)
class RouteInfo:
    """What a route is called, for logs, error pages and listings."""

    methods: tuple[str, ...] = ()
    path: str = ""
    name: str = ""
    controller: str = ""
    action: str = ""
    place: str = ""
    contract: Contract = field(default_factory=Contract)
    protection: Protection = field(default_factory=Protection)
    documentation: Documentation = field(default_factory=Documentation)
    describe: Describe = undescribed
    formats: tuple[str, ...] = ()


@dataclass(slots=True)
class Endpoint:
    """The target of a route in the route table: what it is called, and the callable that serves it.

    ``compose`` makes another one, when dependencies were replaced.
    """

    info: RouteInfo
    serve: Serve
    compose: Callable[[], Serve]


@dataclass(slots=True)
class Runtime:
    """Everything a context may need, decided at start. The table comes last, because endpoints refer to the runtime."""

    settings: Settings
    resources: Resources
    request_factories: Mapping[type[Any], Callable[[Any], Any]]
    templates: Templates
    preferred_format: Callable[[Request], str]
    static_prefix: str
    identify: Callable[[Request], Identity]
    metrics: MetricsRegistry
    authenticator: Authenticator
    sessions: Sessions | None
    recompose: Callable[[], None]
    """Binds every action again, with the dependencies that are in place then."""
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    table: RouteTable[Endpoint] = field(init=False)
    documents: Documents = field(init=False)

    async def close(self) -> None:
        """Give back what layers hold open."""
        for close in self.closing:
            await close()

    unsafe: tuple[Mistake, ...] = field(default=(), init=False)
    """What is wrong with the protection of an application that may be looked at, and must not serve."""
