"""What a started application is made of: the frozen parts that every request shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arlen_http import Request
from arlen_router import RouteTable

from .auth.protection import Protection
from .contracts.contract import Contract
from .documentation import Documentation
from .operations import Describe, undescribed

if TYPE_CHECKING:
    from .composition import Serve
    from .resources import Resources
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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The target of a route in the route table: what it is called, and the callable that serves it."""

    info: RouteInfo
    serve: Serve


@dataclass(slots=True)
class Runtime:
    """Everything a context may need, decided at start. The table comes last, because endpoints refer to the runtime."""

    settings: Settings
    resources: Resources
    request_factories: Mapping[type[Any], Callable[[Any], Any]]
    templates: Templates
    preferred_format: Callable[[Request], str]
    static_prefix: str
    table: RouteTable[Endpoint] = field(init=False)
