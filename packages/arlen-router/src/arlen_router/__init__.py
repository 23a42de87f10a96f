"""Route patterns, a segment-tree index and URL building, with no dependencies."""

from .conditions import Condition, Header, Host, Predicate, Query, Scheme, Subject, WebSocketOnly
from .converters import Converter, register_converter
from .errors import (
    ArlenRouterError,
    Fault,
    PathError,
    PatternError,
    RouteBuildError,
    RouterFrozenError,
    RouteTableError,
)
from .explain import Explanation, Verdict
from .negotiation import media_types, negotiate, register_media_type
from .pattern import Pattern
from .route import Match, NotAcceptable, NotAllowed, Redirect, Route
from .router import Router
from .table import RouteTable

__version__ = "0.1.0"

__all__ = [
    "ArlenRouterError",
    "Condition",
    "Converter",
    "Explanation",
    "Fault",
    "Header",
    "Host",
    "Match",
    "NotAcceptable",
    "NotAllowed",
    "PathError",
    "Pattern",
    "PatternError",
    "Predicate",
    "Query",
    "Redirect",
    "Route",
    "RouteBuildError",
    "RouteTable",
    "RouteTableError",
    "Router",
    "RouterFrozenError",
    "Scheme",
    "Subject",
    "Verdict",
    "WebSocketOnly",
    "media_types",
    "negotiate",
    "register_converter",
    "register_media_type",
]
